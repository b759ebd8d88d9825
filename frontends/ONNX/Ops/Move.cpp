//===- Move.cpp - parts of tensors, and tensors made of constants ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Constants, slices, paddings, conversions: operators that take elements from
// somewhere and put them elsewhere.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/AxisSet.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static Results importConstant(NodeContext &node) {
  if (const AttributeProto *value = node.attr("value"))
    return node.constant(value->t());
  OpBuilder &builder = node.builder();
  if (node.hasAttr("value_int"))
    return node.intTensor(builder.getI64Type(), {},
                          {node.intAttr("value_int", 0)});
  if (std::optional<SmallVector<int64_t>> values = node.intsAttr("value_ints"))
    return node.ints(*values);
  if (node.hasAttr("value_float"))
    return node.scalar(builder.getF32Type(), node.floatAttr("value_float", 0));
  if (node.hasAttr("value_floats")) {
    SmallVector<float> values(
        llvm::map_range(node.floatsAttr("value_floats"),
                        [](double value) { return float(value); }));
    auto type =
        RankedTensorType::get({int64_t(values.size())}, builder.getF32Type());
    return Value(arith::ConstantOp::create(
        builder, node.loc(),
        DenseElementsAttr::get(type, ArrayRef<float>(values))));
  }
  if (node.hasAttr("sparse_value"))
    return node.unsupported(
        "sparse tensors are not supported; export it dense");
  if (node.hasAttr("value_string"))
    return node.create<nn::StringConstantOp>(
        builder.getStrArrayAttr({node.stringAttr("value_string", "")}),
        ArrayRef<int64_t>());
  if (node.hasAttr("value_strings"))
    return stringVector(node, node.stringsAttr("value_strings"));
  return node.bad("it has no value");
}

static Results importConstantOfShape(NodeContext &node) {
  Value element = node.scalar(node.builder().getF32Type(), 0);
  if (const AttributeProto *value = node.attr("value"))
    element = node.constant(value->t());
  if (node.failed())
    return {};
  if (node.type(element).getNumElements() != 1)
    return node.bad("its attribute 'value' must hold one element");
  return fill(node, node.reshape(element, {}), node.sizesFor(0, node.input(0)));
}

/// The conversion that both forms of Cast describe by the same attributes.
static Results createCast(NodeContext &node, Type type) {
  bool saturate = node.boolAttr("saturate", true);
  std::string rounding = node.stringAttr("round_mode", "up");
  if (!llvm::is_contained({"up", "down", "nearest"}, rounding))
    return node.bad("its rounding mode '" + printable(rounding) +
                    "' is none of up, down and nearest");
  if (isa<nn::StringType>(type))
    return castToString(node, node.input(0));
  if (holdsStrings(node, node.input(0)))
    return castFromString(node, node.input(0), type);
  return node.create<nn::CastOp>(node.input(0), type, saturate, rounding);
}

static Results importCast(NodeContext &node) {
  int64_t to = node.intAttr("to", TensorProto::UNDEFINED);
  Type type = elementTypeOf(to, node.context());
  if (!type)
    return node.bad("its attribute 'to' is no element type");
  return createCast(node, type);
}

static Results importCastLike(NodeContext &node) {
  return createCast(node, node.elementType(node.input(1)));
}

static Results importSliceByAttributes(NodeContext &node) {
  std::optional<SmallVector<int64_t>> starts = node.intsAttr("starts");
  std::optional<SmallVector<int64_t>> ends = node.intsAttr("ends");
  std::optional<SmallVector<int64_t>> axes = node.intsAttr("axes");
  if (!starts || !ends || starts->size() != ends->size())
    return node.bad("it needs starts and ends of one length");
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  if (axes->size() != starts->size())
    return node.bad("it needs an axis for each start");
  for (int64_t &axis : *axes)
    axis = node.axis(axis, node.rank(node.input(0)));
  SmallVector<int64_t> ones(axes->size(), 1);
  return node.create<nn::SliceOp>(node.input(0), node.ints(*starts),
                                  node.ints(*ends), node.ints(ones), *axes);
}

/// The length that one of the vectors is known to have; kDynamic if none is.
static int64_t commonLength(NodeContext &node, ArrayRef<Value> vectors) {
  for (Value vector : vectors)
    if (vector && node.rank(vector) == 1 &&
        ShapedType::isStatic(node.shape(vector)[0]))
      return node.shape(vector)[0];
  return ShapedType::kDynamic;
}

/// A slice along axes that the run decides: one along all of them.
static Results sliceChosen(NodeContext &node, Value value, Value starts,
                           Value ends, Value given, Value steps) {
  int64_t rank = node.rank(value);
  if (!given)
    given = countTo(node, node.create<nn::ShapeOp>(starts, 0, 1));
  if (node.failed())
    return {};
  AxisSet axes(node, given, rank);
  // Steps of 1 are the same for every axis, and known.
  std::optional<SmallVector<int64_t>> known;
  if (steps)
    known = nn::getConstantElements(steps);
  bool ones = !steps || (known && llvm::all_equal(*known) &&
                         llvm::is_contained(*known, 1));
  Value all =
      ones ? node.ints(SmallVector<int64_t>(rank, 1)) : axes.spread(steps, 1);
  return node.create<nn::SliceOp>(
      value, axes.spread(starts, 0),
      axes.spread(ends, std::numeric_limits<int64_t>::max()), all,
      llvm::to_vector(llvm::seq<int64_t>(0, rank)));
}

static Results importSlice(NodeContext &node) {
  Value value = node.input(0), starts = node.input(1), ends = node.input(2),
        given = node.input(3), steps = node.input(4);
  if (node.rank(starts) != 1 || node.rank(ends) != 1)
    return node.bad("its starts and ends must be vectors");
  int64_t count = commonLength(node, {starts, ends, given, steps});
  if (AxisSet::isNeeded(node, 3) || ShapedType::isDynamic(count))
    return sliceChosen(node, value, starts, ends, given, steps);
  starts = node.vectorOf(starts, count);
  ends = node.vectorOf(ends, count);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  if (given) {
    std::optional<SmallVector<int64_t>> known =
        node.constantInts(3, "the axes");
    if (!known)
      return {};
    axes = *known;
  }
  if (node.failed())
    return {};
  if (int64_t(axes.size()) != node.shape(starts)[0])
    return node.bad("it needs an axis for each start");
  for (int64_t &axis : axes)
    axis = node.axis(axis, node.rank(value));
  steps = steps ? node.vectorOf(steps, count)
                : node.ints(SmallVector<int64_t>(count, 1));
  return node.create<nn::SliceOp>(value, starts, ends, steps, axes);
}

/// Parts whose sizes the run decides.
static Results splitBySizes(NodeContext &node, Value value, int64_t axis,
                            Value sizes) {
  sizes = node.vectorOf(sizes, node.numOutputs());
  if (node.failed())
    return {};
  if (node.shape(sizes) != ArrayRef<int64_t>{node.numOutputs()})
    return node.bad("it needs a size for each output");
  SmallVector<Value> results;
  Value start = node.ints({0});
  for (int64_t i = 0, parts = node.numOutputs(); i < parts; ++i) {
    Value end = node.create<nn::AddOp>(start, node.slice(sizes, 0, i, i + 1));
    results.push_back(node.create<nn::SliceOp>(
        value, start, end, node.ints({1}), ArrayRef<int64_t>{axis}));
    start = end;
  }
  return results;
}

/// Parts of the same size, which the run finds. What does not divide leaves the
/// last part smaller.
static Results splitEvenly(NodeContext &node, Value value, int64_t axis) {
  int64_t parts = node.numOutputs();
  Value size = node.create<nn::ShapeOp>(value, axis, axis + 1);
  Value each = node.create<nn::DivOp>(
      node.create<nn::AddOp>(size, node.ints({parts - 1})), node.ints({parts}));
  SmallVector<Value> results;
  for (int64_t i = 0; i < parts; ++i)
    results.push_back(node.create<nn::SliceOp>(
        value, node.create<nn::MulOp>(each, node.ints({i})),
        node.create<nn::MulOp>(each, node.ints({i + 1})), node.ints({1}),
        ArrayRef<int64_t>{axis}));
  return results;
}

static Results importSplit(NodeContext &node) {
  Value value = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(value));
  int64_t parts = node.numOutputs();
  std::optional<SmallVector<int64_t>> sizes;
  // The first version takes sizes of the type of what is split.
  if (node.opset() < 2 && node.hasInput(1)) {
    auto numbers = node.constantFloats(node.input(1));
    if (!numbers)
      return node.unsupported("the sizes of the parts must be known at compile "
                              "time");
    sizes.emplace(numbers->begin(), numbers->end());
  } else if (node.opset() < 13) {
    sizes = node.intsAttr("split");
  } else if (node.hasInput(1) && !nn::getConstantElements(node.input(1))) {
    return splitBySizes(node, value, axis, node.input(1));
  } else if (node.hasInput(1)) {
    sizes = node.constantInts(1, "the sizes of the parts");
  }
  if (node.opset() >= 18)
    parts = node.intAttr("num_outputs", parts);
  if (node.failed())
    return {};
  if (!sizes) {
    int64_t size = node.shape(value)[axis];
    if (parts < 1 || parts != node.numOutputs())
      return node.bad("it needs an output for each part");
    if (ShapedType::isDynamic(size))
      return splitEvenly(node, value, axis);
    // What does not divide leaves the last part smaller.
    int64_t each = (size + parts - 1) / parts;
    sizes.emplace();
    for (int64_t i = 0; i < parts; ++i)
      sizes->push_back(std::clamp<int64_t>(size - i * each, 0, each));
  }
  if (sizes->size() != node.numOutputs())
    return node.bad("it needs a size for each output");
  SmallVector<Value> results;
  int64_t start = 0;
  for (int64_t size : *sizes) {
    if (size < 0)
      return node.bad("a part has a negative size");
    results.push_back(node.slice(value, axis, start, start + size));
    start += size;
  }
  int64_t whole = node.shape(value)[axis];
  if (!ShapedType::isDynamic(whole) && start != whole)
    return node.bad("its parts do not sum to the size of the axis");
  return results;
}

static Results importGather(NodeContext &node) {
  Value value = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(value));
  return node.create<nn::GatherOp>(value, node.input(1), axis);
}

static bool isPadMode(StringRef mode) {
  return mode == "constant" || mode == "edge" || mode == "reflect" ||
         mode == "wrap";
}

static Results importPadByAttributes(NodeContext &node) {
  std::string mode = node.stringAttr("mode", "constant");
  std::optional<SmallVector<int64_t>> pads =
      node.intsAttr(node.opset() < 2 ? "paddings" : "pads");
  Value filler = node.scalarLike(node.input(0), node.floatAttr("value", 0));
  if (!pads)
    return node.bad("its attribute 'pads' is missing");
  if (!isPadMode(mode))
    return node.bad("its mode '" + printable(mode) + "' does not exist");
  if (mode != "constant")
    filler = {};
  return node.create<nn::PadOp>(node.input(0), node.ints(*pads), filler, mode);
}

/// The counts for all dimensions, from those for some of them.
static Value spreadPads(NodeContext &node, Value pads, ArrayRef<int64_t> axes,
                        int64_t rank) {
  pads = node.cast(pads, node.builder().getI64Type());
  int64_t count = axes.size();
  if (!node.failed() && node.shape(pads) != ArrayRef<int64_t>{2 * count})
    node.bad("it needs two counts for each axis");
  SmallVector<Value> parts(2 * rank, node.ints({0}));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    parts[axis] = node.slice(pads, 0, i, i + 1);
    parts[rank + axis] = node.slice(pads, 0, count + i, count + i + 1);
  }
  return node.concat(parts, 0);
}

static Results importPad(NodeContext &node) {
  std::string mode = node.stringAttr("mode", "constant");
  Value value = node.input(0), pads = node.input(1), filler = node.input(2);
  if (!isPadMode(mode))
    return node.bad("its mode '" + printable(mode) + "' does not exist");
  if (AxisSet::isNeeded(node, 3)) {
    AxisSet axes(node, node.input(3), node.rank(value));
    if (ShapedType::isStatic(axes.size()))
      pads = node.vectorOf(pads, 2 * axes.size());
    // The counts before all axes, then those after.
    Value half = node.create<nn::ShapeOp>(node.input(3), 0, 1);
    auto part = [&](Value start, Value end) {
      return axes.spread(node.create<nn::SliceOp>(pads, start, end,
                                                  node.ints({1}),
                                                  ArrayRef<int64_t>{0}),
                         0);
    };
    Value before = part(node.ints({0}), half);
    Value after = part(half, node.ints({std::numeric_limits<int64_t>::max()}));
    pads = node.concat({before, after}, 0);
  } else if (node.hasInput(3)) {
    std::optional<SmallVector<int64_t>> axes = node.constantInts(3, "the axes");
    if (!axes)
      return {};
    for (int64_t &axis : *axes)
      axis = node.axis(axis, node.rank(value));
    if (node.failed())
      return {};
    pads = spreadPads(node, node.vectorOf(pads, 2 * axes->size()), *axes,
                      node.rank(value));
  } else {
    pads = node.vectorOf(pads, 2 * node.rank(value));
  }
  if (node.failed())
    return {};
  if (mode != "constant")
    filler = {};
  else if (!filler)
    filler = node.scalarLike(value, 0);
  else if (node.rank(filler) != 0)
    filler = node.reshape(filler, {});
  return node.create<nn::PadOp>(value, pads, filler, mode);
}

/// The same bits as another type.
static Results importBitCast(NodeContext &node) {
  Type type = swage::onnx::elementTypeOf(node.intAttr("to", 0), node.context());
  if (!type)
    return node.bad("its attribute 'to' is not an element type");
  return node.create<nn::BitcastOp>(node.input(0), type);
}

/// Around the middle: what is too large is cut, what is too small padded.
static Results importCenterCropPad(NodeContext &node) {
  Value value = node.input(0), wanted = node.input(1);
  int64_t rank = node.rank(value);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (std::optional<SmallVector<int64_t>> given = node.intsAttr("axes"))
    axes = *given;
  wanted = node.vectorOf(wanted, axes.size());
  if (node.failed())
    return {};
  if (node.shape(wanted) != ArrayRef<int64_t>{int64_t(axes.size())})
    return node.bad("it needs a size for each axis");
  Type i64 = node.builder().getI64Type();
  wanted = node.cast(wanted, i64);
  Value none = node.ints({0}), one = node.ints({1}), half = node.ints({2});
  SmallVector<Value> starts, ends, pads(2 * rank, none);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    axis = node.axis(axis, rank);
    if (node.failed())
      return {};
    Value want = node.slice(wanted, 0, i, i + 1);
    Value have = node.create<nn::ShapeOp>(value, axis, axis + 1);
    Value missing = node.create<nn::SubOp>(want, have);
    Value cut = node.create<nn::MaxOp>(node.create<nn::NegOp>(missing), none);
    Value added = node.create<nn::MaxOp>(missing, none);
    starts.push_back(node.create<nn::DivOp>(cut, half));
    ends.push_back(node.create<nn::AddOp>(starts.back(),
                                          node.create<nn::MinOp>(want, have)));
    pads[axis] = node.create<nn::DivOp>(added, half);
    pads[rank + axis] = node.create<nn::SubOp>(added, pads[axis]);
  }
  if (axes.empty())
    return value;
  SmallVector<Value> steps(axes.size(), one);
  Value middle = node.create<nn::SliceOp>(value, node.concat(starts, 0),
                                          node.concat(ends, 0),
                                          node.concat(steps, 0), axes);
  return node.create<nn::PadOp>(middle, node.concat(pads, 0),
                                node.scalarLike(value, 0), "constant");
}

void swage::onnx::registerMoveOps(Registry &registry) {
  registry.add("Constant", 1, {0, 0}, importConstant);
  registry.add("ConstantOfShape", 9, {1, 1}, importConstantOfShape);
  registry.add("Cast", 6, {1, 1}, importCast);
  registry.add("CastLike", 15, {2, 2}, importCastLike);
  registry.add("BitCast", 26, {1, 1}, importBitCast);
  registry.add("Slice", 1, {1, 1}, importSliceByAttributes);
  registry.add("Slice", 10, {3, 5}, importSlice);
  registry.add("Split", 1, {1, 2}, importSplit);
  registry.add("Gather", 1, {2, 2}, importGather);
  registry.add("Pad", 1, {1, 1}, importPadByAttributes);
  registry.add("Pad", 11, {2, 4}, importPad);
  registry.add("CenterCropPad", 18, {2, 2}, importCenterCropPad);
}
