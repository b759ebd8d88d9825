//===- WinogradPools.h - pools that tiles of outputs hold -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A pool whose windows lie side by side within the tiles of a convolution can
// be computed from them in registers: the convolution's own result never goes
// to memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_WINOGRADPOOLS_H
#define SWAGE_COMPILER_TRANSFORMS_WINOGRADPOOLS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <array>

namespace swage {

/// The pool of `result`, an image [n, y, x, c] that is computed in tiles of
/// `tile` rows and columns, or of what elementwise operations with constants
/// make of it; null where there is none that windows without overlap cut the
/// tiles into, or where anybody else reads the image.
mlir::linalg::GenericOp findPoolOfTiles(mlir::Value result,
                                        std::array<int64_t, 2> tile);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_WINOGRADPOOLS_H
