//===- ScalarBuilder.cpp - short names for scalar computations ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Chooses the operation for floats, complex numbers, signed and unsigned
// integers.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/ScalarBuilder.h"
#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;
using namespace swage::nn;

Value ScalarBuilder::constant(double value) const {
  if (isFloat)
    return arith::ConstantOp::create(builder, loc,
                                     builder.getFloatAttr(type, value));
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex::ConstantOp::create(
        builder, loc, type,
        builder.getArrayAttr(
            {builder.getFloatAttr(complex.getElementType(), value),
             builder.getFloatAttr(complex.getElementType(), 0)}));
  return arith::ConstantOp::create(
      builder, loc, builder.getIntegerAttr(type, int64_t(value)));
}

Value ScalarBuilder::add(Value a, Value b) const {
  if (isFloat)
    return arith::AddFOp::create(builder, loc, a, b);
  if (isa<ComplexType>(type))
    return complex::AddOp::create(builder, loc, a, b);
  return arith::AddIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::sub(Value a, Value b) const {
  if (isFloat)
    return arith::SubFOp::create(builder, loc, a, b);
  return arith::SubIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::mul(Value a, Value b) const {
  if (isFloat)
    return arith::MulFOp::create(builder, loc, a, b);
  return arith::MulIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::safeDivisor(Value a, Value b) const {
  Value bad = equal(b, constant(0));
  if (!isUnsigned) {
    APInt least = APInt::getSignedMinValue(type.getIntOrFloatBitWidth());
    Value minimum =
        arith::ConstantOp::create(builder, loc, IntegerAttr::get(type, least));
    Value overflow = arith::AndIOp::create(builder, loc, equal(a, minimum),
                                           equal(b, constant(-1)));
    bad = arith::OrIOp::create(builder, loc, bad, overflow);
  }
  return select(bad, constant(1), b);
}

Value ScalarBuilder::div(Value a, Value b) const {
  if (isFloat)
    return arith::DivFOp::create(builder, loc, a, b);
  Value divisor = safeDivisor(a, b);
  if (isUnsigned)
    return arith::DivUIOp::create(builder, loc, a, divisor);
  return arith::DivSIOp::create(builder, loc, a, divisor);
}

Value ScalarBuilder::rem(Value a, Value b) const {
  if (isFloat)
    return arith::RemFOp::create(builder, loc, a, b);
  Value divisor = safeDivisor(a, b);
  if (isUnsigned)
    return arith::RemUIOp::create(builder, loc, a, divisor);
  return arith::RemSIOp::create(builder, loc, a, divisor);
}

Value ScalarBuilder::max(Value a, Value b) const {
  if (isFloat)
    return arith::MaximumFOp::create(builder, loc, a, b);
  if (isUnsigned)
    return arith::MaxUIOp::create(builder, loc, a, b);
  return arith::MaxSIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::min(Value a, Value b) const {
  if (isFloat)
    return arith::MinimumFOp::create(builder, loc, a, b);
  if (isUnsigned)
    return arith::MinUIOp::create(builder, loc, a, b);
  return arith::MinSIOp::create(builder, loc, a, b);
}

Value ScalarBuilder::neg(Value a) const {
  if (isFloat)
    return arith::NegFOp::create(builder, loc, a);
  return sub(constant(0), a);
}

Value ScalarBuilder::abs(Value a) const {
  if (isFloat)
    return unary<math::AbsFOp>(a);
  return isUnsigned ? a : unary<math::AbsIOp>(a);
}

Value ScalarBuilder::less(Value a, Value b) const {
  if (isFloat)
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, a, b);
  auto predicate =
      isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}

Value ScalarBuilder::lessEqual(Value a, Value b) const {
  if (isFloat)
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLE, a, b);
  auto predicate =
      isUnsigned ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle;
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}

Value ScalarBuilder::equal(Value a, Value b) const {
  if (isFloat)
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, a, b);
  if (isa<ComplexType>(type))
    return complex::EqualOp::create(builder, loc, a, b);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
}

Value ScalarBuilder::select(Value condition, Value a, Value b) const {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}
