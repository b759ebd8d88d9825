//===- Cast.cpp - conversions between element types -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The scalar computation of nn.cast.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;
using namespace swage::nn;

static Value castFloatToFloat(OpBuilder &builder, Location loc, Value x,
                              FloatType target, bool saturate) {
  auto source = cast<FloatType>(x.getType());
  if (source == target)
    return x;
  if (target.getWidth() > source.getWidth())
    return arith::ExtFOp::create(builder, loc, target, x);
  if (saturate && target.getWidth() <= 8) {
    APFloat largest = APFloat::getLargest(target.getFloatSemantics());
    ScalarBuilder s(builder, loc, source);
    bool lost;
    largest.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    double limit = largest.convertToDouble();
    x = s.clamp(x, -limit, limit);
  }
  if (target.getWidth() == source.getWidth()) { // f16 <-> bf16, f8 kinds
    Value wide = arith::ExtFOp::create(builder, loc, builder.getF32Type(), x);
    return arith::TruncFOp::create(builder, loc, target, wide);
  }
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

Value CastOp::buildScalar(OpBuilder &builder, Location loc,
                          ValueRange scalars) {
  Value x = scalars[0];
  Type from = elementTypeOf(getOperand());
  Type to = getTo();
  Type target = getSignless(to);
  if (to.isInteger(1) && !from.isInteger(1)) { // truth
    ScalarBuilder s(builder, loc, x.getType());
    if (s.isFloat)
      return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, x,
                                   s.constant(0));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, x,
                                 s.constant(0));
  }
  bool fromUnsigned = from.isUnsignedInteger() || from.isInteger(1);
  if (isa<FloatType>(from)) {
    if (auto floating = dyn_cast<FloatType>(to))
      return castFloatToFloat(builder, loc, x, floating, getSaturate());
    return castFloatToInteger(builder, loc, x, cast<IntegerType>(target),
                              to.isUnsignedInteger());
  }
  if (auto floating = dyn_cast<FloatType>(to)) {
    Type wide = floating.getWidth() < 32 ? Type(builder.getF32Type()) : to;
    Value number =
        fromUnsigned
            ? arith::UIToFPOp::create(builder, loc, wide, x).getResult()
            : arith::SIToFPOp::create(builder, loc, wide, x).getResult();
    return castFloatToFloat(builder, loc, number, floating, getSaturate());
  }
  unsigned width = x.getType().getIntOrFloatBitWidth();
  if (target.getIntOrFloatBitWidth() < width)
    return arith::TruncIOp::create(builder, loc, target, x);
  if (target.getIntOrFloatBitWidth() == width)
    return x;
  if (fromUnsigned)
    return arith::ExtUIOp::create(builder, loc, target, x);
  return arith::ExtSIOp::create(builder, loc, target, x);
}
