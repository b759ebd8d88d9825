//===- NarrowSaved.h - activations in 16 bits -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_NARROWSAVED_H
#define SWAGE_COMPILER_TRAINING_NARROWSAVED_H

#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinTypes.h"

namespace swage::training {

/// The results of operators up to `lastForward`, but for constants, that
/// operators behind it read.
llvm::SmallVector<mlir::Value> findSaved(mlir::Block &block,
                                         mlir::Operation *lastForward);

/// Mixed precision by storage: what the way back reads of the forward pass,
/// large tensors of f32 before `lastForward`, is rounded to `type` where it is
/// computed. Everything that reads it, in both directions, reads what was
/// rounded; arithmetic, sums, gradients and parameters stay f32, so that small
/// gradients need no scaling.
void narrowSaved(mlir::Block &block, mlir::Operation *lastForward,
                 mlir::FloatType type);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_NARROWSAVED_H
