//===- Losses.h - what training makes small ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_LOSSES_H
#define SWAGE_COMPILER_TRAINING_LOSSES_H

#include "compiler/Training/Recipe.h"
#include "compiler/Training/TensorBuilder.h"

namespace swage::training {

/// The type of the target that belongs to the model's `output`; null for a loss
/// that needs none. Fails with a diagnostic where the output does not suit the
/// loss.
llvm::FailureOr<mlir::RankedTensorType> getTargetType(const Recipe &loss,
                                                      mlir::Value output);

/// Builds the loss, a scalar of f32 or f64: the mean over all elements or, for
/// classes, over all targets.
mlir::Value buildLoss(const Recipe &loss, mlir::Value output,
                      mlir::Value target, const TensorBuilder &b);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_LOSSES_H
