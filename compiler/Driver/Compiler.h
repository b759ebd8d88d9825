//===- Compiler.h - model files become compiled models ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Joins the frontend and the pipeline. Every command and the embedding
// interface compile through this one function.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMPILER_H
#define SWAGE_COMPILER_DRIVER_COMPILER_H

#include "compiler/Driver/Messages.h"
#include "compiler/Driver/Status.h"
#include "compiler/Pipelines/Pipeline.h"
#include "frontends/ONNX/Report.h"

namespace swage {

/// A model to compile: a file, or bytes in memory with a name for messages.
struct ModelSource {
  std::string path;
  llvm::ArrayRef<char> bytes; ///< looked at when `inMemory`
  bool inMemory = false;

  static ModelSource file(llvm::StringRef path) {
    return {path.str(), {}, false};
  }
};

/// What came of it. `model` is filled as far as options.stopAfter asks.
struct CompileResult {
  Status status = Status::Error;
  CompiledModel model;
  onnx::ModelReport report;
};

/// Whether a tensor can be one of CompileOptions::constantInputs that becomes a
/// constant; others stay inputs.
bool canBeConstant(const swage_tensor &tensor);

/// Compiles a model. Everything there is to say goes to `messages`. The
/// compiled model is complete in itself: of the compiler nothing stays that it
/// does not need.
CompileResult compile(const ModelSource &source, const CompileOptions &options,
                      const Messages &messages);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMPILER_H
