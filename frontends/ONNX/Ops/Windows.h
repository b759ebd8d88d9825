//===- Windows.h - attributes of convolution and pooling --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// How ONNX describes the windows that slide over an image: kernel_shape,
// strides, dilations, pads and auto_pad.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_WINDOWS_H
#define SWAGE_FRONTENDS_ONNX_OPS_WINDOWS_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

struct WindowAttributes {
  llvm::SmallVector<int64_t> kernel;
  llvm::SmallVector<int64_t> strides;
  llvm::SmallVector<int64_t> dilations;
  /// Before every spatial dimension, then after.
  llvm::SmallVector<int64_t> pads;
  enum { Explicit, SameUpper, SameLower, Valid } autoPad = Explicit;

  int64_t extent(size_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
};

/// Reads and checks the attributes of a node over an image of `rank`
/// dimensions. `kernel` is what the filter says; when it is empty the attribute
/// kernel_shape must be there.
WindowAttributes readWindow(NodeContext &node, int64_t rank,
                            llvm::ArrayRef<int64_t> kernel = {});

/// Resolves auto_pad for the windows of a convolution or pooling over `input`.
/// Sets the pads where sizes are known. Where they are not, the image is padded
/// with `padding` by as much as the run's sizes ask for, and returned.
mlir::Value resolveAutoPad(NodeContext &node, WindowAttributes &window,
                           mlir::Value input, mlir::Value padding);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_WINDOWS_H
