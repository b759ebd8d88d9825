//===- Layout.h - moving transpositions through a graph ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the layout pass consists of. Transpositions that it creates, or merges
// with its own, carry the attribute `nn.layout` while it runs: only these are
// moved, those that the model asks for stay where they are.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_LAYOUT_H
#define SWAGE_COMPILER_TRANSFORMS_LAYOUT_H

#include "dialects/NN/NN.h"

namespace swage::nn {

/// The transposition that defines `value` and may be moved, or null.
TransposeOp getMovable(mlir::Value value);

/// `value` with its dimensions permuted: dimension i of the result is dimension
/// permutation[i] of `value`. Merges with the transposition that defines the
/// value, and becomes a reshape where only dimensions of size 1 change place.
mlir::Value createMovable(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value value,
                          llvm::ArrayRef<int64_t> permutation);

/// Moves transpositions from the operands of `op` behind its results, where
/// that does not make them more. Returns whether it did; `op` is erased then.
bool sinkThroughOperator(mlir::Operation *op);

/// The same for operators that change the number of dimensions.
bool sinkThroughReshape(ReshapeOp op);
bool sinkThroughReduction(mlir::Operation *op);

} // namespace swage::nn

#endif // SWAGE_COMPILER_TRANSFORMS_LAYOUT_H
