//===- Branch.h - a choice between two computations -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Builds a branch whose result types follow from what its arms give: where they
// differ in a size, that size is not known.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_BRANCH_H
#define SWAGE_FRONTENDS_ONNX_BRANCH_H

#include "frontends/ONNX/NodeContext.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace swage::onnx {

/// Builds the values of one arm at the insertion point.
using Arm = llvm::function_ref<llvm::SmallVector<mlir::Value>()>;

/// The values of `then` where the one element of `condition` holds, else those
/// of `otherwise`. Empty when the node failed.
llvm::SmallVector<mlir::Value> branch(NodeContext &node, mlir::Value condition,
                                      Arm then, Arm otherwise);
/// The same; nothing, and no failure, when the arms give values of different
/// types or numbers of dimensions.
std::optional<llvm::SmallVector<mlir::Value>>
tryBranch(NodeContext &node, mlir::Value condition, Arm then, Arm otherwise);

/// `value` as `type`, which may know more or less of it, or be an optional that
/// holds it.
mlir::Value castTo(NodeContext &node, mlir::Value value, mlir::Type type);

/// The one element of a tensor.
mlir::Value extractScalar(NodeContext &node, mlir::Value value);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_BRANCH_H
