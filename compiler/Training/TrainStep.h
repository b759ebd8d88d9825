//===- TrainStep.h - a model becomes a step of its training -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_TRAINSTEP_H
#define SWAGE_COMPILER_TRAINING_TRAINSTEP_H

#include "compiler/Training/TrainingOptions.h"
#include "mlir/IR/BuiltinOps.h"

namespace swage::training {

/// What a step keeps of the forward pass for the way back: intermediate values,
/// without parameters and constants.
struct SavedFacts {
  int64_t values = 0, bytes = 0;
};

/// Turns @main, whose parameters are arguments with the attribute
/// `nn.parameter`, into a step of training:
///
///   (inputs, target, learning rate, step, parameters, states)
///     -> (loss, parameters, states, step)
///
/// Results that replace an argument have its number in the attribute
/// `nn.updates`: the caller may give both the same memory. The other functions
/// of a training are
///
///   evaluation: (inputs, target, parameters) -> (loss, outputs)
///   prediction: (inputs, parameters) -> (outputs)
///
/// Fails with a diagnostic.
llvm::FailureOr<SavedFacts> buildTrainStep(mlir::ModuleOp module,
                                           const TrainingOptions &options);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_TRAINSTEP_H
