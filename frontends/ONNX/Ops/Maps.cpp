//===- Maps.cpp - dictionaries of the machine learning domain -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Scores as maps from classes, and maps as vectors.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Types.h"
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static constexpr llvm::StringLiteral kDomain = "ai.onnx.ml";

/// The keys in one of two attributes, as a vector.
static Value keysIn(NodeContext &node, StringRef strings, StringRef integers) {
  SmallVector<std::string> texts = node.stringsAttr(strings);
  SmallVector<int64_t> numbers =
      node.intsAttr(integers).value_or(SmallVector<int64_t>());
  if (texts.empty() == numbers.empty()) {
    node.bad("it needs one of the attributes '" + strings + "' and '" +
             integers + "'");
    return {};
  }
  return texts.empty() ? node.ints(numbers) : stringVector(node, texts);
}

/// The input, which is a map; null on failure.
static Value mapInput(NodeContext &node) {
  Value value = node.anyInput(0);
  if (isa<nn::MapType>(value.getType()))
    return value;
  node.bad("its input must be a map");
  return {};
}

//===----------------------------------------------------------------------===//
// ZipMap
//===----------------------------------------------------------------------===//

static Results importZipMap(NodeContext &node) {
  Value scores = node.input(0);
  Value keys = keysIn(node, "classlabels_strings", "classlabels_int64s");
  if (node.failed())
    return {};
  if (node.rank(scores) == 1)
    scores = node.unsqueeze(scores, {0});
  if (node.rank(scores) != 2)
    return node.bad("its input must have 1 or 2 dimensions");
  int64_t columns = node.shape(scores)[1], count = node.shape(keys)[0];
  if (!ShapedType::isDynamic(columns) && columns != count)
    return node.bad("it has " + llvm::Twine(count) + " classes for " +
                    llvm::Twine(columns) + " columns");
  Type map = nn::MapType::get(node.context(), node.elementType(keys),
                              node.elementType(scores));
  LoopBounds bounds;
  bounds.count = toIndex(node, sizeAt(node, scores, 0));
  auto build = [&](Value number, Value,
                   ArrayRef<Value> carried) -> std::optional<Iteration> {
    Value row = node.create<nn::GatherOp>(scores, number, 0);
    Value entry = node.create<nn::MapOp>(keys, row);
    Value longer =
        node.create<nn::SequenceInsertOp>(carried.front(), entry, Value());
    if (node.failed())
      return std::nullopt;
    Iteration iteration;
    iteration.carried.push_back(longer);
    return iteration;
  };
  Value none = node.create<nn::SequenceOp>(ValueRange(), map);
  if (node.failed())
    return {};
  return buildLoop(node, bounds, {none}, build);
}

//===----------------------------------------------------------------------===//
// DictVectorizer and CastMap
//===----------------------------------------------------------------------===//

/// The value of each of the wanted keys, as one row: zero, or the empty string,
/// for a key that the map does not have.
static Value lookUp(NodeContext &node, Value keys, Value values, Value wanted) {
  if (!node.requireSameType({keys, wanted}))
    return {};
  Value left = node.unsqueeze(wanted, {1}), right = node.unsqueeze(keys, {0});
  Value same = holdsStrings(node, keys) ? equalStrings(node, left, right)
                                        : node.create<nn::EqualOp>(left, right);
  Value places = countTo(node, sizeAt(node, keys, 0));
  Value none = node.scalar(node.builder().getI64Type(), -1);
  Value place = node.create<nn::ReduceMaxOp>(
      node.create<nn::SelectOp>(same, places, none), ArrayRef<int64_t>{1},
      /*keep_dims=*/false);
  if (node.failed())
    return {};
  // What stands for missing keys comes last, where -1 points to.
  Value missing =
      holdsStrings(node, values)
          ? stringVector(node, {""})
          : node.reshape(node.scalar(node.elementType(values), 0), {1});
  Value row = node.create<nn::GatherOp>(node.concat({values, missing}, 0),
                                        node.create<nn::MaxOp>(place, none), 0);
  return node.failed() ? Value() : node.unsqueeze(row, {0});
}

static Results importDictVectorizer(NodeContext &node) {
  Value map = mapInput(node);
  Value wanted = keysIn(node, "string_vocabulary", "int64_vocabulary");
  if (node.failed())
    return {};
  return lookUp(node, node.create<nn::MapKeysOp>(map),
                node.create<nn::MapValuesOp>(map), wanted);
}

/// The type that the attribute `cast_to` names; null, on failure.
static Type targetType(NodeContext &node) {
  std::string name = node.stringAttr("cast_to", "TO_FLOAT");
  if (name == "TO_FLOAT")
    return node.builder().getF32Type();
  if (name == "TO_INT64")
    return node.builder().getI64Type();
  if (name == "TO_STRING")
    return nn::StringType::get(node.context());
  node.bad("its attribute 'cast_to' is '" + printable(name) + "'");
  return {};
}

static Value castElements(NodeContext &node, Value values, Type to) {
  if (node.elementType(values) == to)
    return values;
  if (isa<nn::StringType>(to))
    return castToString(node, values);
  if (holdsStrings(node, values))
    return castFromString(node, values, to);
  return node.cast(values, to);
}

static Results importCastMap(NodeContext &node) {
  Value map = mapInput(node);
  Type to = targetType(node);
  std::string form = node.stringAttr("map_form", "DENSE");
  int64_t size = node.intAttr("max_map", 1);
  if (node.failed())
    return {};
  Value keys = node.create<nn::MapKeysOp>(map);
  Value values = castElements(node, node.create<nn::MapValuesOp>(map), to);
  if (node.failed())
    return {};
  if (form == "DENSE")
    return node.unsqueeze(values, {0});
  if (form != "SPARSE")
    return node.bad("its attribute 'map_form' is '" + printable(form) + "'");
  if (size < 1)
    return node.bad("its attribute 'max_map' must be positive");
  return lookUp(node, keys, values,
                iota(node, node.builder().getI64Type(), size));
}

void swage::onnx::registerMapOps(Registry &registry) {
  registry.add("ZipMap", 1, {1, 1}, importZipMap, kDomain);
  registry.add("DictVectorizer", 1, {1, 1}, importDictVectorizer, kDomain);
  registry.add("CastMap", 1, {1, 1}, importCastMap, kDomain);
}
