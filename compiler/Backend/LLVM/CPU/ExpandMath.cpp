//===- ExpandMath.cpp - elementary functions as arithmetic ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Expands exp, log, tanh, erf and their relatives on f32, scalars and vectors
// alike, into polynomials that are good to about two units in the last place.
// The library's functions take one element at a time; these take a vector.
//
// The coefficients are minimax fits of the functions named beside them, made in
// higher precision and weighted by the error that reaches the result.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/ExpandMath.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace swage {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

/// Arithmetic on values of one type: f32 or vectors of it.
class Arithmetic {
public:
  Arithmetic(OpBuilder &builder, Location loc, Type type)
      : builder(builder), loc(loc), type(type),
        flags(arith::FastMathFlagsAttr::get(builder.getContext(),
                                            arith::FastMathFlags::contract)) {
    integers = builder.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      integers = VectorType::get(vector.getShape(), integers);
  }

  Value constant(double value) { return constant(builder.getF32FloatAttr(value), type); }
  Value integer(int32_t value) {
    return constant(builder.getI32IntegerAttr(value), integers);
  }
  Value add(Value a, Value b) {
    return arith::AddFOp::create(builder, loc, a, b, flags);
  }
  Value sub(Value a, Value b) {
    return arith::SubFOp::create(builder, loc, a, b, flags);
  }
  Value mul(Value a, Value b) {
    return arith::MulFOp::create(builder, loc, a, b, flags);
  }
  Value div(Value a, Value b) {
    return arith::DivFOp::create(builder, loc, a, b);
  }
  Value mulAdd(Value a, Value b, Value c) { return add(mul(a, b), c); }
  Value abs(Value a) { return math::AbsFOp::create(builder, loc, a); }
  Value copySign(Value a, Value sign) {
    return math::CopySignOp::create(builder, loc, a, sign);
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }
  /// Within [low, high]; NaN becomes `low`.
  Value clamp(Value a, double low, double high) {
    a = arith::MaxNumFOp::create(builder, loc, a, constant(low));
    return arith::MinNumFOp::create(builder, loc, a, constant(high));
  }
  /// c[0] + c[1] x + c[2] x^2 ...
  Value polynomial(Value x, ArrayRef<double> c) {
    Value sum = constant(c.back());
    for (double coefficient : llvm::reverse(c.drop_back()))
      sum = mulAdd(sum, x, constant(coefficient));
    return sum;
  }
  /// a where it is NaN, b elsewhere.
  Value keepNaN(Value a, Value b) {
    return select(compare(arith::CmpFPredicate::UNO, a, a), a, b);
  }
  /// 2^n for integers n in [-126, 127], given as integers.
  Value powerOfTwo(Value n) {
    Value biased = arith::AddIOp::create(builder, loc, n, integer(127));
    Value bits = arith::ShLIOp::create(builder, loc, biased, integer(23));
    return arith::BitcastOp::create(builder, loc, type, bits);
  }
  /// a * 2^n for integral n in [-252, 254], given as floats.
  Value scale(Value a, Value n) {
    Value whole = arith::FPToSIOp::create(builder, loc, integers, n);
    Value half = arith::ShRSIOp::create(builder, loc, whole, integer(1));
    Value rest = arith::SubIOp::create(builder, loc, whole, half);
    return mul(mul(a, powerOfTwo(half)), powerOfTwo(rest));
  }
  Value round(Value a) { return math::RoundEvenOp::create(builder, loc, a); }
  Value bits(Value a) {
    return arith::BitcastOp::create(builder, loc, integers, a);
  }

  OpBuilder &builder;
  Location loc;
  Type type, integers;

private:
  Value constant(TypedAttr value, Type of) {
    if (auto vector = dyn_cast<VectorType>(of))
      value = DenseElementsAttr::get(vector, Attribute(value));
    return arith::ConstantOp::create(builder, loc, value);
  }

  arith::FastMathFlagsAttr flags;
};

constexpr double kLog2E = 1.44269504088896340736;
// ln 2 in two parts; products of the first with small integers are exact.
constexpr double kLn2High = 0.693359375, kLn2Low = -2.12194440054690581e-4;

/// e^r - 1 - r over r^2, for |r| <= ln(2)/2.
constexpr double kExp[] = {0.5, 0.166665181517601, 0.04166620597243309,
                           0.008368889801204205, 0.0013950489228591323};

/// e^x for x in [-104, 89].
Value expInRange(Arithmetic &a, Value x) {
  Value n = a.round(a.mul(x, a.constant(kLog2E)));
  Value r = a.mulAdd(n, a.constant(-kLn2High), x);
  r = a.mulAdd(n, a.constant(-kLn2Low), r);
  Value tail = a.mulAdd(a.polynomial(r, kExp), a.mul(r, r), r);
  return a.scale(a.add(tail, a.constant(1)), n);
}

Value expandExp(Arithmetic &a, Value x) {
  return a.keepNaN(x, expInRange(a, a.clamp(x, -104, 89)));
}

Value expandExp2(Arithmetic &a, Value x) {
  // (2^r - 1) / r for |r| <= 1/2.
  constexpr double c[] = {0.6931471824645996,   0.24022650718688965,
                          0.05550410971045494,  0.009618036448955536,
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
  constexpr double c[] = {0.5, 0.1666666716337204, 0.0416666679084301,
                          0.00833314098417759, 0.0013888543471693993,
                          0.000199740199605003, 2.4970253434730694e-05};
  Value small = a.mulAdd(a.polynomial(x, c), a.mul(x, x), x);
  Value large = a.sub(expInRange(a, a.clamp(x, -104, 89)), a.constant(1));
  Value isSmall = a.compare(arith::CmpFPredicate::OLE, a.abs(x),
                            a.constant(0.5));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

/// ln x as a sum of a multiple of ln 2 and a logarithm near 1, times `factor`
/// (1, log2 e, log10 e) with the two parts of factor * ln 2 given.
Value expandLogarithm(Arithmetic &a, Value x, double factor, double high,
                      double low) {
  // ln(1 + z) - z + z^2/2 over z^3, for 1 + z in [sqrt(1/2), sqrt(2)].
  constexpr double c[] = {0.3333331048488617,   -0.24999986588954926,
                          0.20002226531505585,  -0.16669251024723053,
                          0.14218658208847046,  -0.1238434836268425,
                          0.11872976273298264,  -0.11789807677268982,
                          0.06915368139743805};
  OpBuilder &b = a.builder;
  Location loc = a.loc;
  // Subnormal numbers are made normal first.
  Value tiny = a.compare(arith::CmpFPredicate::OLT, x,
                         a.constant(1.17549435e-38));
  Value normal = a.select(tiny, a.mul(x, a.constant(8388608.0)), x);
  // The exponent such that the fraction is in [sqrt(1/2), sqrt(2)).
  Value offset = a.integer(0x3f3504f3);
  Value shifted = arith::SubIOp::create(b, loc, a.bits(normal), offset);
  Value exponent = arith::ShRSIOp::create(b, loc, shifted, a.integer(23));
  Value without =
      arith::SubIOp::create(b, loc, a.bits(normal),
                            arith::ShLIOp::create(b, loc, exponent,
                                                  a.integer(23)));
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
  value = a.select(a.compare(arith::CmpFPredicate::OEQ, x,
                             a.constant(infinity)),
                   x, value);
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
  Value isSmall = a.compare(arith::CmpFPredicate::OLE, magnitude,
                            a.constant(0.625));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

Value expandErf(Arithmetic &a, Value x) {
  // erf(x) / x - 1 in x^2, for |x| <= 15/16, and ln(erfc(x)) from there to 4.
  constexpr double near[] = {0.12837916612625122,   -0.37612631916999817,
                             0.11283686012029648,   -0.026858851313591003,
                             0.005199600011110306,  -0.0008125806343741715,
                             8.29661003081128e-05};
  constexpr double far[] = {
      0.00015061369049362838, -1.129381775856018,     -0.6336632966995239,
      -0.10785821080207825,   0.02477451227605343,    -0.0039941007271409035,
      0.0003788496251218021,  -1.1311342859698925e-05, -7.374569008788967e-07};
  Value magnitude = a.abs(x);
  Value small = a.mulAdd(a.polynomial(a.mul(x, x), near), x, x);
  Value limited = a.clamp(magnitude, 0.9, 4);
  Value large = a.sub(a.constant(1), expInRange(a, a.polynomial(limited, far)));
  large = a.copySign(large, x);
  Value isSmall = a.compare(arith::CmpFPredicate::OLE, magnitude,
                            a.constant(0.9375));
  return a.keepNaN(x, a.select(isSmall, small, large));
}

Value expandRsqrt(Arithmetic &a, Value x) {
  return a.div(a.constant(1), math::SqrtOp::create(a.builder, a.loc, x));
}

using Expansion = Value (*)(Arithmetic &, Value);

template <typename OpTy, Expansion expand>
struct Expand : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getOperand();
    if (!getElementTypeOrSelf(x.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not on f32");
    Arithmetic arithmetic(rewriter, op.getLoc(), x.getType());
    rewriter.replaceOp(op, expand(arithmetic, x));
    return success();
  }
};

struct ExpandMath : impl::ExpandMathPassBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateExpandMathPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void populateExpandMathPatterns(RewritePatternSet &patterns) {
  patterns
      .add<Expand<math::ExpOp, expandExp>, Expand<math::Exp2Op, expandExp2>,
           Expand<math::ExpM1Op, expandExpM1>, Expand<math::LogOp, expandLog>,
           Expand<math::Log2Op, expandLog2>, Expand<math::Log10Op, expandLog10>,
           Expand<math::Log1pOp, expandLog1p>, Expand<math::TanhOp, expandTanh>,
           Expand<math::ErfOp, expandErf>, Expand<math::RsqrtOp, expandRsqrt>>(
          patterns.getContext());
}

} // namespace swage
