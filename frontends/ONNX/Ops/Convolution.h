//===- Convolution.h - convolutions of several kinds ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_CONVOLUTION_H
#define SWAGE_FRONTENDS_ONNX_OPS_CONVOLUTION_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// The convolution that the node's attributes describe; null on failure.
mlir::Value convolve(NodeContext &node, mlir::Value input, mlir::Value filter,
                     mlir::Value bias);

/// A convolution without padding whose filter the run alone knows the size of:
/// a product of matrices, of the filter and of the input's elements gathered
/// from all windows. `groups` is a vector of their number.
mlir::Value convolveGathered(NodeContext &node, mlir::Value input,
                             mlir::Value filter, mlir::Value bias,
                             mlir::Value groups,
                             llvm::ArrayRef<int64_t> strides,
                             llvm::ArrayRef<int64_t> dilations);

/// A quantised tensor without its zero point, as i32. A zero point that is not
/// a scalar is given `shape` to broadcast.
mlir::Value centre(NodeContext &node, mlir::Value value, mlir::Value zeroPoint,
                   llvm::ArrayRef<int64_t> shape);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_CONVOLUTION_H
