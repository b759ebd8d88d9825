//===- Taps.cpp - interpolation at computed places ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Taps.h"
#include "frontends/ONNX/Ops/Common.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

Taps swage::onnx::singleTaps(NodeContext &node, Value places, Type type) {
  places = node.unsqueeze(places, {1});
  if (node.failed())
    return {};
  return {places, fill(node, node.scalar(type, 1), node.shapeOf(places))};
}

Taps swage::onnx::joinTaps(NodeContext &node, const Taps &outer,
                           const Taps &inner, Value size) {
  if (node.failed())
    return {};
  int64_t first = node.shape(outer.places)[1],
          second = node.shape(inner.places)[1];
  auto pair = [&](Value a, Value b, auto combine) {
    a = node.unsqueeze(a, {2});
    b = node.unsqueeze(b, {1});
    Value all = node.failed() ? Value() : combine(a, b);
    if (!ShapedType::isDynamic(first) && !ShapedType::isDynamic(second) &&
        first * second > 0)
      return node.reshape(all, {-1, first * second});
    return flattenTo2D(node, all, 1);
  };
  Value none = node.scalar(node.builder().getI64Type(), 0);
  Taps result;
  result.places = pair(outer.places, inner.places, [&](Value a, Value b) {
    Value place = node.create<nn::AddOp>(node.create<nn::MulOp>(a, size), b);
    Value lesser = node.create<nn::MinOp>(a, b);
    return node.create<nn::SelectOp>(node.create<nn::LessOp>(lesser, none),
                                     lesser, place);
  });
  result.weights = pair(outer.weights, inner.weights, [&](Value a, Value b) {
    return node.create<nn::MulOp>(a, b);
  });
  return result;
}

Value swage::onnx::withSize(NodeContext &node, Value value, int64_t axis,
                            int64_t size) {
  if (node.failed() || ShapedType::isStatic(node.shape(value)[axis]))
    return value;
  int64_t rank = node.rank(value);
  return reshapeBy(node, value,
                   {node.create<nn::ShapeOp>(value, 0, axis), node.ints({size}),
                    node.create<nn::ShapeOp>(value, axis + 1, rank)});
}

Value swage::onnx::pixelRows(NodeContext &node, Value image) {
  if (node.failed())
    return {};
  int64_t rank = node.rank(image);
  SmallVector<int64_t> order{0};
  llvm::append_range(order, llvm::seq<int64_t>(2, rank));
  order.push_back(1);
  return flattenTo2D(node, node.transpose(image, order), rank - 1);
}

Value swage::onnx::addOffsets(NodeContext &node, Value value, Value offsets) {
  if (node.failed())
    return {};
  return node.create<nn::AddOp>(node.unsqueeze(value, {node.rank(value)}),
                                offsets);
}
