//===- NarrowFloats.cpp - floats of eight bits and fewer ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See NarrowFloats.h.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/NarrowFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include <cmath>

using namespace mlir;
using namespace swage::nn;

using Predicate = arith::CmpIPredicate;

bool swage::nn::isNarrowFloat(Type type) {
  return isa<FloatType>(type) && type.getIntOrFloatBitWidth() <= 8;
}

namespace {

/// The layout of a type with sign, exponent and mantissa.
struct Format {
  explicit Format(FloatType type);

  unsigned mantissa; ///< bits
  int bias;          ///< of the exponent
  unsigned signBit;  ///< its place
  unsigned largest;  ///< code of the largest number
  unsigned overflow; ///< code of what is larger, without saturation
  unsigned nan;      ///< code of NaN
  unsigned firstNaN; ///< codes from here on are NaN, the sign aside
  bool unsignedZero; ///< the code of -0 is NaN's, and NaN has no sign
};

Format::Format(FloatType type)
    : mantissa(type.getFPMantissaWidth() - 1), signBit(type.getWidth() - 1),
      unsignedZero(isa<Float8E4M3FNUZType, Float8E5M2FNUZType>(type)) {
  unsigned exponent = signBit - mantissa;
  bias = (1 << (exponent - 1)) - (unsignedZero ? 0 : 1);
  unsigned all = (1u << signBit) - 1;
  if (unsignedZero) {
    largest = all;
    overflow = nan = firstNaN = 1u << signBit;
  } else if (isa<Float8E5M2Type>(type)) {
    overflow = ((1u << exponent) - 1) << mantissa;
    largest = overflow - 1;
    firstNaN = overflow + 1;
    nan = overflow + (1u << (mantissa - 1));
  } else if (isa<Float4E2M1FNType>(type)) {
    largest = overflow = all;
    nan = firstNaN = all + 1; // there is none: it becomes -0
  } else {                    // float8e4m3fn
    largest = all - 1;
    overflow = nan = firstNaN = all;
  }
}

/// Short names for the arithmetic on bits, which are i32.
class Bits {
public:
  Bits(OpBuilder &builder, Location loc)
      : builder(builder), loc(loc), i32(builder.getI32Type()),
        f32(builder.getF32Type()) {}

  Value constant(int64_t bits) const {
    return arith::ConstantOp::create(
        builder, loc,
        IntegerAttr::get(i32, APInt(32, bits, /*isSigned=*/false,
                                    /*implicitTrunc=*/true)));
  }
  Value number(float value) const {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(value));
  }
  Value bitsOf(Value value) const {
    return arith::BitcastOp::create(builder, loc, i32, value);
  }
  Value floatOf(Value bits) const {
    return arith::BitcastOp::create(builder, loc, f32, bits);
  }
  Value add(Value a, Value b) const {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  Value sub(Value a, Value b) const {
    return arith::SubIOp::create(builder, loc, a, b);
  }
  Value mask(Value a, int64_t bits) const {
    return arith::AndIOp::create(builder, loc, a, constant(bits));
  }
  Value either(Value a, Value b) const {
    return arith::OrIOp::create(builder, loc, a, b);
  }
  Value left(Value a, unsigned count) const {
    return arith::ShLIOp::create(builder, loc, a, constant(count));
  }
  Value right(Value a, unsigned count) const {
    return arith::ShRUIOp::create(builder, loc, a, constant(count));
  }
  Value is(Predicate predicate, Value a, int64_t bits) const {
    return arith::CmpIOp::create(builder, loc, predicate, a, constant(bits));
  }
  Value select(Value condition, Value a, Value b) const {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }

  OpBuilder &builder;
  Location loc;
  Type i32, f32;
};

constexpr unsigned kMantissa = 23; ///< bits of an f32's mantissa
constexpr int kBias = 127;         ///< of an f32's exponent
constexpr int64_t kNaN = 0x7fc00000, kInfinity = 0x7f800000;

/// The exponent alone, of a power of two; 255 is NaN.
Value decodePower(const Bits &b, Value code) {
  Value normal = b.left(code, kMantissa);
  // 2^-127 is below the normal numbers of f32.
  Value least = b.constant(1 << (kMantissa - 1));
  Value bits = b.select(b.is(Predicate::eq, code, 0), least, normal);
  return b.floatOf(
      b.select(b.is(Predicate::eq, code, 255), b.constant(kNaN), bits));
}

Value encodePower(const Bits &b, Value value, bool saturate,
                  PowerRounding rounding) {
  Value bits = b.bitsOf(value);
  Value exponent = b.mask(b.right(bits, kMantissa), 255);
  Value code = exponent;
  if (rounding != PowerRounding::Down) {
    Value fraction = b.mask(bits, (1 << kMantissa) - 1);
    int64_t half = 1 << (kMantissa - 1);
    Value up = rounding == PowerRounding::Up
                   ? b.is(Predicate::ugt, fraction, 0)
                   : b.is(Predicate::uge, fraction, half);
    Value next = b.add(exponent, b.constant(1));
    // The middle between 0 and the least normal number goes down: zero's code
    // is even.
    if (rounding == PowerRounding::Nearest)
      up = arith::AndIOp::create(
          b.builder, b.loc, up,
          arith::OrIOp::create(b.builder, b.loc,
                               b.is(Predicate::ne, exponent, 0),
                               b.is(Predicate::ne, fraction, half)));
    if (saturate)
      up = arith::AndIOp::create(b.builder, b.loc, up,
                                 b.is(Predicate::ult, exponent, 254));
    code = b.select(up, next, exponent);
  }
  return b.select(b.is(Predicate::eq, exponent, 255), exponent, code);
}

} // namespace

Value swage::nn::decodeNarrowFloat(OpBuilder &builder, Location loc, Value code,
                                   FloatType type) {
  Bits b(builder, loc);
  code = arith::ExtUIOp::create(builder, loc, b.i32, code);
  if (isa<Float8E8M0FNUType>(type))
    return decodePower(b, code);
  Format format(type);
  unsigned shift = kMantissa - format.mantissa;
  Value magnitude = b.mask(code, (1 << format.signBit) - 1);
  Value normal = b.add(b.left(magnitude, shift),
                       b.constant(int64_t(kBias - format.bias) << kMantissa));
  // Below the normal numbers the code counts steps of the least one.
  float step = std::ldexp(1.0f, 1 - format.bias - int(format.mantissa));
  Value steps = arith::SIToFPOp::create(builder, loc, b.f32, magnitude);
  Value small = b.bitsOf(
      arith::MulFOp::create(builder, loc, steps, b.number(step)).getResult());
  Value bits = b.select(b.is(Predicate::ult, magnitude, 1 << format.mantissa),
                        small, normal);
  if (isa<Float8E5M2Type>(type))
    bits = b.select(b.is(Predicate::eq, magnitude, format.overflow),
                    b.constant(kInfinity), bits);
  if (format.firstNaN >> format.signBit == 0)
    bits = b.select(b.is(Predicate::uge, magnitude, format.firstNaN),
                    b.constant(kNaN), bits);
  Value sign = b.left(b.mask(code, 1 << format.signBit), 31 - format.signBit);
  bits = b.either(bits, sign);
  if (format.unsignedZero)
    bits =
        b.select(b.is(Predicate::eq, code, format.nan), b.constant(kNaN), bits);
  return b.floatOf(bits);
}

Value swage::nn::encodeNarrowFloat(OpBuilder &builder, Location loc,
                                   Value value, FloatType type, bool saturate,
                                   PowerRounding rounding) {
  Bits b(builder, loc);
  Type i8 = builder.getI8Type();
  if (isa<Float8E8M0FNUType>(type))
    return arith::TruncIOp::create(builder, loc, i8,
                                   encodePower(b, value, saturate, rounding));
  Format format(type);
  unsigned shift = kMantissa - format.mantissa;
  Value bits = b.bitsOf(value);
  Value magnitude = b.mask(bits, 0x7fffffff);

  // Adding just below half of the last place that remains rounds up what is
  // above the half; the last place itself decides at the half.
  Value last = b.mask(b.right(magnitude, shift), 1);
  Value rounded =
      b.add(b.add(magnitude, b.constant((1 << (shift - 1)) - 1)), last);
  Value normal = b.sub(b.right(rounded, shift),
                       b.constant((kBias - format.bias) << format.mantissa));

  // Below the normal numbers, adding the number whose last place is the least
  // step of the format lets the adder round.
  float anchor =
      std::ldexp(1.0f, int(kMantissa) + 1 - format.bias - int(format.mantissa));
  Value anchored = arith::AddFOp::create(builder, loc, b.floatOf(magnitude),
                                         b.number(anchor));
  Value small = b.sub(b.bitsOf(anchored), b.bitsOf(b.number(anchor)));
  Value code = b.select(b.is(Predicate::ult, magnitude,
                             int64_t(kBias + 1 - format.bias) << kMantissa),
                        small, normal);

  // Huge numbers wrap around nothing: the code is compared as it is, signed.
  Value tooLarge = b.is(Predicate::sgt, code, format.largest);
  code = b.select(
      tooLarge, b.constant(saturate ? format.largest : format.overflow), code);
  Value isNaN = b.is(Predicate::ugt, magnitude, kInfinity);
  if (!format.unsignedZero)
    code = b.select(isNaN, b.constant(format.nan), code);
  Value sign = b.right(b.mask(bits, 0x80000000), 31 - format.signBit);
  Value result = b.either(code, sign);
  if (format.unsignedZero) {
    result = b.select(b.is(Predicate::eq, code, 0), code, result);
    result = b.select(isNaN, b.constant(format.nan), result);
  }
  return arith::TruncIOp::create(builder, loc, i8, result);
}
