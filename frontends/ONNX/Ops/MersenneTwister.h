//===- MersenneTwister.h - the numbers that NumPy draws ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_MERSENNETWISTER_H
#define SWAGE_FRONTENDS_ONNX_OPS_MERSENNETWISTER_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// What `numpy.random.RandomState(seed).uniform(0, 1, shape)` draws: f64
/// numbers in [0, 1) with 53 bits. `shape` is a vector of i64.
mlir::Value drawLikeNumPy(NodeContext &node, mlir::Value shape, uint32_t seed);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_MERSENNETWISTER_H
