//===- Search.cpp - order, places and running totals ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

template <typename OpTy> static Results importArg(NodeContext &node) {
  Value input = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(input));
  bool keepDims = node.boolAttr("keepdims", true);
  bool last = node.boolAttr("select_last_index", false);
  return node.create<OpTy>(input, axis, keepDims, last);
}

static Results selectTop(NodeContext &node, Value k, bool largest) {
  Value input = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", -1), node.rank(input));
  // Sorted elements are a possible answer to a request for unsorted ones.
  node.ignoreAttr("sorted");
  return node.createMany<nn::TopKOp>(input, k, axis, largest);
}

static Results importTopKByAttribute(NodeContext &node) {
  if (!node.hasAttr("k"))
    return node.bad("its attribute 'k' is missing");
  Type i64 = node.builder().getI64Type();
  return selectTop(node, node.scalar(i64, node.intAttr("k", 0)), true);
}

static Results importTopK(NodeContext &node) {
  bool largest = node.boolAttr("largest", true);
  return selectTop(node, node.reshape(node.input(1), {}), largest);
}

/// The greatest of an axis is one, all others zero.
static Value hardmax(NodeContext &node, Value value, int64_t axis) {
  if (node.failed())
    return {};
  Value best = node.create<nn::ArgMaxOp>(value, axis, /*keep_dims=*/true,
                                         /*select_last=*/false);
  Value places =
      countTo(node, node.create<nn::ShapeOp>(value, axis, axis + 1));
  places = alongAxis(node, places, axis, node.rank(value));
  return node.cast(node.create<nn::EqualOp>(best, places),
                   node.elementType(value));
}

static Results importHardmax(NodeContext &node) {
  Value value = node.input(0);
  return hardmax(node, value,
                 node.axis(node.intAttr("axis", -1), node.rank(value)));
}

/// Before version 13 all dimensions from the axis on count as one.
static Results importOldHardmax(NodeContext &node) {
  Value value = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 1), node.rank(value));
  return reshapeLike(node, hardmax(node, flattenTo2D(node, value, axis), 1),
                     value);
}

static Results importNonZero(NodeContext &node) {
  Value value = node.input(0);
  // A scalar has places, but these have no coordinates.
  bool isScalar = node.rank(value) == 0;
  if (isScalar)
    value = node.reshape(value, {1});
  // What is empty counts as zero.
  if (holdsStrings(node, value))
    value = node.create<nn::NotOp>(
        equalStrings(node, value, node.scalarLike(value, 0)));
  else if (!node.failed() && isa<ComplexType>(node.elementType(value)))
    value = node.create<nn::NotOp>(
        node.create<nn::EqualOp>(value, node.scalarLike(value, 0)));
  Value places = node.create<nn::NonZeroOp>(value);
  return isScalar && !node.failed() ? node.slice(places, 0, 0, 0) : places;
}

/// Slices of `data` at the places where the condition holds.
static Results importCompress(NodeContext &node) {
  Value data = node.input(0), condition = node.input(1);
  if (!node.elementType(condition).isInteger(1) || node.rank(condition) != 1)
    return node.bad("its condition must be a vector of booleans");
  int64_t axis = 0;
  if (node.hasAttr("axis"))
    axis = node.axis(node.intAttr("axis", 0), node.rank(data));
  else
    data = node.reshape(data, {-1});
  Value places =
      node.reshape(node.create<nn::NonZeroOp>(condition), {-1});
  return node.create<nn::GatherOp>(data, places, axis);
}

static Results importUnique(NodeContext &node) {
  Value data = node.input(0);
  if (!node.failed() && isa<ComplexType>(node.elementType(data)))
    return node.unsupported("complex numbers have no order");
  bool sorted = node.boolAttr("sorted", true);
  int64_t axis = 0;
  if (node.hasAttr("axis"))
    axis = node.axis(node.intAttr("axis", 0), node.rank(data));
  else
    data = node.reshape(data, {-1});
  if (node.failed())
    return {};
  // Nothing has no kinds.
  if (node.shape(data)[axis] == 0) {
    Value none = node.intTensor(node.builder().getI64Type(), {0}, {});
    return {data, none, none, none};
  }
  // Slices along the axis become rows.
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(data)));
  order.erase(order.begin() + axis);
  order.insert(order.begin(), axis);
  Value rows = flattenTo2D(node, node.transpose(data, order), 1);
  if (holdsStrings(node, rows))
    rows = node.create<nn::StringRankOp>(rows);
  SmallVector<Value> kinds = node.createMany<nn::UniqueOp>(rows, sorted);
  if (node.failed())
    return {};
  Value values = node.create<nn::GatherOp>(data, kinds[0], axis);
  return {values, kinds[0], kinds[1], kinds[2]};
}

static Results importNonMaxSuppression(NodeContext &node) {
  Value boxes = node.input(0), scores = node.input(1);
  if (!node.requireSameType({boxes, scores}))
    return {};
  int64_t form = node.intAttr("center_point_box", 0);
  if (form != 0 && form != 1)
    return node.bad("its attribute 'center_point_box' must be 0 or 1");
  auto given = [&](unsigned index, Type type, double otherwise) {
    if (Value value = node.input(index))
      return node.reshape(value, {});
    return node.scalar(type, otherwise);
  };
  Type f32 = node.builder().getF32Type();
  Type i64 = node.builder().getI64Type();
  Value limit = given(2, i64, 0);
  if (node.failed())
    return {};
  // Without a limit, or with none at all, nothing is selected.
  std::optional<SmallVector<int64_t>> known = nn::getConstantElements(limit);
  if (known && known->front() <= 0)
    return node.intTensor(i64, {0, 3}, {});
  Value overlap = given(3, f32, 0);
  Value threshold = given(4, f32, -std::numeric_limits<double>::infinity());
  return node.create<nn::NonMaxSuppressionOp>(boxes, scores, limit, overlap,
                                              threshold, form == 1);
}

template <typename OpTy> static Results importCumulative(NodeContext &node) {
  Value input = node.input(0), axis = node.input(1);
  bool exclusive = node.boolAttr("exclusive", false);
  bool reverse = node.boolAttr("reverse", false);
  // The standard has a scalar; files with a vector of one element exist.
  return node.create<OpTy>(input, node.reshape(axis, {}), exclusive, reverse);
}

void swage::onnx::registerSearchOps(Registry &registry) {
  registry.add("ArgMax", 1, {1, 1}, importArg<nn::ArgMaxOp>);
  registry.add("ArgMin", 1, {1, 1}, importArg<nn::ArgMinOp>);
  registry.add("TopK", 1, {1, 1}, importTopKByAttribute);
  registry.add("TopK", 10, {2, 2}, importTopK);
  registry.add("Hardmax", 1, {1, 1}, importOldHardmax);
  registry.add("Hardmax", 13, {1, 1}, importHardmax);
  registry.add("NonZero", 9, {1, 1}, importNonZero);
  registry.add("Compress", 9, {2, 2}, importCompress);
  registry.add("Unique", 11, {1, 1}, importUnique);
  registry.add("NonMaxSuppression", 10, {2, 5}, importNonMaxSuppression);
  registry.add("CumSum", 11, {2, 2}, importCumulative<nn::CumSumOp>);
  registry.add("CumProd", 26, {2, 2}, importCumulative<nn::CumProdOp>);
}
