//===- Compare.h - tensors against expected ones ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMPARE_H
#define SWAGE_COMPILER_DRIVER_COMPARE_H

#include "compiler/Driver/Tensor.h"
#include "frontends/ONNX/Draws.h"

namespace swage {

/// How far floating-point numbers may differ: |actual - expected| <=
/// absolute + relative * |expected| + ofLargest * (the largest magnitude of the
/// tensor's numbers). The first two defaults are those of ONNX's own backend
/// tests. The third is for whole networks, whose sums of large numbers may come
/// out next to nothing, with the rounding errors of the large ones.
struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
  double ofLargest = 1e-4;
};

/// Empty when `actual` is `expected`; otherwise what differs, in one line. NaN
/// equals NaN, infinities equal themselves, and integers, booleans and strings
/// must be the same. Where .npy files have another type in place of the actual
/// one, `expected` is taken as that.
std::string compareTensors(const Tensor &actual, Tensor &expected,
                           Tolerance tolerance);

/// Empty when `actual` has the type and the shape of `expected`, and its
/// numbers are what the standard lets be drawn: within the bounds, as far as
/// `tolerance` goes for floating-point numbers.
std::string compareDraws(const Tensor &actual, Tensor &expected,
                         const onnx::DrawnNumbers &bounds, Tolerance tolerance);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMPARE_H
