//===- ModelObject.h - the facts of a model as data -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Builds the part of an artifact that belongs to no kernel: the `swage_model`
// of swage/artifact.h, the function that gives it, and the typed functions that
// the generated header declares.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_MODELOBJECT_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_MODELOBJECT_H

#include "compiler/Driver/Artifacts/Weights.h"
#include "llvm/IR/Module.h"

namespace swage {

/// The section with the model's facts, as JSON.
constexpr llvm::StringLiteral factsSection = ".swage.model";

/// The symbol under which `model`'s weights are linked.
std::string getWeightsSymbol(const CompiledModel &model);

/// What a model object shall offer.
struct ModelObjectOptions {
  /// Define `swage_artifact_model`, which the main() of executables calls;
  /// otherwise `<name>_model` and the typed functions.
  bool forExecutable = false;
  /// The file with the weights, relative to the artifact; empty embeds them.
  std::string weightsFile;
};

/// The symbols that a library of `model` exports, the runtime's not counted.
std::vector<std::string> getExportedSymbols(const CompiledModel &model);

/// Builds the module; it links with the model's other objects.
std::unique_ptr<llvm::Module>
buildModelModule(llvm::LLVMContext &context, const CompiledModel &model,
                 const WeightsLayout &weights,
                 const ModelObjectOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_MODELOBJECT_H
