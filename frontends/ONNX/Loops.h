//===- Loops.h - loops whose body the model gives ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What Loop and Scan have in common: values carried from one iteration to the
// next, whose sizes may change on the way, and values collected into one
// tensor.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_LOOPS_H
#define SWAGE_FRONTENDS_ONNX_LOOPS_H

#include "frontends/ONNX/NodeContext.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>

namespace swage::onnx {

/// What one iteration gives.
struct Iteration {
  /// Whether another one follows; null when that is not in question.
  mlir::Value condition;
  llvm::SmallVector<mlir::Value> carried;
  llvm::SmallVector<mlir::Value> collected;
};

/// Builds the body at the insertion point, given the number of the iteration as
/// a scalar of i64 and the carried values. Nothing when it could not be
/// imported.
using LoopBody = llvm::function_ref<std::optional<Iteration>(
    mlir::Value number, mlir::Value condition,
    llvm::ArrayRef<mlir::Value> carried)>;

struct LoopBounds {
  /// How often at most, as an `index`; null when only the condition decides.
  mlir::Value count;
  /// Whether there is a first iteration; null when that is not in question.
  mlir::Value condition;
};

/// The carried values after the last iteration, then the collected ones, each
/// stacked along a new first dimension. Empty when the node failed.
llvm::SmallVector<mlir::Value> buildLoop(NodeContext &node, LoopBounds bounds,
                                         llvm::ArrayRef<mlir::Value> initial,
                                         LoopBody body);

/// A tensor of one integer as an `index`, which is 0 for what is negative.
mlir::Value toIndex(NodeContext &node, mlir::Value value);

/// `value`, an `index`, as a scalar tensor of i64.
mlir::Value indexToTensor(NodeContext &node, mlir::Value value);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_LOOPS_H
