//===- Taps.h - interpolation at computed places ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that sample an image at places which tensors give, each as a
// weighted sum of the pixels around it. Axis by axis, they list the pixels of
// every sample (its taps) with their weights; joined, these are the rows of a
// table for nn.gather_sum.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_TAPS_H
#define SWAGE_FRONTENDS_ONNX_OPS_TAPS_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// A row for each sample, with an entry for each of its taps: a place (i64),
/// which is negative for a pixel that counts as zero, and a weight.
struct Taps {
  mlir::Value places, weights;
};

/// One tap of weight 1 for each place in the vector `places`.
Taps singleTaps(NodeContext &node, mlir::Value places, mlir::Type type);

/// The pairs of the taps of an axis and those of the next, which has `size`
/// (a scalar of i64) pixels. Weights are multiplied.
Taps joinTaps(NodeContext &node, const Taps &outer, const Taps &inner,
              mlir::Value size);

/// `value` with a size along an axis that the operator asks for; where the type
/// does not say it, the run makes sure of it.
mlir::Value withSize(NodeContext &node, mlir::Value value, int64_t axis,
                     int64_t size);

/// `value` as [N, P, C] for an image [N, C, spatial...], flattened to
/// [N * P, C].
mlir::Value pixelRows(NodeContext &node, mlir::Value image);

/// The last dimension of `value` made a new one of the entries 0, 1, ... of
/// `offsets`, a vector: value[..., i] = value[...] + offsets[i].
mlir::Value addOffsets(NodeContext &node, mlir::Value value,
                       mlir::Value offsets);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_TAPS_H
