//===- Legacy.cpp - operators as they first were --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Before version 7 an operand was repeated only where the attribute 'broadcast'
// said so, and the attribute 'axis' where. What else the first versions had
// otherwise is here too, when it is more than the name of an attribute.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The second operand in a shape that broadcasts against the first as the
/// attributes say: its dimensions are those of the first from an axis on.
static Value alignOperand(NodeContext &node, Value lhs, Value rhs) {
  bool broadcast = node.boolAttr("broadcast", false);
  node.ignoreAttr("consumed_inputs");
  if (node.failed())
    return {};
  int64_t missing = node.rank(lhs) - node.rank(rhs);
  int64_t axis = node.intAttr("axis", missing);
  if (!broadcast) {
    if (missing != 0 ||
        failed(verifyCompatibleShape(node.shape(lhs), node.shape(rhs))))
      node.bad("its operands have different shapes, and the attribute "
               "'broadcast' is not set");
    return rhs;
  }
  if (axis < 0)
    axis += node.rank(lhs);
  if (missing < 0 || axis < 0 || axis > missing) {
    node.bad("its second operand has no place in the first at axis " +
             llvm::Twine(axis));
    return {};
  }
  SmallVector<int64_t> after;
  for (int64_t i = axis + node.rank(rhs); i < node.rank(lhs); ++i)
    after.push_back(i - axis);
  return after.empty() ? rhs : node.unsqueeze(rhs, after);
}

template <typename OpTy> static Results importBinary(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  rhs = alignOperand(node, lhs, rhs);
  return node.create<OpTy>(lhs, rhs);
}

template <typename OpTy> static Results importLogical(NodeContext &node) {
  for (Value value : node.tensorInputs())
    if (!node.elementType(value).isInteger(1))
      return node.bad("its inputs must be booleans");
  return importBinary<OpTy>(node);
}

/// A slope for all channels, or for each.
static Results importPRelu(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  Value x = node.input(0), slope = node.input(1);
  if (!node.requireSameType({x, slope}))
    return {};
  if (node.rank(slope) == 1 && node.shape(slope)[0] != 1 && node.rank(x) > 1)
    slope = alongAxis(node, slope, 1, node.rank(x));
  Value negative = node.create<nn::LessOp>(x, node.scalarLike(x, 0));
  return node.create<nn::SelectOp>(negative, node.create<nn::MulOp>(x, slope),
                                   x);
}

/// The type is named.
static Results importCast(NodeContext &node) {
  std::string name = node.stringAttr("to", "");
  TensorProto::DataType number;
  Type type;
  if (TensorProto::DataType_Parse(StringRef(name).upper(), &number))
    type = swage::onnx::elementTypeOf(number, node.context());
  if (!type)
    return node.bad("its attribute 'to' is no element type");
  Value value = node.input(0);
  return node.failed() ? Results() : Results(node.cast(value, type));
}

/// One axis is repeated.
static Results importTile(NodeContext &node) {
  Value value = node.input(0), count = node.input(1), axisValue = node.input(2);
  if (node.failed())
    return {};
  Type i64 = node.builder().getI64Type();
  int64_t rank = node.rank(value);
  axisValue = node.cast(node.reshape(axisValue, {}), i64);
  if (node.failed())
    return {};
  if (auto known = nn::getConstantElements(axisValue))
    node.axis(known->front(), rank);
  Value zero = node.scalar(i64, 0);
  Value fromEnd = node.create<nn::AddOp>(axisValue, node.scalar(i64, rank));
  Value negative = node.create<nn::LessOp>(axisValue, zero);
  axisValue = node.create<nn::SelectOp>(negative, fromEnd, axisValue);
  count = node.cast(node.reshape(count, {}), i64);
  Value here = node.create<nn::EqualOp>(iota(node, i64, rank), axisValue);
  return repeat(node, value,
                node.create<nn::SelectOp>(here, count, node.scalar(i64, 1)));
}

void swage::onnx::registerLegacyOps(Registry &registry) {
  registry.add("Add", 1, {2, 2}, importBinary<nn::AddOp>);
  registry.add("Sub", 1, {2, 2}, importBinary<nn::SubOp>);
  registry.add("Mul", 1, {2, 2}, importBinary<nn::MulOp>);
  registry.add("Div", 1, {2, 2}, importBinary<nn::DivOp>);
  registry.add("Pow", 1, {2, 2}, importBinary<nn::PowOp>);
  registry.add("And", 1, {2, 2}, importLogical<nn::AndOp>);
  registry.add("Or", 1, {2, 2}, importLogical<nn::OrOp>);
  registry.add("Xor", 1, {2, 2}, importLogical<nn::XorOp>);
  registry.add("Equal", 1, {2, 2}, importBinary<nn::EqualOp>);
  registry.add("Less", 1, {2, 2}, importBinary<nn::LessOp>);
  registry.add("Greater", 1, {2, 2}, importBinary<nn::GreaterOp>);
  registry.add("PRelu", 1, {2, 2}, importPRelu);
  registry.add("Cast", 1, {1, 1}, importCast);
  registry.add("Tile", 1, {3, 3}, importTile);
}
