//===- Fourier.h - Fourier transforms ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Transforms of the last dimension of signals. A length that is known becomes a
// sequence of products with small matrices and of rotations by constants, its
// number of steps in the order of n log n; one that only the run knows becomes
// a product with a matrix that the run computes.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_FOURIER_H
#define SWAGE_FRONTENDS_ONNX_OPS_FOURIER_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// Real and imaginary parts; the second may be absent.
struct Complex {
  mlir::Value real, imaginary;
};

/// The type that signals of `type` are transformed in. Sums of many terms
/// cancel, so f32 is not enough for f32.
mlir::Type fourierType(NodeContext &node, mlir::Type type);

/// The first `count` frequencies of a signal read as if it had `length`
/// elements, both scalars of i64; the inverse is divided by the length.
Complex fourierTransform(NodeContext &node, const Complex &signal,
                         mlir::Value length, mlir::Value count, bool inverse);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_FOURIER_H
