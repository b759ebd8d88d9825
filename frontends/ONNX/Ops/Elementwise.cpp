//===- Elementwise.cpp - operators on each element ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Arithmetic, comparison, logic and bits: what nn has under the same meaning,
// and lists of operands folded into pairs.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Strings.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// An operator that nn has just so. Its first version kept a hint that means
/// nothing.
template <typename OpTy> static Results importUnary(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  return node.create<OpTy>(node.input(0));
}

/// Of integers what is left of the result in single precision.
static Results importErf(NodeContext &node) {
  Value value = node.input(0);
  Type type = node.elementType(value);
  if (!isa<IntegerType>(type))
    return node.create<nn::ErfOp>(value);
  Value wide = node.cast(value, node.builder().getF64Type());
  return node.cast(node.create<nn::ErfOp>(wide), type);
}

template <typename OpTy> static Results importBinary(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  return node.create<OpTy>(lhs, rhs);
}

/// A logical operator, which the standard defines on booleans only.
template <typename OpTy> static Results importLogical(NodeContext &node) {
  for (Value value : node.tensorInputs())
    if (!node.elementType(value).isInteger(1))
      return node.bad("its inputs must be booleans");
  return importBinary<OpTy>(node);
}

template <typename OpTy> static Results importBits(NodeContext &node) {
  for (Value value : node.tensorInputs())
    if (!isa<IntegerType>(node.elementType(value)))
      return node.bad("its inputs must be integers");
  return importBinary<OpTy>(node);
}

/// One or more operands, joined pair by pair.
template <typename OpTy> static Value joinList(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  SmallVector<Value> values = node.tensorInputs();
  if (!node.requireSameType(values))
    return {};
  Value result = values.front();
  for (Value value : ArrayRef(values).drop_front())
    result = node.create<OpTy>(result, value);
  return result;
}

template <typename OpTy> static Results importList(NodeContext &node) {
  return joinList<OpTy>(node);
}

static Results importMean(NodeContext &node) {
  Value sum = joinList<nn::AddOp>(node);
  if (node.failed())
    return {};
  return node.create<nn::DivOp>(sum, node.scalarLike(sum, node.numInputs()));
}

/// The exponent may have another type than the base, which decides the
/// result's.
static Results importPow(NodeContext &node) {
  Value base = node.input(0), exponent = node.input(1);
  if (node.failed())
    return {};
  Type type = node.elementType(base);
  // An integer base under a fractional exponent is computed in floats.
  if (isa<IntegerType>(type) && isa<FloatType>(node.elementType(exponent))) {
    Type wide = node.elementType(exponent);
    return node.cast(node.create<nn::PowOp>(node.cast(base, wide), exponent),
                     type);
  }
  return node.create<nn::PowOp>(base, node.cast(exponent, type));
}

static Results importMod(NodeContext &node) {
  bool fmod = node.boolAttr("fmod", false);
  Value lhs = node.input(0), rhs = node.input(1);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  if (!fmod && isa<FloatType>(node.elementType(lhs)))
    return node.bad("floating-point inputs need the attribute fmod");
  return node.create<nn::ModOp>(lhs, rhs, fmod);
}

static Results importShift(NodeContext &node) {
  std::string direction = node.stringAttr("direction", "");
  if (direction == "LEFT")
    return importBits<nn::ShiftLeftOp>(node);
  if (direction == "RIGHT")
    return importBits<nn::ShiftRightOp>(node);
  return node.bad("its attribute 'direction' must be LEFT or RIGHT");
}

static Results importIsInf(NodeContext &node) {
  bool negative = node.boolAttr("detect_negative", true);
  bool positive = node.boolAttr("detect_positive", true);
  return node.create<nn::IsInfOp>(node.input(0), negative, positive);
}

static Results importNot(NodeContext &node) {
  if (!node.elementType(node.input(0)).isInteger(1))
    return node.bad("its input must be booleans");
  return importUnary<nn::NotOp>(node);
}

static Results importWhere(NodeContext &node) {
  Value condition = node.input(0), lhs = node.input(1), rhs = node.input(2);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  if (!node.elementType(condition).isInteger(1))
    return node.bad("its condition must be booleans");
  return node.create<nn::SelectOp>(condition, lhs, rhs);
}

/// NaN passes through a clip; so the bounds are compared in nn's max and min,
/// which keep it.
static Value clip(NodeContext &node, Value value, Value low, Value high) {
  if (low)
    value = node.create<nn::MaxOp>(value, low);
  if (high)
    value = node.create<nn::MinOp>(value, high);
  return value;
}

/// Before version 11 the bounds are attributes.
static Results importClipByAttributes(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  Value value = node.input(0), low, high;
  if (node.hasAttr("min"))
    low = node.scalarLike(value, node.floatAttr("min", 0));
  if (node.hasAttr("max"))
    high = node.scalarLike(value, node.floatAttr("max", 0));
  return clip(node, value, low, high);
}

static Results importClip(NodeContext &node) {
  Value value = node.input(0), low = node.input(1), high = node.input(2);
  if (!node.requireSameType({value, low, high}))
    return {};
  // A bound is a scalar; files with a vector of one element exist.
  for (Value *bound : {&low, &high})
    if (*bound && node.rank(*bound) != 0)
      *bound = node.reshape(*bound, {});
  return clip(node, value, low, high);
}

static Results importEqual(NodeContext &node) {
  Value left = node.input(0), right = node.input(1);
  if (!node.requireSameType({left, right}))
    return {};
  if (holdsStrings(node, left))
    return equalStrings(node, left, right);
  return importBinary<nn::EqualOp>(node);
}

static Results importIdentity(NodeContext &node) { return node.rawInput(0); }

void swage::onnx::registerElementwiseOps(Registry &registry) {
  registry.add("Abs", 1, {1, 1}, importUnary<nn::AbsOp>);
  registry.add("Neg", 1, {1, 1}, importUnary<nn::NegOp>);
  registry.add("Sign", 9, {1, 1}, importUnary<nn::SignOp>);
  registry.add("Ceil", 1, {1, 1}, importUnary<nn::CeilOp>);
  registry.add("Floor", 1, {1, 1}, importUnary<nn::FloorOp>);
  registry.add("Round", 11, {1, 1}, importUnary<nn::RoundOp>);
  registry.add("Sqrt", 1, {1, 1}, importUnary<nn::SqrtOp>);
  registry.add("Reciprocal", 1, {1, 1}, importUnary<nn::ReciprocalOp>);
  registry.add("Exp", 1, {1, 1}, importUnary<nn::ExpOp>);
  registry.add("Log", 1, {1, 1}, importUnary<nn::LogOp>);
  registry.add("Erf", 9, {1, 1}, importErf);
  registry.add("Sin", 7, {1, 1}, importUnary<nn::SinOp>);
  registry.add("Cos", 7, {1, 1}, importUnary<nn::CosOp>);
  registry.add("Tan", 7, {1, 1}, importUnary<nn::TanOp>);
  registry.add("Asin", 7, {1, 1}, importUnary<nn::AsinOp>);
  registry.add("Acos", 7, {1, 1}, importUnary<nn::AcosOp>);
  registry.add("Atan", 7, {1, 1}, importUnary<nn::AtanOp>);
  registry.add("Sinh", 9, {1, 1}, importUnary<nn::SinhOp>);
  registry.add("Cosh", 9, {1, 1}, importUnary<nn::CoshOp>);
  registry.add("Tanh", 1, {1, 1}, importUnary<nn::TanhOp>);
  registry.add("Asinh", 9, {1, 1}, importUnary<nn::AsinhOp>);
  registry.add("Acosh", 9, {1, 1}, importUnary<nn::AcoshOp>);
  registry.add("Atanh", 9, {1, 1}, importUnary<nn::AtanhOp>);
  registry.add("IsNaN", 9, {1, 1}, importUnary<nn::IsNaNOp>);
  registry.add("IsInf", 10, {1, 1}, importIsInf);
  registry.add("Not", 1, {1, 1}, importNot);
  registry.add("BitwiseNot", 18, {1, 1}, importUnary<nn::BitwiseNotOp>);
  registry.add("Identity", 1, {1, 1}, importIdentity);

  // Before version 7, broadcasting was an attribute with another meaning.
  registry.add("Add", 7, {2, 2}, importBinary<nn::AddOp>);
  registry.add("Sub", 7, {2, 2}, importBinary<nn::SubOp>);
  registry.add("Mul", 7, {2, 2}, importBinary<nn::MulOp>);
  registry.add("Div", 7, {2, 2}, importBinary<nn::DivOp>);
  registry.add("Pow", 7, {2, 2}, importPow);
  registry.add("Mod", 10, {2, 2}, importMod);
  registry.add("And", 7, {2, 2}, importLogical<nn::AndOp>);
  registry.add("Or", 7, {2, 2}, importLogical<nn::OrOp>);
  registry.add("Xor", 7, {2, 2}, importLogical<nn::XorOp>);
  registry.add("BitwiseAnd", 18, {2, 2}, importBits<nn::BitwiseAndOp>);
  registry.add("BitwiseOr", 18, {2, 2}, importBits<nn::BitwiseOrOp>);
  registry.add("BitwiseXor", 18, {2, 2}, importBits<nn::BitwiseXorOp>);
  registry.add("BitShift", 11, {2, 2}, importShift);
  registry.add("Equal", 7, {2, 2}, importEqual);
  registry.add("Less", 7, {2, 2}, importBinary<nn::LessOp>);
  registry.add("LessOrEqual", 12, {2, 2}, importBinary<nn::LessEqualOp>);
  registry.add("Greater", 7, {2, 2}, importBinary<nn::GreaterOp>);
  registry.add("GreaterOrEqual", 12, {2, 2}, importBinary<nn::GreaterEqualOp>);
  registry.add("Where", 9, {3, 3}, importWhere);

  registry.add("Sum", 1, {1, kVariadic}, importList<nn::AddOp>);
  registry.add("Max", 1, {1, kVariadic}, importList<nn::MaxOp>);
  registry.add("Min", 1, {1, kVariadic}, importList<nn::MinOp>);
  registry.add("Mean", 1, {1, kVariadic}, importMean);
  registry.add("Clip", 1, {1, 1}, importClipByAttributes);
  registry.add("Clip", 11, {1, 3}, importClip);
}
