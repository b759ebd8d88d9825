//===- Convolution.cpp - convolutions -------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Conv and what is a convolution of something rearranged.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Windows.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Checks what all convolutions ask of their filter.
static bool checkFilter(NodeContext &node, Value input, Value filter) {
  if (node.failed())
    return false;
  if (node.rank(filter) != node.rank(input) || node.rank(input) < 3) {
    node.bad("its input and filter must have the same rank, at least 3");
    return false;
  }
  if (ShapedType::isDynamicShape(node.shape(filter))) {
    node.unsupported("its filter must have a shape that is known at compile "
                     "time");
    return false;
  }
  return true;
}

/// The convolution that the node's attributes describe.
static Value convolve(NodeContext &node, Value input, Value filter,
                      Value bias) {
  if (!checkFilter(node, input, filter))
    return {};
  WindowAttributes window =
      readWindow(node, node.rank(input), node.shape(filter).drop_front(2));
  int64_t group = node.intAttr("group", 1);
  input = resolveAutoPad(node, window, input, Value());
  return node.create<nn::ConvOp>(input, filter, bias, window.strides,
                                 window.pads, window.dilations, group,
                                 /*channels_last=*/false);
}

static Results importConv(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  if (!node.requireSameType({input, filter, bias}))
    return {};
  return convolve(node, input, filter, bias);
}

/// An operand of an integer convolution without its zero point, as i32.
static Value centre(NodeContext &node, Value value, Value zeroPoint,
                    ArrayRef<int64_t> shape) {
  if (node.failed())
    return {};
  Type wide = node.builder().getI32Type();
  value = node.cast(value, wide);
  if (!zeroPoint || node.failed())
    return value;
  zeroPoint = node.cast(zeroPoint, wide);
  if (!node.failed() && node.rank(zeroPoint) > 0)
    zeroPoint = node.reshape(zeroPoint, shape);
  return node.create<nn::SubOp>(value, zeroPoint);
}

static Results importConvInteger(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1);
  if (!checkFilter(node, input, filter))
    return {};
  // A filter may have a zero point for every result channel.
  SmallVector<int64_t> perChannel(node.rank(filter), 1);
  perChannel[0] = -1;
  return convolve(node, centre(node, input, node.input(2), {}),
                  centre(node, filter, node.input(3), perChannel), Value());
}

void swage::onnx::registerConvolutionOps(Registry &registry) {
  registry.add("Conv", 1, {2, 3}, importConv);
  registry.add("ConvInteger", 10, {2, 4}, importConvInteger);
}
