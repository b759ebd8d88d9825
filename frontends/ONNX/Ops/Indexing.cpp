//===- Indexing.cpp - places chosen by indices ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gathers, scatters, and operators that compare places: masks of triangles,
// one-hot vectors, reversed sequences.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The place of every element in dimension `axis` of `value`, shaped to
/// broadcast against `rank` dimensions of which it is number `as`.
static Value placesAlong(NodeContext &node, Value value, int64_t axis,
                         int64_t as, int64_t rank) {
  Value size = node.create<nn::ShapeOp>(value, axis, axis + 1);
  return alongAxis(node, countTo(node, size), as, rank);
}

static Results importRange(NodeContext &node) {
  Value start = node.input(0), limit = node.input(1), delta = node.input(2);
  if (!node.requireSameType({start, limit, delta}))
    return {};
  for (Value *each : {&start, &limit, &delta})
    *each = node.reshape(*each, {});
  return node.create<nn::RangeOp>(start, limit, delta);
}

static Results importGatherElements(NodeContext &node) {
  Value data = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(data));
  return node.create<nn::GatherElementsOp>(data, node.input(1), axis);
}

/// Indices whose last dimension, the number of dimensions that each of them
/// chooses in, is `depth` where their type does not say it.
static Value withDepth(NodeContext &node, Value indices, int64_t depth) {
  if (node.failed() || node.rank(indices) < 1 || depth < 1 ||
      ShapedType::isStatic(node.shape(indices).back()))
    return indices;
  int64_t rank = node.rank(indices);
  Value sizes = node.concat(
      {node.create<nn::ShapeOp>(indices, 0, rank - 1), node.ints({depth})}, 0);
  return node.create<nn::ReshapeOp>(indices, sizes, /*allow_zero=*/true);
}

static Results importGatherND(NodeContext &node) {
  Value data = node.input(0), indices = node.input(1);
  int64_t batch = node.intAttr("batch_dims", 0);
  if (std::optional<int64_t> rank = node.declaredRank(0))
    indices =
        withDepth(node, indices,
                  node.rank(data) + node.rank(indices) - 1 - batch - *rank);
  return node.create<nn::GatherNDOp>(data, indices, batch);
}

/// How updates are combined with what is there.
static std::string readReduction(NodeContext &node, Value data) {
  std::string reduction = node.stringAttr("reduction", "none");
  if (!node.failed() && reduction != "none" &&
      !node.elementType(data).isIntOrFloat())
    node.unsupported("it combines real numbers only");
  // Of booleans a sum is whether any holds, a product whether all do.
  if (!node.failed() && node.elementType(data).isInteger(1))
    return reduction == "add" ? "max" : reduction == "mul" ? "min" : reduction;
  return reduction;
}

static Results importScatterElements(NodeContext &node) {
  Value data = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(data));
  std::string reduction = readReduction(node, data);
  return node.create<nn::ScatterElementsOp>(data, node.input(1), node.input(2),
                                            axis, reduction);
}

static Results importScatterND(NodeContext &node) {
  Value data = node.input(0), indices = node.input(1), updates = node.input(2);
  indices =
      withDepth(node, indices,
                node.rank(data) + node.rank(indices) - 1 - node.rank(updates));
  return node.create<nn::ScatterNDOp>(data, indices, updates,
                                      readReduction(node, data));
}

/// A cache of sequences, in which each sequence is written from a place of its
/// own on, around the end where the cache is circular.
static Results importTensorScatter(NodeContext &node) {
  Value cache = node.input(0), update = node.input(1), starts = node.input(2);
  std::string mode = node.stringAttr("mode", "linear");
  if (mode != "linear" && mode != "circular")
    return node.bad("its attribute 'mode' is '" + mode + "'");
  int64_t rank = node.rank(cache);
  int64_t axis = node.axis(node.intAttr("axis", -2), rank);
  if (axis == 0)
    return node.bad("its axis is that of the batch");
  Value places = placesAlong(node, update, axis, axis, rank);
  if (starts)
    places = node.create<nn::AddOp>(alongAxis(node, starts, 0, rank), places);
  if (mode == "circular")
    places = node.create<nn::ModOp>(
        places,
        node.reshape(node.create<nn::ShapeOp>(cache, axis, axis + 1), {}),
        /*fmod=*/false);
  places = node.create<nn::ExpandOp>(places, node.shapeOf(update));
  return node.create<nn::ScatterElementsOp>(cache, places, update, axis,
                                            "none");
}

static Results importOneHot(NodeContext &node) {
  Type i64 = node.builder().getI64Type();
  Value indices = node.cast(node.input(0), i64);
  Value depth = node.reshape(node.cast(node.input(1), i64), {});
  Value values = node.input(2);
  if (node.failed())
    return {};
  int64_t rank = node.rank(indices) + 1;
  int64_t axis = node.axis(node.intAttr("axis", -1), rank);
  Value negative = node.create<nn::LessOp>(indices, node.scalar(i64, 0));
  indices = node.create<nn::SelectOp>(
      negative, node.create<nn::AddOp>(indices, depth), indices);
  Value places = alongAxis(node, countTo(node, depth), axis, rank);
  Value hot = node.create<nn::EqualOp>(node.unsqueeze(indices, {axis}), places);
  Value off = node.reshape(node.slice(values, 0, 0, 1), {});
  Value on = node.reshape(node.slice(values, 0, 1, 2), {});
  return node.create<nn::SelectOp>(hot, on, off);
}

static Results importEyeLike(NodeContext &node) {
  Value like = node.input(0);
  if (node.rank(like) != 2)
    return node.bad("its input must be a matrix");
  Type type = node.elementType(like);
  if (node.hasAttr("dtype")) {
    type = swage::onnx::elementTypeOf(node.intAttr("dtype", 1), node.context());
    if (!type)
      return node.bad("its attribute 'dtype' is not an element type");
  }
  Value rows = placesAlong(node, like, 0, 0, 2);
  Value columns = placesAlong(node, like, 1, 1, 2);
  Value offset = node.scalar(node.builder().getI64Type(), node.intAttr("k", 0));
  Value ones =
      node.create<nn::EqualOp>(columns, node.create<nn::AddOp>(rows, offset));
  return node.cast(ones, type);
}

static Results importTrilu(NodeContext &node) {
  Value value = node.input(0);
  int64_t rank = node.rank(value);
  if (rank < 2)
    return node.bad("its input must have two dimensions or more");
  bool upper = node.boolAttr("upper", true);
  Value rows = placesAlong(node, value, rank - 2, 0, 2);
  Value columns = placesAlong(node, value, rank - 1, 1, 2);
  if (Value offset = node.input(1))
    rows = node.create<nn::AddOp>(rows, node.reshape(offset, {}));
  Value kept = upper ? node.create<nn::GreaterEqualOp>(columns, rows)
                     : node.create<nn::LessEqualOp>(columns, rows);
  if (node.failed())
    return {};
  return node.create<nn::SelectOp>(kept, value, node.scalarLike(value, 0));
}

/// The first steps of each sequence backwards, the rest as they are.
static Results importReverseSequence(NodeContext &node) {
  Value value = node.input(0), lengths = node.input(1);
  int64_t batchAxis = node.intAttr("batch_axis", 1);
  int64_t timeAxis = node.intAttr("time_axis", 0);
  if (node.rank(value) < 2 || batchAxis + timeAxis != 1 ||
      batchAxis * timeAxis != 0)
    return node.bad("its batch and time must be the first two dimensions");
  auto exchange = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(value)));
  std::swap(exchange[0], exchange[1]);
  if (timeAxis == 0)
    value = node.transpose(value, exchange);
  Value time = placesAlong(node, value, 1, 1, 2);
  Value length = alongAxis(node, lengths, 0, 2);
  length = node.cast(length, node.builder().getI64Type());
  if (node.failed())
    return {};
  Value last = node.create<nn::SubOp>(length, node.scalarLike(length, 1));
  Value source =
      node.create<nn::SelectOp>(node.create<nn::LessOp>(time, length),
                                node.create<nn::SubOp>(last, time), time);
  value = node.create<nn::GatherNDOp>(value, node.unsqueeze(source, {2}),
                                      /*batch_dims=*/1);
  return timeAxis == 0 ? node.transpose(value, exchange) : value;
}

void swage::onnx::registerIndexingOps(Registry &registry) {
  registry.add("Range", 11, {3, 3}, importRange);
  registry.add("GatherElements", 11, {2, 2}, importGatherElements);
  registry.add("GatherND", 11, {2, 2}, importGatherND);
  registry.add("Scatter", 9, {3, 3}, importScatterElements);
  registry.add("ScatterElements", 11, {3, 3}, importScatterElements);
  registry.add("ScatterND", 11, {3, 3}, importScatterND);
  registry.add("TensorScatter", 24, {2, 3}, importTensorScatter);
  registry.add("OneHot", 9, {3, 3}, importOneHot);
  registry.add("EyeLike", 9, {1, 1}, importEyeLike);
  registry.add("Trilu", 14, {1, 2}, importTrilu);
  registry.add("ReverseSequence", 10, {2, 2}, importReverseSequence);
}
