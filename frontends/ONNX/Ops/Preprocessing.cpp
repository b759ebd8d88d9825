//===- Preprocessing.cpp - features made ready ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What classical models do to features of numbers before they score them.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Scores.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// An attribute of one number, or one for each feature.
static Value perFeature(NodeContext &node, Value like, StringRef name) {
  SmallVector<double> numbers = node.floatsAttr(name);
  if (node.failed() || numbers.empty())
    return {};
  return node.floatTensor(node.elementType(like), {int64_t(numbers.size())},
                          numbers);
}

static Results importScaler(NodeContext &node) {
  Value value = node.input(0);
  if (node.failed())
    return {};
  value = node.cast(value, node.builder().getF32Type());
  if (Value offset = perFeature(node, value, "offset"))
    value = node.create<nn::SubOp>(value, offset);
  if (Value scale = perFeature(node, value, "scale"))
    value = node.create<nn::MulOp>(value, scale);
  return value;
}

static Results importNormalizer(NodeContext &node) {
  std::string norm = node.stringAttr("norm", "MAX");
  Value value = node.input(0);
  if (node.failed() || node.rank(value) == 0)
    return node.bad("its input must have a dimension");
  value = node.cast(value, node.builder().getF32Type());
  int64_t last = node.rank(value) - 1;
  ArrayRef<int64_t> axes(last);
  Value size;
  if (norm == "MAX")
    size = node.create<nn::ReduceMaxOp>(node.create<nn::AbsOp>(value), axes,
                                        /*keep_dims=*/true);
  else if (norm == "L1")
    size = node.create<nn::ReduceSumOp>(node.create<nn::AbsOp>(value), axes,
                                        /*keep_dims=*/true);
  else if (norm == "L2")
    size = node.create<nn::SqrtOp>(node.create<nn::ReduceSumOp>(
        node.create<nn::MulOp>(value, value), axes, /*keep_dims=*/true));
  else
    return node.bad("its attribute 'norm' must be MAX, L1 or L2");
  // Zeros stay zeros.
  Value none = node.create<nn::EqualOp>(size, node.scalarLike(value, 0));
  size = node.create<nn::SelectOp>(none, node.scalarLike(value, 1), size);
  return node.create<nn::DivOp>(value, size);
}

static Results importBinarizer(NodeContext &node) {
  double threshold = node.floatAttr("threshold", 0);
  Value value = node.input(0);
  if (node.failed())
    return {};
  Type type = node.elementType(value);
  // A fractional threshold is for integers what the integer below is.
  if (isa<IntegerType>(type))
    threshold = std::floor(threshold);
  Value above = node.create<nn::GreaterOp>(value, node.scalar(type, threshold));
  return node.failed() ? Results() : Results(node.cast(above, type));
}

static Results importImputer(NodeContext &node) {
  Value value = node.input(0);
  if (node.failed())
    return {};
  Type type = node.elementType(value);
  Value missing, replacement;
  if (isa<FloatType>(type)) {
    double replaced = node.floatAttr("replaced_value_float", 0);
    replacement = perFeature(node, value, "imputed_value_floats");
    missing =
        std::isnan(replaced)
            ? node.create<nn::IsNaNOp>(value)
            : node.create<nn::EqualOp>(value, node.scalar(type, replaced));
  } else {
    int64_t replaced = node.intAttr("replaced_value_int64", 0);
    if (auto list = node.intsAttr("imputed_value_int64s"))
      replacement = node.intTensor(type, {int64_t(list->size())}, *list);
    missing =
        node.create<nn::EqualOp>(value, node.intTensor(type, {}, {replaced}));
  }
  for (StringRef name : {"replaced_value_float", "replaced_value_int64",
                         "imputed_value_floats", "imputed_value_int64s"})
    node.ignoreAttr(name);
  if (!replacement)
    return node.bad("it has no values to put in for its type of input");
  return node.create<nn::SelectOp>(missing, replacement, value);
}

static Results importArrayFeatureExtractor(NodeContext &node) {
  Value value = node.input(0), places = node.input(1);
  if (node.failed() || node.rank(value) == 0)
    return node.bad("its input must have a dimension");
  if (node.rank(value) == 1)
    value = node.unsqueeze(value, {0});
  places = node.reshape(places, {-1});
  if (node.failed())
    return {};
  return node.create<nn::GatherOp>(value, places, node.rank(value) - 1);
}

static Results importFeatureVectorizer(NodeContext &node) {
  SmallVector<int64_t> widths =
      node.intsAttr("inputdimensions").value_or(SmallVector<int64_t>());
  if (!widths.empty() && widths.size() != node.numInputs())
    return node.bad("its attribute 'inputdimensions' needs an entry for each "
                    "input");
  SmallVector<Value> columns;
  for (auto [index, value] : llvm::enumerate(node.tensorInputs())) {
    Value rows = featureRows(node, value, node.builder().getF32Type());
    if (node.failed())
      return {};
    // Features that are missing are 0, and those in excess are left out.
    if (!widths.empty() && node.shape(rows)[1] != widths[index]) {
      Value missing = node.create<nn::SubOp>(
          node.ints({widths[index]}), node.create<nn::ShapeOp>(rows, 1, 2));
      rows = node.create<nn::PadOp>(
          rows, node.concat({node.ints({0, 0, 0}), missing}, 0),
          node.scalarLike(rows, 0), "constant");
    }
    columns.push_back(rows);
  }
  return node.concat(columns, 1);
}

void swage::onnx::registerPreprocessingOps(Registry &registry) {
  auto add = [&](StringRef name, int64_t since, Arity arity, Handler handler) {
    registry.add(name, since, arity, handler, kClassicalDomain);
  };
  add("Scaler", 1, {1, 1}, importScaler);
  add("Normalizer", 1, {1, 1}, importNormalizer);
  add("Binarizer", 1, {1, 1}, importBinarizer);
  add("Imputer", 1, {1, 1}, importImputer);
  add("ArrayFeatureExtractor", 1, {2, 2}, importArrayFeatureExtractor);
  add("FeatureVectorizer", 1, {1, kVariadic}, importFeatureVectorizer);
}
