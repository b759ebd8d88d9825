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

#include "compiler/Driver/Artifacts/ArtifactContents.h"

namespace swage {

/// Builds the module; it links with the model's other objects, and with the
/// weights under their symbol.
std::unique_ptr<llvm::Module> buildModelModule(llvm::LLVMContext &context,
                                               const CompiledModel &model,
                                               const WeightsLayout &weights,
                                               llvm::StringRef weightsSymbol,
                                               const FactsOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_MODELOBJECT_H
