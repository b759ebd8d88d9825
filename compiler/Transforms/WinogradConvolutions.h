//===- WinogradConvolutions.h - convolutions that have a form ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds the convolutions that Winograd's forms can compute, with what the
// rewrite has to know of them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_WINOGRADCONVOLUTIONS_H
#define SWAGE_COMPILER_TRANSFORMS_WINOGRADCONVOLUTIONS_H

#include "compiler/Transforms/WinogradCost.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace swage {

/// A convolution [n, y, x, k] += [n, y * sy + dy, x * sx + dx, c] * filter.
struct Convolution {
  /// The loops n, y, x, k come first, as results are written.
  static constexpr unsigned kColumnLoop = 3, kNumParallel = 4;

  mlir::linalg::GenericOp op;
  mlir::Value image; ///< before it was padded
  std::array<int64_t, 2> padding{};
  mlir::Value filter;
  /// The loops over the window; none where the window has one element.
  std::array<std::optional<unsigned>, 2> windowLoops;
  unsigned inputChannelLoop = 0;
  WinogradProblem problem;
};

/// `op` as a convolution in f32, of known sizes and without dilation, of a
/// window of several elements with a constant filter; nothing where it is none.
std::optional<Convolution> matchConvolution(mlir::linalg::GenericOp op);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_WINOGRADCONVOLUTIONS_H
