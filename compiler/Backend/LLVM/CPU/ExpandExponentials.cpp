//===- ExpandExponentials.cpp - exponentials as arithmetic ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// exp and what is made from it. The coefficients are minimax fits of the
// functions named beside them, made in higher precision and weighted by the
// error that reaches the result.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Arithmetic.h"

using namespace mlir;

namespace swage {

/// e^r - 1 - r over r^2, for |r| <= ln(2)/2.
constexpr double kExp[] = {0.5, 0.166665181517601, 0.04166620597243309,
                           0.008368889801204205, 0.0013950489228591323};

Value expM1Near(Arithmetic &a, Value r) {
  return a.mulAdd(a.polynomial(r, kExp), a.mul(r, r), r);
}

Value expInRange(Arithmetic &a, Value x) {
  Value n = a.round(a.mul(x, a.constant(kLog2E)));
  Value r = a.mulAdd(n, a.constant(-kLn2High), x);
  r = a.mulAdd(n, a.constant(-kLn2Low), r);
  return a.scale(a.add(expM1Near(a, r), a.constant(1)), n);
}

Value expandExp(Arithmetic &a, Value x) {
  return a.keepNaN(x, expInRange(a, a.clamp(x, -104, 89)));
}

Value expandExp2(Arithmetic &a, Value x) {
  // (2^r - 1) / r for |r| <= 1/2.
  constexpr double c[] = {0.6931471824645996,    0.24022650718688965,
                          0.05550410971045494,   0.009618036448955536,
                          0.0013333429815247655, 0.0001546723797218874,
                          1.5315070413635112e-05};
  Value inside = a.clamp(x, -150, 129);
  Value n = a.round(inside);
  Value r = a.sub(inside, n);
  Value value = a.mulAdd(a.polynomial(r, c), r, a.constant(1));
  return a.keepNaN(x, a.scale(value, n));
}

Value expandExpM1(Arithmetic &a, Value x) {
  // e^x - 1 - x over x^2, for |x| <= 1/2.
  constexpr double c[] = {0.5,
                          0.1666666716337204,
                          0.0416666679084301,
                          0.00833314098417759,
                          0.0013888543471693993,
                          0.000199740199605003,
                          2.4970253434730694e-05};
  Value small = a.mulAdd(a.polynomial(x, c), a.mul(x, x), x);
  Value large = a.sub(expInRange(a, a.clamp(x, -104, 89)), a.constant(1));
  Value isSmall =
      a.compare(arith::CmpFPredicate::OLE, a.abs(x), a.constant(0.5));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

Value expandTanh(Arithmetic &a, Value x) {
  // (tanh(x) - x) / x^3 in x^2, for |x| <= 5/8.
  constexpr double c[] = {-0.3333328366279602, 0.13331490755081177,
                          -0.05374349653720856, 0.020650578662753105,
                          -0.005717036779969931};
  Value magnitude = a.abs(x);
  Value square = a.mul(x, x);
  Value small = a.mulAdd(a.polynomial(square, c), a.mul(square, x), x);
  Value twice = a.clamp(a.add(magnitude, magnitude), 0, 40);
  Value denominator = a.add(expInRange(a, twice), a.constant(1));
  Value large = a.sub(a.constant(1), a.div(a.constant(2), denominator));
  large = a.copySign(large, x);
  Value isSmall =
      a.compare(arith::CmpFPredicate::OLE, magnitude, a.constant(0.625));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

Value expandErf(Arithmetic &a, Value x) {
  // erf(x) / x - 1 in x^2, for |x| <= 15/16, and ln(erfc(x)) from there to 4.
  constexpr double near[] = {0.12837916612625122,  -0.37612631916999817,
                             0.11283686012029648,  -0.026858851313591003,
                             0.005199600011110306, -0.0008125806343741715,
                             8.29661003081128e-05};
  constexpr double far[] = {
      0.00015061369049362838, -1.129381775856018,      -0.6336632966995239,
      -0.10785821080207825,   0.02477451227605343,     -0.0039941007271409035,
      0.0003788496251218021,  -1.1311342859698925e-05, -7.374569008788967e-07};
  Value magnitude = a.abs(x);
  Value small = a.mulAdd(a.polynomial(a.mul(x, x), near), x, x);
  Value limited = a.clamp(magnitude, 0.9, 4);
  Value large = a.sub(a.constant(1), expInRange(a, a.polynomial(limited, far)));
  large = a.copySign(large, x);
  Value isSmall =
      a.compare(arith::CmpFPredicate::OLE, magnitude, a.constant(0.9375));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

} // namespace swage
