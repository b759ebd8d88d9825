//===- ExpandActivations.cpp - activation functions as arithmetic ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What activations make of elementary functions, where the whole is cheaper
// than its parts: the logistic function needs no exponential below the normal
// numbers, and 1 + erf(x) no relative accuracy of erf near zero.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Arithmetic.h"
#include "compiler/Backend/LLVM/CPU/ExpandMath.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

using namespace mlir;

namespace swage {
namespace {

/// An integer n as a float, and 2^n.
struct WholePower {
  Value n, power;
};

/// Of the integer n next to `x * factor`, which is in [-127.5, 128.5]. The
/// power is zero for n = -127 and infinite for 128.
WholePower nextPower(Arithmetic &a, Value x, double factor) {
  // So large a sum has no places behind the point, and its last bits are those
  // of n + 127: the exponent's.
  constexpr double kLarge = (3 << 22) + 127;
  Value sum = factor == 1 ? a.add(x, a.constant(kLarge))
                          : a.mulAdd(x, a.constant(factor), a.constant(kLarge));
  Value bits =
      arith::ShLIOp::create(a.builder, a.loc, a.bits(sum), a.integer(23));
  return {a.sub(sum, a.constant(kLarge)),
          arith::BitcastOp::create(a.builder, a.loc, a.type, bits)};
}

/// `numerator` / (1 + e^-x).
Value expandLogistic(Arithmetic &a, Value x, Value numerator) {
  // Beyond, the sum is 1 or infinite. NaN stays what it is.
  Value inside = arith::MinimumFOp::create(a.builder, a.loc, x, a.constant(88));
  inside = arith::MaximumFOp::create(a.builder, a.loc, inside, a.constant(-89));
  WholePower whole = nextPower(a, inside, -kLog2E);
  Value r = a.sub(a.mul(whole.n, a.constant(-kLn2High)), inside);
  r = a.mulAdd(whole.n, a.constant(-kLn2Low), r);
  Value power = a.add(expM1Near(a, r), a.constant(1));
  return a.div(numerator, a.mulAdd(power, whole.power, a.constant(1)));
}

/// 1 + erf(x): erfc(|x|) for negative x, and what that leaves of 2 elsewhere.
Value expandOnePlusErf(Arithmetic &a, Value x) {
  // log2(erfc(x)), weighted by erfc(x), for x in [0, 4.4]; further away it
  // falls below all exponents.
  constexpr double logErfc[] = {
      2.4799091122355178e-08, -1.6279096199059344,   -0.9184054552481141,
      -0.14853008072101853,   0.02836098266820635,   -0.0009027505616083965,
      -0.001406117622997472,  0.0004178876361379032, -4.1724817898170987e-05};
  // (2^r - 1) / r for |r| <= 1/2.
  constexpr double exp2Near[] = {0.6931472028550623,    0.24022647913629502,
                                 0.055503324711327975,  0.009618437357639328,
                                 0.0013398874411897216, 0.0001535336191123126};
  Value magnitude =
      arith::MinimumFOp::create(a.builder, a.loc, a.abs(x), a.constant(16));
  Value logarithm = a.splitPolynomial(magnitude, logErfc);
  logarithm =
      arith::MaximumFOp::create(a.builder, a.loc, logarithm, a.constant(-127));
  WholePower whole = nextPower(a, logarithm, 1);
  Value r = a.sub(logarithm, whole.n);
  Value tail = a.mul(a.mulAdd(a.splitPolynomial(r, exp2Near), r, a.constant(1)),
                     whole.power);
  Value isNegative = a.compare(arith::CmpFPredicate::OLT, x, a.constant(0));
  return a.select(isNegative, tail, a.sub(a.constant(2), tail));
}

/// Whether all elements of `value` are 1.
bool isOne(Value value) {
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  return matchPattern(value, m_OneFloat());
}

/// The other operand of 1 + ... , in either order.
Value matchPlusOne(arith::AddFOp op) {
  if (isOne(op.getLhs()))
    return op.getRhs();
  return isOne(op.getRhs()) ? op.getLhs() : Value();
}

/// x where `op` is 1 / (1 + e^-x) and nobody else uses what lies between.
Value matchLogistic(arith::DivFOp op) {
  auto sum = op.getRhs().getDefiningOp<arith::AddFOp>();
  if (!isOne(op.getLhs()) || !sum || !sum->hasOneUse())
    return {};
  Value addend = matchPlusOne(sum);
  auto exp = addend ? addend.getDefiningOp<math::ExpOp>() : math::ExpOp();
  auto neg = exp && exp->hasOneUse()
                 ? exp.getOperand().getDefiningOp<arith::NegFOp>()
                 : arith::NegFOp();
  return neg ? neg.getOperand() : Value();
}

template <typename OpTy> struct ActivationPattern : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not on f32");
    Arithmetic arithmetic(rewriter, op.getLoc(), type);
    Value result = expand(arithmetic, op);
    if (!result)
      return rewriter.notifyMatchFailure(op, "no activation function");
    rewriter.replaceOp(op, result);
    return success();
  }

  virtual Value expand(Arithmetic &a, OpTy op) const = 0;
};

/// x * logistic(x) in one division.
struct ExpandSilu : ActivationPattern<arith::MulFOp> {
  using ActivationPattern::ActivationPattern;
  Value expand(Arithmetic &a, arith::MulFOp op) const override {
    for (auto [x, factor] : {std::pair(op.getLhs(), op.getRhs()),
                             std::pair(op.getRhs(), op.getLhs())}) {
      auto logistic = factor.getDefiningOp<arith::DivFOp>();
      if (logistic && logistic->hasOneUse() && matchLogistic(logistic) == x)
        return expandLogistic(a, x, x);
    }
    return {};
  }
};

struct ExpandLogistic : ActivationPattern<arith::DivFOp> {
  using ActivationPattern::ActivationPattern;
  Value expand(Arithmetic &a, arith::DivFOp op) const override {
    Value x = matchLogistic(op);
    return x ? expandLogistic(a, x, a.constant(1)) : Value();
  }
};

struct ExpandOnePlusErf : ActivationPattern<arith::AddFOp> {
  using ActivationPattern::ActivationPattern;
  Value expand(Arithmetic &a, arith::AddFOp op) const override {
    Value addend = matchPlusOne(op);
    auto erf = addend ? addend.getDefiningOp<math::ErfOp>() : math::ErfOp();
    return erf && erf->hasOneUse() ? expandOnePlusErf(a, erf.getOperand())
                                   : Value();
  }
};

} // namespace

void expandActivations(Operation *root) {
  MLIRContext *context = root->getContext();
  // Products first: they hold quotients.
  RewritePatternSet products(context), rest(context);
  products.add<ExpandSilu>(context);
  walkAndApplyPatterns(root, std::move(products));
  rest.add<ExpandLogistic, ExpandOnePlusErf>(context);
  walkAndApplyPatterns(root, std::move(rest));
}

} // namespace swage
