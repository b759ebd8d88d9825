//===- PaddedWindows.h - contractions that slide over padding ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Recognises contractions and poolings that pass a window over a padded image,
// and tells which part of the window lies on the image where.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_PADDEDWINDOWS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_PADDEDWINDOWS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <optional>

namespace swage {

/// Places in a row at which the same part of the window lies on the image.
struct Stretch {
  int64_t first, count;   ///< places
  int64_t firstTap, taps; ///< elements of the window
};

/// A padded dimension of the image.
struct Axis {
  unsigned dim = 0;            ///< of the image
  unsigned place = 0, tap = 0; ///< loops
  int64_t stride = 1, dilation = 1;
  int64_t low = 0; ///< zeros in front of the image
  llvm::SmallVector<Stretch> stretches;
};

/// A contraction, or a pooling, and the padded operand that it slides over.
struct Sliding {
  mlir::linalg::GenericOp op;
  mlir::OpOperand *image = nullptr;
  mlir::OpOperand *filter = nullptr; ///< of a pooling, a tensor of its shape
  bool hasProducts = false;          ///< with the filter's elements
  mlir::tensor::PadOp pad;
  llvm::SmallVector<Axis> axes;
  llvm::SmallVector<int64_t> ranges; ///< of the loops
};

/// What `op` is, if it adds up products, in whatever order, over a window on an
/// operand that a constant number of zeros surrounds, all sizes being known; or
/// if it takes the greatest element of each window, and what surrounds the
/// operand is what it begins with. Nothing too where a place of the window has
/// nothing of the image.
std::optional<Sliding> matchSliding(mlir::linalg::GenericOp op);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PADDEDWINDOWS_H
