//===- Strings.cpp - operators on strings ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include <re2/re2.h>

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

bool swage::onnx::holdsStrings(NodeContext &node, Value value) {
  return value && isa<nn::StringType>(node.elementType(value));
}

ArrayAttr swage::onnx::stringArray(NodeContext &node,
                                   ArrayRef<std::string> strings) {
  return node.builder().getStrArrayAttr(llvm::to_vector_of<StringRef>(strings));
}

Value swage::onnx::stringVector(NodeContext &node,
                                ArrayRef<std::string> strings) {
  return node.create<nn::StringConstantOp>(
      stringArray(node, strings), ArrayRef<int64_t>{int64_t(strings.size())});
}

/// Fails when an input does not hold strings.
static bool requireStrings(NodeContext &node) {
  for (unsigned i = 0; i < node.numInputs(); ++i) {
    Value value = node.input(i);
    if (!node.failed() && !holdsStrings(node, value))
      node.bad("its input " + llvm::Twine(i) + " does not hold strings");
  }
  return !node.failed();
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

Value swage::onnx::castToString(NodeContext &node, Value value) {
  if (node.failed() || holdsStrings(node, value))
    return value;
  if (isa<ComplexType>(node.elementType(value))) {
    node.unsupported("complex numbers cannot become strings");
    return {};
  }
  return node.create<nn::FormatNumberOp>(value);
}

Value swage::onnx::castFromString(NodeContext &node, Value value, Type to) {
  OpBuilder &b = node.builder();
  if (isa<ComplexType>(to)) {
    node.unsupported("strings cannot become complex numbers");
    return {};
  }
  Type read = b.getF64Type();
  if (isa<IntegerType>(to) && !to.isInteger(1))
    read = to.isUnsignedInteger() ? Type(b.getIntegerType(64, false))
                                  : Type(b.getI64Type());
  return node.cast(node.create<nn::ParseNumberOp>(value, read), to);
}

//===----------------------------------------------------------------------===//
// Comparisons and composition
//===----------------------------------------------------------------------===//

/// Two tensors as one of the shape to which they broadcast.
static std::pair<Value, Value> broadcastPair(NodeContext &node, Value left,
                                             Value right) {
  if (node.failed() || (node.shape(left) == node.shape(right) &&
                        node.type(left).hasStaticShape()))
    return {left, right};
  Value leftShape = node.shapeOf(left), rightShape = node.shapeOf(right);
  return {node.create<nn::ExpandOp>(left, rightShape),
          node.create<nn::ExpandOp>(right, leftShape)};
}

Value swage::onnx::equalStrings(NodeContext &node, Value left, Value right) {
  auto [a, b] = broadcastPair(node, left, right);
  return node.create<nn::StringEqualOp>(a, b);
}

static Results importStringConcat(NodeContext &node) {
  if (!requireStrings(node))
    return {};
  auto [left, right] = broadcastPair(node, node.input(0), node.input(1));
  return node.create<nn::StringConcatOp>(left, right);
}

static Results importStringSplit(NodeContext &node) {
  std::string delimiter = node.stringAttr("delimiter", "");
  int64_t most = node.intAttr("maxsplit", -1);
  if (!requireStrings(node))
    return {};
  return node.createMany<nn::StringSplitOp>(node.input(0), StringRef(delimiter),
                                            most);
}

static Results importStringNormalizer(NodeContext &node) {
  std::string change =
      StringRef(node.stringAttr("case_change_action", "NONE")).lower();
  bool caseSensitive = node.boolAttr("is_case_sensitive", false);
  SmallVector<std::string> stopWords = node.stringsAttr("stopwords");
  // Case is a matter of characters alone: see nn.string_normalize.
  node.ignoreAttr("locale");
  if (!requireStrings(node))
    return {};
  return node.create<nn::StringNormalizeOp>(node.input(0),
                                            stringArray(node, stopWords),
                                            StringRef(change), caseSensitive);
}

static Results importRegexFullMatch(NodeContext &node) {
  if (!node.hasAttr("pattern"))
    return node.bad("its attribute 'pattern' is missing");
  std::string pattern = node.stringAttr("pattern", "");
  if (!requireStrings(node))
    return {};
  re2::RE2 compiled(pattern, re2::RE2::Quiet);
  if (!compiled.ok())
    return node.bad("its pattern '" + printable(pattern) +
                    "' is no regular expression: " + compiled.error());
  return node.create<nn::StringMatchOp>(node.input(0), StringRef(pattern));
}

void swage::onnx::registerStringOps(Registry &registry) {
  registry.add("StringConcat", 20, {2, 2}, importStringConcat);
  registry.add("StringSplit", 20, {1, 1}, importStringSplit);
  registry.add("StringNormalizer", 10, {1, 1}, importStringNormalizer);
  registry.add("RegexFullMatch", 20, {1, 1}, importRegexFullMatch);
}
