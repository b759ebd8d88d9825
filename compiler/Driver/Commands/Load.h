//===- Load.h - compile a model and load it ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The first half of every command that runs a model in this process.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_LOAD_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_LOAD_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/LoadedModel.h"

namespace swage {

/// A model in memory, or why there is none.
struct LoadResult {
  Status status = Status::Error;
  std::unique_ptr<LoadedModel> model;
  std::vector<Tensor> inputs; ///< when asked for
  onnx::ModelReport report;
};

/// Compiles the model that `arguments` name for this machine and loads it, with
/// progress on the terminal. `adjust` may change the options of the compiler.
LoadResult
loadModel(const ModelArguments &arguments, const Messages &messages,
          llvm::function_ref<void(CompileOptions &)> adjust = nullptr);

/// The same, and reads its inputs. With `alwaysRandom` those that have no file
/// are random even when nobody asked.
LoadResult loadModelAndInputs(const InputArguments &arguments,
                              bool alwaysRandom, const Messages &messages);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_LOAD_H
