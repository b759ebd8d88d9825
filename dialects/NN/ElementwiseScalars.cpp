//===- ElementwiseScalars.cpp - what each operator computes ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The scalar computation of every elementwise operator but casts.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"
#include <cmath>

using namespace mlir;
using namespace swage::nn;

/// A builder for the kind of the first of `scalars`, whose signedness the
/// operand of the operator tells.
static ScalarBuilder getBuilder(OpBuilder &builder, Location loc,
                                ValueRange scalars, Value operand) {
  return ScalarBuilder(builder, loc, scalars[0].getType(),
                       elementTypeOf(operand).isUnsignedInteger());
}

/// Defines buildScalar of a unary operator: `s` builds, `x` is the operand.
#define UNARY(OP, FORMULA)                                                     \
  Value OP::buildScalar(OpBuilder &builder, Location loc,                      \
                        ValueRange scalars) {                                  \
    ScalarBuilder s = getBuilder(builder, loc, scalars, getOperand());         \
    (void)s;                                                                   \
    Value x = scalars[0];                                                      \
    return FORMULA;                                                            \
  }

/// Defines buildScalar of a binary operator on `a` and `b`.
#define BINARY(OP, FORMULA)                                                    \
  Value OP::buildScalar(OpBuilder &builder, Location loc,                      \
                        ValueRange scalars) {                                  \
    ScalarBuilder s = getBuilder(builder, loc, scalars, getLhs());             \
    (void)s;                                                                   \
    Value a = scalars[0], b = scalars[1];                                      \
    return FORMULA;                                                            \
  }

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

UNARY(AbsOp, s.abs(x))
UNARY(NegOp, s.neg(x))
UNARY(CeilOp, s.isFloat ? s.unary<math::CeilOp>(x) : x)
UNARY(FloorOp, s.isFloat ? s.unary<math::FloorOp>(x) : x)
UNARY(RoundOp, s.isFloat ? s.unary<math::RoundEvenOp>(x) : x)
UNARY(SqrtOp, s.unary<math::SqrtOp>(x))
UNARY(RsqrtOp, s.div(s.constant(1), s.unary<math::SqrtOp>(x)))
UNARY(ReciprocalOp, s.div(s.constant(1), x))
UNARY(ExpOp, s.exp(x))
UNARY(LogOp, s.log(x))
UNARY(ErfOp, s.unary<math::ErfOp>(x))
UNARY(SinOp, s.unary<math::SinOp>(x))
UNARY(CosOp, s.unary<math::CosOp>(x))
UNARY(TanOp, s.unary<math::TanOp>(x))
UNARY(AsinOp, s.unary<math::AsinOp>(x))
UNARY(AcosOp, s.unary<math::AcosOp>(x))
UNARY(AtanOp, s.unary<math::AtanOp>(x))
UNARY(SinhOp, s.unary<math::SinhOp>(x))
UNARY(CoshOp, s.unary<math::CoshOp>(x))
UNARY(TanhOp, s.tanh(x))
UNARY(AsinhOp, s.unary<math::AsinhOp>(x))
UNARY(AcoshOp, s.unary<math::AcoshOp>(x))
UNARY(AtanhOp, s.unary<math::AtanhOp>(x))
UNARY(SigmoidOp, s.sigmoid(x))
UNARY(ReluOp, s.max(x, s.constant(0)))
UNARY(SoftplusOp, s.softplus(x))
UNARY(SoftsignOp, s.div(x, s.add(s.constant(1), s.abs(x))))
UNARY(SiluOp, s.mul(x, s.sigmoid(x)))
UNARY(MishOp, s.mul(x, s.tanh(s.softplus(x))))
UNARY(BitwiseNotOp, arith::XOrIOp::create(builder, loc, x, s.constant(-1)))
UNARY(NotOp, arith::XOrIOp::create(builder, loc, x, s.constant(1)))
UNARY(IsNaNOp,
      arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, x, x))
UNARY(HardSwishOp,
      s.mul(x, s.clamp(s.add(s.mul(x, s.constant(1.0 / 6)), s.constant(0.5)), 0,
                       1)))
UNARY(LeakyReluOp,
      s.select(s.less(x, s.constant(0)),
               s.mul(s.constant(getAlpha().convertToDouble()), x), x))
UNARY(HardSigmoidOp,
      s.clamp(s.add(s.mul(x, s.constant(getAlpha().convertToDouble())),
                    s.constant(getBeta().convertToDouble())),
              0, 1))
UNARY(ThresholdedReluOp,
      s.select(s.less(s.constant(getAlpha().convertToDouble()), x), x,
               s.constant(0)))

/// exp(x) - 1 where x is negative; the other side is not to overflow.
static Value expm1OfNegative(const ScalarBuilder &s, Value x) {
  return s.unary<math::ExpM1Op>(s.min(x, s.constant(0)));
}
UNARY(EluOp, s.select(s.less(x, s.constant(0)),
                      s.mul(s.constant(getAlpha().convertToDouble()),
                            expm1OfNegative(s, x)),
                      x))
UNARY(SeluOp, s.mul(s.constant(getGamma().convertToDouble()),
                    s.select(s.less(x, s.constant(0)),
                             s.mul(s.constant(getAlpha().convertToDouble()),
                                   expm1OfNegative(s, x)),
                             x)))
UNARY(CeluOp,
      s.select(s.less(x, s.constant(0)),
               s.mul(s.constant(getAlpha().convertToDouble()),
                     expm1OfNegative(
                         s,
                         s.div(x, s.constant(getAlpha().convertToDouble())))),
               x))

Value SignOp::buildScalar(OpBuilder &builder, Location loc,
                          ValueRange scalars) {
  ScalarBuilder s = getBuilder(builder, loc, scalars, getOperand());
  Value x = scalars[0], zero = s.constant(0);
  Value positive = s.select(s.less(zero, x), s.constant(1), x);
  if (!s.isFloat)
    positive = s.select(s.less(zero, x), s.constant(1), zero);
  if (s.isUnsigned)
    return positive;
  return s.select(s.less(x, zero), s.constant(-1), positive);
}

Value IsInfOp::buildScalar(OpBuilder &builder, Location loc,
                           ValueRange scalars) {
  ScalarBuilder s = getBuilder(builder, loc, scalars, getOperand());
  Value x = scalars[0];
  Value infinity = s.constant(std::numeric_limits<double>::infinity());
  Value none = arith::ConstantIntOp::create(builder, loc, 0, 1);
  Value high = getPositive() ? s.equal(x, infinity) : none;
  Value low = getNegative() ? s.equal(x, s.neg(infinity)) : none;
  return arith::OrIOp::create(builder, loc, high, low);
}

Value ShrinkOp::buildScalar(OpBuilder &builder, Location loc,
                            ValueRange scalars) {
  ScalarBuilder s = getBuilder(builder, loc, scalars, getOperand());
  Value x = scalars[0], zero = s.constant(0);
  // The threshold may be fractional while the elements are integers.
  ScalarBuilder f(builder, loc, s.isFloat ? s.type : builder.getF64Type());
  Value wide = x;
  if (!s.isFloat)
    wide = s.isUnsigned
               ? arith::UIToFPOp::create(builder, loc, f.type, x).getResult()
               : arith::SIToFPOp::create(builder, loc, f.type, x).getResult();
  double lambd = getLambd().convertToDouble();
  double bias = getBias().convertToDouble();
  // So may be the bias; then the results are cut off.
  auto move = [&](double by) -> Value {
    if (s.isFloat || by == std::trunc(by))
      return s.add(x, s.constant(by));
    Value moved = arith::FPToSIOp::create(builder, loc, builder.getI64Type(),
                                          f.add(wide, f.constant(by)));
    if (s.type.isInteger(64))
      return moved;
    return arith::TruncIOp::create(builder, loc, s.type, moved);
  };
  Value above = s.select(f.less(f.constant(lambd), wide), move(-bias), zero);
  return s.select(f.less(wide, f.constant(-lambd)), move(bias), above);
}

Value GeluOp::buildScalar(OpBuilder &builder, Location loc,
                          ValueRange scalars) {
  ScalarBuilder s = getBuilder(builder, loc, scalars, getOperand());
  Value x = scalars[0], inner;
  if (getApproximate()) {
    // tanh(sqrt(2 / pi) * (x + 0.044715 x^3))
    Value cube = s.mul(s.mul(x, x), x);
    Value sum = s.add(x, s.mul(s.constant(0.044715), cube));
    inner = s.tanh(s.mul(s.constant(0.7978845608028654), sum));
  } else {
    inner = s.unary<math::ErfOp>(s.mul(x, s.constant(0.7071067811865476)));
  }
  return s.mul(s.mul(s.constant(0.5), x), s.add(s.constant(1), inner));
}

//===----------------------------------------------------------------------===//
// Two and three operands
//===----------------------------------------------------------------------===//

BINARY(AddOp, s.add(a, b))
BINARY(SubOp, s.sub(a, b))
BINARY(MulOp, s.mul(a, b))
BINARY(DivOp, s.div(a, b))
BINARY(MaxOp, s.max(a, b))
BINARY(MinOp, s.min(a, b))
BINARY(AndOp, arith::AndIOp::create(builder, loc, a, b))
BINARY(OrOp, arith::OrIOp::create(builder, loc, a, b))
BINARY(XorOp, arith::XOrIOp::create(builder, loc, a, b))
BINARY(BitwiseAndOp, arith::AndIOp::create(builder, loc, a, b))
BINARY(BitwiseOrOp, arith::OrIOp::create(builder, loc, a, b))
BINARY(BitwiseXorOp, arith::XOrIOp::create(builder, loc, a, b))
BINARY(EqualOp, s.equal(a, b))
BINARY(LessOp, s.less(a, b))
BINARY(LessEqualOp, s.lessEqual(a, b))
BINARY(GreaterOp, s.less(b, a))
BINARY(GreaterEqualOp, s.lessEqual(b, a))

/// A shift by the element's width or more gives zero.
template <typename ShiftOp>
static Value buildShift(const ScalarBuilder &s, Value a, Value b) {
  Value width = s.constant(s.type.getIntOrFloatBitWidth());
  Value inside = arith::CmpIOp::create(s.builder, s.loc,
                                       arith::CmpIPredicate::ult, b, width);
  Value amount = s.select(inside, b, s.constant(0));
  Value shifted = ShiftOp::create(s.builder, s.loc, a, amount);
  return s.select(inside, shifted, s.constant(0));
}
BINARY(ShiftLeftOp, buildShift<arith::ShLIOp>(s, a, b))
BINARY(ShiftRightOp, buildShift<arith::ShRUIOp>(s, a, b))

Value ModOp::buildScalar(OpBuilder &builder, Location loc, ValueRange scalars) {
  ScalarBuilder s = getBuilder(builder, loc, scalars, getLhs());
  Value a = scalars[0], b = scalars[1];
  Value remainder = s.rem(a, b);
  if (getFmod() || s.isUnsigned)
    return remainder;
  // Bring the remainder to the divisor's side of zero.
  Value zero = s.constant(0);
  Value crosses = arith::XOrIOp::create(builder, loc, s.less(remainder, zero),
                                        s.less(b, zero));
  Value isZero = s.equal(remainder, zero);
  Value moved = s.select(crosses, s.add(remainder, b), remainder);
  return s.select(isZero, remainder, moved);
}

/// An integer to an integer power, wrapping around: by squaring, over all bits
/// of the exponent, without branches. A negative exponent is the reciprocal,
/// which truncates to zero for all bases but 1 and -1.
static Value buildIntegerPower(OpBuilder &builder, Location loc, Value base,
                               Value exponent, bool isExponentUnsigned) {
  ScalarBuilder s(builder, loc, base.getType());
  ScalarBuilder e(builder, loc, exponent.getType(), isExponentUnsigned);
  Value power = s.constant(1), square = base;
  unsigned bits = e.type.getIntOrFloatBitWidth();
  for (unsigned bit = 0; bit < bits; ++bit) {
    Value mask = arith::ConstantOp::create(
        builder, loc, IntegerAttr::get(e.type, APInt::getOneBitSet(bits, bit)));
    Value masked = arith::AndIOp::create(builder, loc, exponent, mask);
    Value isSet = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                        masked, e.constant(0));
    power = s.select(isSet, s.mul(power, square), power);
    if (bit + 1 < bits)
      square = s.mul(square, square);
  }
  if (isExponentUnsigned)
    return power;
  // Bits of a negative exponent still tell even from odd, which is all that
  // matters for 1 and -1.
  Value isUnit =
      arith::OrIOp::create(builder, loc, s.equal(base, s.constant(1)),
                           s.equal(base, s.constant(-1)));
  Value reciprocal = s.select(isUnit, power, s.constant(0));
  return s.select(e.less(exponent, e.constant(0)), reciprocal, power);
}

Value PowOp::buildScalar(OpBuilder &builder, Location loc, ValueRange scalars) {
  Type base = scalars[0].getType(), exponent = scalars[1].getType();
  Value a = scalars[0], b = scalars[1];
  auto toFloat = [&](Value value, Value operand, Type type) -> Value {
    if (isa<FloatType>(value.getType())) {
      if (value.getType().getIntOrFloatBitWidth() <
          type.getIntOrFloatBitWidth())
        return arith::ExtFOp::create(builder, loc, type, value);
      if (value.getType() != type)
        return arith::TruncFOp::create(builder, loc, type, value);
      return value;
    }
    if (elementTypeOf(operand).isUnsignedInteger())
      return arith::UIToFPOp::create(builder, loc, type, value);
    return arith::SIToFPOp::create(builder, loc, type, value);
  };
  if (isa<FloatType>(base)) {
    if (auto integer = dyn_cast<IntegerType>(exponent);
        integer && integer.getWidth() <= 32 &&
        !elementTypeOf(getRhs()).isUnsignedInteger()) {
      if (integer.getWidth() < 32) // processors' libraries have 32 bits only
        b = arith::ExtSIOp::create(builder, loc, builder.getI32Type(), b);
      return math::FPowIOp::create(builder, loc, a, b);
    }
    return math::PowFOp::create(builder, loc, a, toFloat(b, getRhs(), base));
  }
  if (isa<IntegerType>(exponent))
    return buildIntegerPower(builder, loc, a, b,
                             elementTypeOf(getRhs()).isUnsignedInteger());
  // Integers to a fractional power: in double, then truncated.
  Type wide = builder.getF64Type();
  Value power = math::PowFOp::create(builder, loc, toFloat(a, getLhs(), wide),
                                     toFloat(b, getRhs(), wide));
  if (elementTypeOf(getLhs()).isUnsignedInteger())
    return arith::FPToUIOp::create(builder, loc, base, power);
  return arith::FPToSIOp::create(builder, loc, base, power);
}

Value SelectOp::buildScalar(OpBuilder &builder, Location loc,
                            ValueRange scalars) {
  return arith::SelectOp::create(builder, loc, scalars[0], scalars[1],
                                 scalars[2]);
}
