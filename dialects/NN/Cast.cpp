//===- Cast.cpp - conversions between element types -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The scalar computation of nn.cast.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/NarrowFloats.h"
#include "dialects/NN/ScalarBuilder.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage::nn;

/// Between the types that processors have. Two of one width meet in f32, and
/// bf16 is reached from there.
static Value castFloatToFloat(OpBuilder &builder, Location loc, Value x,
                              FloatType target) {
  auto source = cast<FloatType>(x.getType());
  if (source == target)
    return x;
  if (target.getWidth() > source.getWidth())
    return arith::ExtFOp::create(builder, loc, target, x);
  if (target.isBF16() && source.isF64())
    x = arith::TruncFOp::create(builder, loc, builder.getF32Type(), x);
  if (target.getWidth() == source.getWidth())
    x = arith::ExtFOp::create(builder, loc, builder.getF32Type(), x);
  return arith::TruncFOp::create(builder, loc, target, x);
}

static Value castFloatToInteger(OpBuilder &builder, Location loc, Value x,
                                IntegerType target, bool isUnsigned) {
  // Values outside the target wrap as C's conversion through a wider integer
  // does on common processors; a narrow target is reached through 32 or 64
  // bits so that it does not depend on the vector unit.
  unsigned width = target.getWidth();
  Type wide = builder.getIntegerType(width < 32 ? 32 : 64);
  Value integer;
  if (width == 64 && isUnsigned)
    return arith::FPToUIOp::create(builder, loc, target, x);
  if (width == 32 && !isUnsigned)
    return arith::FPToSIOp::create(builder, loc, target, x);
  integer = arith::FPToSIOp::create(builder, loc, wide, x);
  if (wide == target)
    return integer;
  return arith::TruncIOp::create(builder, loc, target, integer);
}

static Value castIntegerToFloat(OpBuilder &builder, Location loc, Value x,
                                FloatType target, bool isUnsigned) {
  if (isUnsigned)
    return arith::UIToFPOp::create(builder, loc, target, x);
  return arith::SIToFPOp::create(builder, loc, target, x);
}

static Value castIntegerToInteger(OpBuilder &builder, Location loc, Value x,
                                  IntegerType target, bool isUnsigned) {
  unsigned width = x.getType().getIntOrFloatBitWidth();
  if (target.getWidth() < width)
    return arith::TruncIOp::create(builder, loc, target, x);
  if (target.getWidth() == width)
    return x;
  if (isUnsigned)
    return arith::ExtUIOp::create(builder, loc, target, x);
  return arith::ExtSIOp::create(builder, loc, target, x);
}

static PowerRounding parseRounding(StringRef name) {
  return llvm::StringSwitch<PowerRounding>(name)
      .Case("down", PowerRounding::Down)
      .Case("nearest", PowerRounding::Nearest)
      .Default(PowerRounding::Up);
}

Value CastOp::buildScalar(OpBuilder &builder, Location loc,
                          ValueRange scalars) {
  Value x = scalars[0];
  Type from = elementTypeOf(getOperand());
  Type to = getTo();
  bool fromUnsigned = from.isUnsignedInteger() || from.isInteger(1);
  if (to.isInteger(1) && !from.isInteger(1)) { // truth
    ScalarBuilder s(builder, loc, x.getType());
    if (s.isFloat)
      return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, x,
                                   s.constant(0));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, x,
                                 s.constant(0));
  }
  if (auto target = dyn_cast<FloatType>(to)) {
    FloatType wide = target.getWidth() < 32 ? builder.getF32Type() : target;
    bool isNarrow = isNarrowFloat(target);
    if (isa<IntegerType>(from))
      x = castIntegerToFloat(builder, loc, x, wide, fromUnsigned);
    x = castFloatToFloat(builder, loc, x, isNarrow ? wide : target);
    if (!isNarrow)
      return x;
    // To its own type even an infinity goes unchanged.
    return encodeNarrowFloat(builder, loc, x, target,
                             getSaturate() && from != to,
                             parseRounding(getRounding()));
  }
  auto target = cast<IntegerType>(getSignless(to));
  if (isa<FloatType>(from))
    return castFloatToInteger(builder, loc, x, target, to.isUnsignedInteger());
  return castIntegerToInteger(builder, loc, x, target, fromUnsigned);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

/// Memory holds a boolean as a byte, and so the standard sees it.
static unsigned bitsOf(Type type) {
  return type.isInteger(1) ? 8 : type.getIntOrFloatBitWidth();
}

LogicalResult BitcastOp::verify() {
  Type from = elementTypeOf(getOperand());
  if (!from.isIntOrFloat() || !getTo().isIntOrFloat() ||
      bitsOf(from) != bitsOf(getTo())) // (E1)
    return emitOpError("cannot read elements of type ")
           << from << " as " << getTo() << ", which has another size";
  return success();
}

Value BitcastOp::buildScalar(OpBuilder &builder, Location loc,
                             ValueRange scalars) {
  Value x = scalars[0];
  Type from = elementTypeOf(getOperand()), to = getTo();
  unsigned width = bitsOf(from);
  Type bits = builder.getIntegerType(width);
  if (from == to)
    return x;
  if (from.isInteger(1)) {
    x = arith::ExtUIOp::create(builder, loc, bits, x);
  } else if (isNarrowFloat(from)) {
    x = encodeNarrowFloat(builder, loc, x, cast<FloatType>(from),
                          /*saturate=*/false);
    if (width < 8)
      x = arith::TruncIOp::create(builder, loc, bits, x);
  } else if (isa<FloatType>(from)) {
    // Narrow floats come as f32, which holds all of them.
    x = castFloatToFloat(builder, loc, x, cast<FloatType>(from));
    x = arith::BitcastOp::create(builder, loc, bits, x);
  }
  if (to.isInteger(1)) {
    Value zero = arith::ConstantOp::create(builder, loc,
                                           builder.getIntegerAttr(bits, 0));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, x,
                                 zero);
  }
  if (!isa<FloatType>(to))
    return x;
  // A narrow float is its code; one of fewer bits than a byte lies in its low
  // ones.
  if (isNarrowFloat(to))
    return width < 8
               ? arith::ExtUIOp::create(builder, loc, builder.getI8Type(), x)
                     .getResult()
               : x;
  return arith::BitcastOp::create(builder, loc, to, x);
}
