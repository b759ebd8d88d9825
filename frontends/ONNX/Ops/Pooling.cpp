//===- Pooling.cpp - pooling ----------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reductions of windows, and of all that a channel holds.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Windows.h"
#include "frontends/ONNX/Registry.h"
#include <cmath>

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The axes of an image's spatial dimensions; none when it has no such.
static SmallVector<int64_t> spatialAxes(NodeContext &node, Value image) {
  if (node.failed())
    return {};
  if (node.rank(image) < 3) {
    node.bad("its input has no spatial dimensions");
    return {};
  }
  return llvm::to_vector(llvm::seq<int64_t>(2, node.rank(image)));
}

template <typename OpTy> static Results importGlobal(NodeContext &node) {
  Value input = node.input(0);
  SmallVector<int64_t> axes = spatialAxes(node, input);
  return node.create<OpTy>(input, axes, /*keep_dims=*/true);
}

/// The p-norm of what `reduce` sums up.
static Value norm(NodeContext &node, Value input, double p,
                  llvm::function_ref<Value(Value)> reduce) {
  if (node.failed())
    return {};
  Value magnitude = node.create<nn::AbsOp>(input);
  if (p == 1)
    return reduce(magnitude);
  if (p == 2)
    return node.create<nn::SqrtOp>(
        reduce(node.create<nn::MulOp>(input, input)));
  Value sum =
      reduce(node.create<nn::PowOp>(magnitude, node.scalarLike(input, p)));
  return node.create<nn::PowOp>(sum, node.scalarLike(input, 1 / p));
}

/// The first version wrote the exponent as a float.
static double readExponent(NodeContext &node) {
  return node.opset() < 2 ? node.floatAttr("p", 2)
                          : double(node.intAttr("p", 2));
}

static Results importGlobalLp(NodeContext &node) {
  double p = readExponent(node);
  Value input = node.input(0);
  SmallVector<int64_t> axes = spatialAxes(node, input);
  return norm(node, input, p, [&](Value value) {
    return node.create<nn::ReduceSumOp>(value, axes, /*keep_dims=*/true);
  });
}

static Results importAveragePool(NodeContext &node) {
  Value input = node.input(0);
  WindowAttributes window = readWindow(node, node.rank(input));
  bool ceil = node.boolAttr("ceil_mode", false);
  bool includePad = node.boolAttr("count_include_pad", false);
  Type type = node.elementType(input);
  if (node.failed())
    return {};
  WindowAttributes onOnes = window;
  Value padded = resolveAutoPad(node, window, input, Value());
  auto pool = [&](Value value, bool countPadding) {
    return node.create<nn::AveragePoolOp>(value, window.kernel, window.strides,
                                          window.pads, window.dilations, ceil,
                                          /*channels_last=*/false,
                                          countPadding);
  };
  if (padded == input || includePad)
    return pool(padded, includePad);
  // The padding has become a part of the image. What a mean over it has to be
  // divided by is the image's share in each window: the mean of ones.
  Value ones =
      node.create<nn::ExpandOp>(node.scalar(type, 1), node.shapeOf(input));
  Value share = resolveAutoPad(node, onOnes, ones, Value());
  return node.create<nn::DivOp>(pool(padded, true), pool(share, true));
}

static Results importLpPool(NodeContext &node) {
  Value input = node.input(0);
  WindowAttributes window = readWindow(node, node.rank(input));
  double p = readExponent(node);
  bool ceil = node.boolAttr("ceil_mode", false);
  input = resolveAutoPad(node, window, input, Value());
  return norm(node, input, p, [&](Value value) {
    return node.create<nn::SumPoolOp>(value, window.kernel, window.strides,
                                      window.pads, window.dilations, ceil,
                                      /*channels_last=*/false);
  });
}

/// The least element of the input's type, as a scalar.
static Value least(NodeContext &node, Value input) {
  Type type = node.elementType(input);
  if (isa<FloatType>(type))
    return node.scalar(type, -std::numeric_limits<double>::infinity());
  if (type.isUnsignedInteger())
    return node.scalar(type, 0);
  return node.scalar(type, -std::ldexp(1.0, type.getIntOrFloatBitWidth() - 1));
}

static Results importMaxPool(NodeContext &node) {
  Value input = node.input(0);
  WindowAttributes window = readWindow(node, node.rank(input));
  bool ceil = node.boolAttr("ceil_mode", false);
  bool columnMajor = node.boolAttr("storage_order", false);
  if (node.failed())
    return {};
  Value padded = resolveAutoPad(node, window, input, least(node, input));
  if (!node.hasOutput(1))
    return node.create<nn::MaxPoolOp>(padded, window.kernel, window.strides,
                                      window.pads, window.dilations, ceil,
                                      /*channels_last=*/false);
  if (padded != input)
    return node.unsupported("auto_pad over dimensions of unknown size is not "
                            "supported together with indices; fix the sizes "
                            "with --dim");
  return node.createMany<nn::MaxPoolIndicesOp>(
      input, window.kernel, window.strides, window.pads,
      window.dilations, ceil, columnMajor);
}

void swage::onnx::registerPoolingOps(Registry &registry) {
  registry.add("GlobalAveragePool", 1, {1, 1}, importGlobal<nn::ReduceMeanOp>);
  registry.add("GlobalMaxPool", 1, {1, 1}, importGlobal<nn::ReduceMaxOp>);
  registry.add("GlobalLpPool", 1, {1, 1}, importGlobalLp);
  registry.add("AveragePool", 1, {1, 1}, importAveragePool);
  registry.add("LpPool", 1, {1, 1}, importLpPool);
  registry.add("MaxPool", 1, {1, 1}, importMaxPool);
}
