//===- PooledConvolutions.h - pools behind first convolutions ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Which convolutions are computed together with a window over their result, and
// when that pays.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_POOLEDCONVOLUTIONS_H
#define SWAGE_COMPILER_TRANSFORMS_POOLEDCONVOLUTIONS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace swage {

/// A product with constant weights that gives each place of an image its
/// channels: a 1x1 convolution, or one with a window of its own.
struct ChannelProduct {
  mlir::OpOperand *image = nullptr, *weights = nullptr;
};

/// `op` as such a product, in f32 and of known sizes, that no other mark names;
/// nothing where it is none.
std::optional<ChannelProduct> matchChannelProduct(mlir::linalg::GenericOp op);

/// Whether the input of the convolution `op` has fewer channels than a vector
/// has `lanes`. No Winograd form takes such a convolution, and each place of
/// its result takes few steps.
bool isShallow(mlir::linalg::GenericOp op, int64_t lanes);

/// Whether what `conv` loses by computing the rows twice that two bands need is
/// less than `window`, over `image`, gains by finding them in the cache, where
/// each band has `bandBytes` for a panel of `panel` channels.
bool paysInBands(mlir::linalg::GenericOp conv, mlir::linalg::GenericOp window,
                 mlir::OpOperand &image, int64_t panel, int64_t bandBytes);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_POOLEDCONVOLUTIONS_H
