//===- ExpandLogarithms.cpp - logarithms as arithmetic --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// log and what is made from it, inverse hyperbolic functions among it. The
// coefficients are minimax fits of the functions named beside them, made in
// higher precision and weighted by the error that reaches the result.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Arithmetic.h"
#include <limits>

using namespace mlir;

namespace swage {

/// ln x as a sum of a multiple of ln 2 and a logarithm near 1, times `factor`
/// (1, log2 e, log10 e) with the two parts of factor * ln 2 given.
static Value expandLogarithm(Arithmetic &a, Value x, double factor, double high,
                             double low) {
  // ln(1 + z) - z + z^2/2 over z^3, for 1 + z in [sqrt(1/2), sqrt(2)].
  constexpr double c[] = {
      0.3333331048488617,   -0.24999986588954926, 0.20002226531505585,
      -0.16669251024723053, 0.14218658208847046,  -0.1238434836268425,
      0.11872976273298264,  -0.11789807677268982, 0.06915368139743805};
  OpBuilder &b = a.builder;
  Location loc = a.loc;
  // Subnormal numbers are made normal first.
  Value tiny =
      a.compare(arith::CmpFPredicate::OLT, x, a.constant(1.17549435e-38));
  Value normal = a.select(tiny, a.mul(x, a.constant(8388608.0)), x);
  // The exponent such that the fraction is in [sqrt(1/2), sqrt(2)).
  Value offset = a.integer(0x3f3504f3);
  Value shifted = arith::SubIOp::create(b, loc, a.bits(normal), offset);
  Value exponent = arith::ShRSIOp::create(b, loc, shifted, a.integer(23));
  Value without = arith::SubIOp::create(
      b, loc, a.bits(normal),
      arith::ShLIOp::create(b, loc, exponent, a.integer(23)));
  Value fraction = arith::BitcastOp::create(b, loc, a.type, without);
  Value e = arith::SIToFPOp::create(b, loc, a.type, exponent);
  e = a.sub(e, a.select(tiny, a.constant(23), a.constant(0)));
  Value z = a.sub(fraction, a.constant(1));
  Value square = a.mul(z, z);
  Value tail = a.mul(a.polynomial(z, c), a.mul(z, square));
  tail = a.mulAdd(square, a.constant(-0.5), tail);
  Value value;
  if (factor == 1) {
    tail = a.mulAdd(e, a.constant(low), tail);
    value = a.mulAdd(e, a.constant(high), a.add(z, tail));
  } else {
    // The product with the factor in two parts of z, lest it lose bits.
    Value near = a.mul(a.add(z, tail), a.constant(factor));
    value = a.mulAdd(e, a.constant(high), a.mulAdd(e, a.constant(low), near));
  }
  Value zero = a.constant(0);
  double infinity = std::numeric_limits<double>::infinity();
  value = a.select(a.compare(arith::CmpFPredicate::OEQ, x, zero),
                   a.constant(-infinity), value);
  value = a.select(a.compare(arith::CmpFPredicate::OLT, x, zero),
                   a.constant(std::numeric_limits<double>::quiet_NaN()), value);
  value = a.select(
      a.compare(arith::CmpFPredicate::OEQ, x, a.constant(infinity)), x, value);
  return a.keepNaN(x, value);
}

Value expandLog(Arithmetic &a, Value x) {
  return expandLogarithm(a, x, 1, kLn2High, kLn2Low);
}
Value expandLog2(Arithmetic &a, Value x) {
  return expandLogarithm(a, x, kLog2E, 1, 0);
}
Value expandLog10(Arithmetic &a, Value x) {
  return expandLogarithm(a, x, 0.43429448190325182765, 0.301025390625,
                         4.60503898119521373e-6);
}

Value expandLog1p(Arithmetic &a, Value x) {
  // ln(u) x / (u - 1) for u = 1 + x undoes the rounding of u.
  Value one = a.constant(1);
  Value u = arith::AddFOp::create(a.builder, a.loc, x, one);
  Value less = arith::SubFOp::create(a.builder, a.loc, u, one);
  Value corrected = a.mul(expandLog(a, u), a.div(x, less));
  Value exact = a.compare(arith::CmpFPredicate::OEQ, less, a.constant(0));
  Value infinite =
      a.compare(arith::CmpFPredicate::OEQ, x,
                a.constant(std::numeric_limits<double>::infinity()));
  Value either = arith::OrIOp::create(a.builder, a.loc, exact, infinite);
  return a.select(either, x, corrected);
}

/// ln(2 x) for x beyond any rounding of 1, up to the largest float.
static Value logOfTwice(Arithmetic &a, Value x) {
  return a.add(expandLog(a, x), a.constant(kLn2High + kLn2Low));
}

/// Where sqrt(x^2 + 1) is x, and x^2 still far from overflow.
static constexpr double kLarge = 65536;

Value expandAsinh(Arithmetic &a, Value x) {
  // (asinh(x) - x) / x^3 in x^2, for |x| <= 3/4.
  constexpr double c[] = {-0.16666656732559204,  0.07499519735574722,
                          -0.044564809650182724, 0.02976866438984871,
                          -0.019697997719049454, 0.010447866283357143,
                          -0.002980221062898636};
  Value magnitude = a.abs(x);
  Value square = a.mul(x, x);
  Value small = a.mulAdd(a.polynomial(square, c), a.mul(square, x), x);
  // ln(x + sqrt(x^2 + 1)).
  Value limited = a.clamp(magnitude, 0.5, kLarge);
  Value root = a.sqrt(a.mulAdd(limited, limited, a.constant(1)));
  Value medium = expandLog(a, a.add(limited, root));
  Value isLarge =
      a.compare(arith::CmpFPredicate::OGT, magnitude, a.constant(kLarge));
  Value large = a.select(isLarge, logOfTwice(a, magnitude), medium);
  Value isSmall =
      a.compare(arith::CmpFPredicate::OLE, magnitude, a.constant(0.75));
  return a.keepNaN(x, a.select(isSmall, small, a.copySign(large, x)));
}

Value expandAcosh(Arithmetic &a, Value x) {
  // (acosh(1 + t) / sqrt(2 t) - 1) / t, for 0 <= t <= 3/4.
  constexpr double c[] = {-0.08333327621221542,   0.018748467788100243,
                          -0.005566440522670746,  0.0018395892111584544,
                          -0.0005659936578013003, 0.00010810028470586985};
  Value t = a.sub(x, a.constant(1)); // negative below 1: its root is NaN
  Value root = a.sqrt(a.add(t, t));
  Value small = a.mulAdd(a.mul(a.polynomial(t, c), t), root, root);
  // ln(x + sqrt(x^2 - 1)).
  Value limited = a.clamp(x, 1.5, kLarge);
  Value less = a.sub(limited, a.constant(1));
  Value product = a.mul(less, a.add(limited, a.constant(1)));
  Value medium = expandLog(a, a.add(limited, a.sqrt(product)));
  Value isLarge = a.compare(arith::CmpFPredicate::OGT, x, a.constant(kLarge));
  Value large = a.select(isLarge, logOfTwice(a, x), medium);
  Value isSmall = a.compare(arith::CmpFPredicate::OLE, t, a.constant(0.75));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

Value expandAtanh(Arithmetic &a, Value x) {
  // (atanh(x) - x) / x^3 in x^2, for |x| <= 1/2.
  constexpr double c[] = {0.33333301544189453,  0.20002518594264984,
                          0.14222761988639832,  0.11823730915784836,
                          0.051358189433813095, 0.17669126391410828};
  Value magnitude = a.abs(x);
  Value square = a.mul(x, x);
  Value small = a.mulAdd(a.polynomial(square, c), a.mul(square, x), x);
  // ln((1 + x) / (1 - x)) / 2: infinite at 1, NaN beyond.
  Value one = a.constant(1);
  Value ratio = a.div(a.add(one, magnitude), a.sub(one, magnitude));
  Value large = a.mul(expandLog(a, ratio), a.constant(0.5));
  Value isSmall =
      a.compare(arith::CmpFPredicate::OLE, magnitude, a.constant(0.5));
  return a.keepNaN(x, a.select(isSmall, small, a.copySign(large, x)));
}

} // namespace swage
