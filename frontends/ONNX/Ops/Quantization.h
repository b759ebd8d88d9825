//===- Quantization.h - what quantised operators share ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_QUANTIZATION_H
#define SWAGE_FRONTENDS_ONNX_OPS_QUANTIZATION_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// Values already divided by the scale, rounded and brought into the range of
/// `type` around the zero point, which may be null.
mlir::Value roundTo(NodeContext &node, mlir::Value scaled,
                    mlir::Value zeroPoint, mlir::Type type, bool saturate);

/// A tensor of f32 as bytes that span all values and zero.
struct DynamicBytes {
  mlir::Value bytes, scale, zeroPoint;
};
DynamicBytes quantizeDynamically(NodeContext &node, mlir::Value value);

/// The product of quantised matrices in i32. Zero points may be null.
mlir::Value multiplyQuantized(NodeContext &node, mlir::Value lhs,
                              mlir::Value lhsZero, mlir::Value rhs,
                              mlir::Value rhsZero);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_QUANTIZATION_H
