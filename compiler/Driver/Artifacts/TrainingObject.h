//===- TrainingObject.h - the facts of a training as data -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Builds the `swage_training` of swage/training.h, the function that gives it,
// and the typed functions that the generated header declares.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_TRAININGOBJECT_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_TRAININGOBJECT_H

#include "compiler/Driver/Artifacts/ArtifactContents.h"

namespace swage {

/// What the typed functions take and give: a batch with its target, and the
/// model's outputs.
ModelSignature getBatchSignature(const CompiledTraining &training);

/// Builds the module. The layout has the constants of step, evaluation and
/// prediction, one after the other, and then the first values of the slots.
std::unique_ptr<llvm::Module>
buildTrainingModule(llvm::LLVMContext &context,
                    const CompiledTraining &training,
                    const WeightsLayout &weights, llvm::StringRef weightsSymbol,
                    const FactsOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_TRAININGOBJECT_H
