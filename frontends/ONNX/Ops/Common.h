//===- Common.h - what several operator families need -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_COMMON_H
#define SWAGE_FRONTENDS_ONNX_OPS_COMMON_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// The axes of a node, which are an attribute before version `inputSince` and
/// its input `index` from then on. Nothing when they are not given.
std::optional<llvm::SmallVector<int64_t>>
axesOf(NodeContext &node, int64_t inputSince, unsigned index);

/// The number of elements as a scalar of i64.
mlir::Value sizeOf(NodeContext &node, mlir::Value value);

/// Each size of `value` as a vector of one i64.
llvm::SmallVector<mlir::Value> dimensions(NodeContext &node, mlir::Value value);

/// The size of a dimension as a scalar of i64.
mlir::Value sizeAt(NodeContext &node, mlir::Value value, int64_t dimension);

/// `value` with the sizes that `parts`, vectors of i64, make up together.
mlir::Value reshapeBy(NodeContext &node, mlir::Value value,
                      llvm::ArrayRef<mlir::Value> parts);

/// The dimensions before `axis` as one, and those from it on as another.
mlir::Value flattenTo2D(NodeContext &node, mlir::Value value, int64_t axis);

/// `value` in the shape of `like`, which has as many elements.
mlir::Value reshapeLike(NodeContext &node, mlir::Value value, mlir::Value like);

/// A vector of channels, shaped to broadcast along dimension `axis` of a tensor
/// with `rank` dimensions.
mlir::Value alongAxis(NodeContext &node, mlir::Value vector, int64_t axis,
                      int64_t rank);

/// A scalar or small constant everywhere in the shape of the vector `sizes`.
mlir::Value fill(NodeContext &node, mlir::Value scalar, mlir::Value sizes);

/// `value` as often along each dimension as the vector of integers says.
mlir::Value repeat(NodeContext &node, mlir::Value value, mlir::Value repeats);

/// The sizes for a reshape of `value`, with a number in place of -1 where that
/// can be told, although others depend on the run.
mlir::Value resolveRest(NodeContext &node, mlir::Value value, mlir::Value sizes,
                        bool allowZero);

/// 0, 1, ..., size - 1 as a vector.
mlir::Value iota(NodeContext &node, mlir::Type elementType, int64_t size);

/// The same as i64 up to a size that is the one element of a tensor of i64.
mlir::Value countTo(NodeContext &node, mlir::Value size);

/// 1 / sqrt(variance + epsilon).
mlir::Value reciprocalDeviation(NodeContext &node, mlir::Value variance,
                                double epsilon);

/// The type in which sums over narrow floats are kept: at least f32.
mlir::Type accumulator(mlir::Type elementType);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_COMMON_H
