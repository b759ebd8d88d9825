//===- Categories.cpp - encoders of the machine learning domain -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Tables from keys to values. Each is a search for the place of a key and a
// choice of the value at that place, which holds for strings and numbers alike.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static constexpr llvm::StringLiteral kDomain = "ai.onnx.ml";

namespace {
/// Keys or values: strings, or a vector of numbers.
struct Table {
  SmallVector<std::string> strings;
  Value numbers;

  bool isMissing() const { return strings.empty() && !numbers; }
};
} // namespace

/// A vector of numbers from an attribute.
static Value numberVector(NodeContext &node, ArrayRef<double> values,
                          Type elementType) {
  auto type = RankedTensorType::get({int64_t(values.size())}, elementType);
  SmallVector<Attribute> elements;
  for (double value : values)
    elements.push_back(node.builder().getFloatAttr(elementType, value));
  return arith::ConstantOp::create(node.builder(), node.loc(),
                                   DenseElementsAttr::get(type, elements));
}

/// The table in the attributes PREFIX_strings, PREFIX_int64s, PREFIX_floats or
/// PREFIX_tensor.
static Table readTable(NodeContext &node, StringRef prefix) {
  Table table;
  table.strings = node.stringsAttr((prefix + "_strings").str());
  if (auto ints = node.intsAttr((prefix + "_int64s").str()))
    table.numbers = node.intTensor(node.builder().getI64Type(),
                                   {int64_t(ints->size())}, *ints);
  SmallVector<double> floats = node.floatsAttr((prefix + "_floats").str());
  if (!floats.empty())
    table.numbers = numberVector(node, floats, node.builder().getF32Type());
  const AttributeProto *tensor = node.attr((prefix + "_tensor").str());
  if (!tensor)
    return table;
  if (tensor->type() != AttributeProto::TENSOR) {
    node.bad("its attribute '" + prefix + "_tensor' must be a tensor");
    return table;
  }
  if (tensor->t().data_type() == TensorProto::STRING)
    table.strings.assign(tensor->t().string_data().begin(),
                         tensor->t().string_data().end());
  else
    table.numbers = node.reshape(node.constant(tensor->t()), {-1});
  return table;
}

/// The place of each number among the keys, the last of equal ones; -1 where it
/// is none. Not a number is a key like others.
static Value findNumbers(NodeContext &node, Value value, Value keys) {
  if (!node.requireSameType({value, keys}))
    return {};
  int64_t rank = node.rank(value);
  Value each = node.unsqueeze(value, {rank});
  Value same = node.create<nn::EqualOp>(each, keys);
  if (isa<FloatType>(node.elementType(value)))
    same = node.create<nn::OrOp>(
        same, node.create<nn::AndOp>(node.create<nn::IsNaNOp>(each),
                                     node.create<nn::IsNaNOp>(keys)));
  if (node.failed())
    return {};
  Type word = node.builder().getI64Type();
  Value places = iota(node, word, node.shape(keys)[0]);
  Value found = node.create<nn::SelectOp>(same, places, node.scalar(word, -1));
  return node.create<nn::ReduceMaxOp>(found, ArrayRef<int64_t>{rank},
                                      /*keep_dims=*/false);
}

/// The place of each element among the keys; -1 where it is none.
static Value findPlaces(NodeContext &node, Value value, const Table &keys) {
  if (node.failed())
    return {};
  if (holdsStrings(node, value) != keys.strings.size() > 0) {
    node.bad("its keys are not of the type of its input");
    return {};
  }
  if (keys.numbers)
    return findNumbers(node, value, keys.numbers);
  return node.create<nn::StringFindOp>(value, stringArray(node, keys.strings));
}

/// The values at the places, and `otherwise` where there is none.
static Value lookUp(NodeContext &node, Value places, const Table &values,
                    Value otherwise) {
  Value list =
      values.numbers ? values.numbers : stringVector(node, values.strings);
  if (node.failed())
    return {};
  int64_t count = node.shape(list)[0];
  Value zero = node.scalarLike(places, 0);
  Value inside = node.create<nn::AndOp>(
      node.create<nn::GreaterEqualOp>(places, zero),
      node.create<nn::LessOp>(places, node.scalarLike(places, count)));
  Value safe = node.create<nn::SelectOp>(inside, places, zero);
  return node.create<nn::SelectOp>(
      inside, node.create<nn::GatherOp>(list, safe, 0), otherwise);
}

static Value stringScalar(NodeContext &node, StringRef text) {
  return node.create<nn::StringConstantOp>(
      node.builder().getStrArrayAttr({text}), ArrayRef<int64_t>());
}

//===----------------------------------------------------------------------===//
// LabelEncoder and CategoryMapper
//===----------------------------------------------------------------------===//

/// What stands for keys that the table does not have.
static Value otherwiseOf(NodeContext &node, const Table &values) {
  OpBuilder &b = node.builder();
  std::string text = node.stringAttr("default_string", "_Unused");
  int64_t integer = node.intAttr("default_int64", -1);
  double number = node.floatAttr("default_float", -0.0);
  if (const AttributeProto *tensor = node.attr("default_tensor")) {
    if (tensor->t().data_type() == TensorProto::STRING)
      return stringScalar(node, tensor->t().string_data_size()
                                    ? tensor->t().string_data(0)
                                    : "");
    Value given = node.constant(tensor->t());
    return node.failed() ? Value() : node.reshape(given, {});
  }
  if (!values.numbers)
    return stringScalar(node, text);
  Type type = node.elementType(values.numbers);
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(
        b, node.loc(),
        DenseElementsAttr::get(RankedTensorType::get({}, type),
                               Attribute(b.getFloatAttr(type, number))));
  return node.intTensor(type, {}, {integer});
}

static Results encode(NodeContext &node, const Table &keys,
                      const Table &values) {
  Value otherwise = otherwiseOf(node, values);
  if (node.failed())
    return {};
  if (keys.isMissing() || values.isMissing())
    return node.bad("it needs keys and values");
  return lookUp(node, findPlaces(node, node.input(0), keys), values, otherwise);
}

static Results importLabelEncoder(NodeContext &node) {
  Table keys = readTable(node, "keys"), values = readTable(node, "values");
  size_t numKeys =
      keys.numbers ? node.shape(keys.numbers)[0] : keys.strings.size();
  size_t numValues =
      values.numbers ? node.shape(values.numbers)[0] : values.strings.size();
  if (!node.failed() && numKeys != numValues)
    return node.bad("it has " + llvm::Twine(numKeys) + " keys, but " +
                    llvm::Twine(numValues) + " values");
  return encode(node, keys, values);
}

/// Strings are encoded as their places, and places as strings.
static Results importOldLabelEncoder(NodeContext &node) {
  Table classes;
  classes.strings = node.stringsAttr("classes_strings");
  Table places;
  places.numbers =
      iota(node, node.builder().getI64Type(), classes.strings.size());
  if (node.failed() || classes.strings.empty())
    return node.bad("it has no classes");
  if (holdsStrings(node, node.input(0)))
    return encode(node, classes, places);
  return encode(node, places, classes);
}

static Results importCategoryMapper(NodeContext &node) {
  Table strings, numbers;
  strings.strings = node.stringsAttr("cats_strings");
  SmallVector<int64_t> ints =
      node.intsAttr("cats_int64s").value_or(SmallVector<int64_t>());
  numbers.numbers =
      node.intTensor(node.builder().getI64Type(), {int64_t(ints.size())}, ints);
  if (node.failed() || ints.empty() || ints.size() != strings.strings.size())
    return node.bad("it needs as many strings as integers");
  if (holdsStrings(node, node.input(0)))
    return encode(node, strings, numbers);
  return encode(node, numbers, strings);
}

//===----------------------------------------------------------------------===//
// OneHotEncoder
//===----------------------------------------------------------------------===//

static Results importOneHotEncoder(NodeContext &node) {
  Table categories = readTable(node, "cats");
  Value value = node.input(0);
  bool takesUnknown = node.boolAttr("zeros", true);
  if (node.failed() || categories.isMissing())
    return node.bad("it has no categories");
  // Numbers of any type are compared as integers.
  if (!holdsStrings(node, value))
    value = node.cast(value, node.builder().getI64Type());
  Value places = findPlaces(node, value, categories);
  if (node.failed())
    return {};
  int64_t count = categories.numbers ? node.shape(categories.numbers)[0]
                                     : categories.strings.size();
  if (!takesUnknown) {
    Value known =
        node.create<nn::GreaterEqualOp>(places, node.scalarLike(places, 0));
    Value all = node.create<nn::ReduceMinOp>(
        known, llvm::to_vector(llvm::seq<int64_t>(0, node.rank(known))),
        /*keep_dims=*/false);
    places = node.create<nn::RequireOp>(
        places, all, "an element is none of its categories, and 'zeros' is 0");
  }
  if (node.failed())
    return {};
  Value hot =
      node.create<nn::EqualOp>(node.unsqueeze(places, {node.rank(places)}),
                               iota(node, node.elementType(places), count));
  return node.cast(hot, node.builder().getF32Type());
}

void swage::onnx::registerCategoryOps(Registry &registry) {
  registry.add("LabelEncoder", 1, {1, 1}, importOldLabelEncoder, kDomain);
  registry.add("LabelEncoder", 2, {1, 1}, importLabelEncoder, kDomain);
  registry.add("CategoryMapper", 1, {1, 1}, importCategoryMapper, kDomain);
  registry.add("OneHotEncoder", 1, {1, 1}, importOneHotEncoder, kDomain);
}
