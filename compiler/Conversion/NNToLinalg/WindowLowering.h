//===- WindowLowering.h - images under windows ------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the lowerings of convolution and pooling share.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_WINDOWLOWERING_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_WINDOWLOWERING_H

#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "dialects/NN/Window.h"

namespace swage::nn {

/// The sizes of `image` with the counts of windows in place of the spatial
/// ones.
Sizes slideSizes(mlir::OpBuilder &b, mlir::Location loc, mlir::Value image,
                 llvm::ArrayRef<Window> windows, bool channelsLast);

/// The image with as much padding of `value` as the windows read: less than the
/// windows ask for where strides skip it, more where a last window reaches over
/// the end. The image itself when there is nothing to add.
mlir::Value padImage(mlir::OpBuilder &b, mlir::Location loc, mlir::Value image,
                     llvm::ArrayRef<Window> windows, bool channelsLast,
                     mlir::Value value);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_WINDOWLOWERING_H
