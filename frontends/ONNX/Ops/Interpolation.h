//===- Interpolation.h - one axis of another size ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each element along a resized axis is a weighted sum of few elements of the
// input, whose places and weights the modes define. Those are tables that are
// constant unless sizes depend on the run.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_INTERPOLATION_H
#define SWAGE_FRONTENDS_ONNX_OPS_INTERPOLATION_H

#include "frontends/ONNX/Ops/Numbers.h"

namespace swage::onnx {

/// What all axes have in common.
struct ResizeModes {
  enum { Nearest, Linear, Cubic } interpolation = Nearest;
  enum {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    HalfPixelForNearest,
    AlignCorners,
    Asymmetric,
    Crop
  } places = HalfPixel;
  /// PreferDown rounds halves down, Old rounds away from the origin when the
  /// image shrinks.
  enum { PreferDown, PreferUp, Floor, Ceil, Old } rounding = PreferDown;
  bool antialias = false;
  bool excludeOutside = false;
  double cubic = -0.75;
  double outside = 0;
};

/// One axis: the sizes of input and output, how much longer the output is, and
/// which part of the input is shown.
struct ResizedAxis {
  int64_t number;
  Numbers size, target, scale, start, end;
  /// Whether the scale was given, as an f32.
  bool isGiven = false;

  /// Given scales are seldom exact, but a quotient rounded like them mostly is.
  Numbers divide(const Numbers &places) const {
    return isGiven ? (places / scale).rounded() : places / scale;
  }
};

/// `value` with its axis resized.
mlir::Value resizeAxis(NodeContext &node, const ResizeModes &modes,
                       const ResizedAxis &axis, mlir::Value value);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_INTERPOLATION_H
