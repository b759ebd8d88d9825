//===- RecognizeActivations.cpp - activations spelled out -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds activation functions that exporters write as arithmetic. They are
// matched as products of factors in any order, since exporters disagree on it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "dialects/NN/Inference.h"
#include <cmath>

using namespace mlir;

namespace swage::nn {
namespace {

/// Removes a constant factor near `expected`; whether there was one.
bool takeConstant(SmallVectorImpl<Value> &factors, double expected) {
  for (auto it = factors.begin(); it != factors.end(); ++it)
    if (isScalarConstant(*it, expected)) {
      factors.erase(it);
      return true;
    }
  return false;
}

/// The factors of `value` besides a scale near `scale`, which may be written as
/// a division by its reciprocal. Empty when there is no such scale.
SmallVector<Value> matchScaled(Value value, double scale) {
  if (auto div = value.getDefiningOp<DivOp>()) {
    if (isScalarConstant(div.getRhs(), 1 / scale))
      return getFactors(div.getLhs());
    return {};
  }
  SmallVector<Value> factors = getFactors(value);
  if (!takeConstant(factors, scale))
    return {};
  return factors;
}

bool isProductOf(ArrayRef<Value> factors, Value x, size_t times) {
  return factors.size() == times &&
         llvm::all_of(factors, [&](Value factor) { return factor == x; });
}

/// Whether `value` is x^2 or x^3.
bool isPower(Value value, Value x, int64_t exponent) {
  if (auto pow = value.getDefiningOp<PowOp>())
    return pow.getLhs() == x && isScalarConstant(pow.getRhs(), exponent);
  return isProductOf(getFactors(value), x, exponent);
}

/// Whether `value` is erf(x / sqrt(2)).
bool isScaledErf(Value value, Value x) {
  auto erf = value.getDefiningOp<ErfOp>();
  return erf &&
         isProductOf(matchScaled(erf.getOperand(), std::sqrt(0.5)), x, 1);
}

/// Whether `value` is x + 0.044715 * x^3.
bool isCubic(Value value, Value x) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add)
    return false;
  Value other = add.getLhs() == x   ? add.getRhs()
                : add.getRhs() == x ? add.getLhs()
                                    : Value();
  if (!other)
    return false;
  SmallVector<Value> factors = matchScaled(other, 0.044715);
  return isProductOf(factors, x, 3) ||
         (factors.size() == 1 && isPower(factors[0], x, 3));
}

/// Whether `value` is 1 + 0.044715 * x^2.
bool isQuadratic(Value value, Value x) {
  Value other = matchAddConstant(value, 1);
  if (!other)
    return false;
  SmallVector<Value> factors = matchScaled(other, 0.044715);
  return isProductOf(factors, x, 2) ||
         (factors.size() == 1 && isPower(factors[0], x, 2));
}

/// Whether `value` is tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)).
bool isScaledTanh(Value value, Value x) {
  auto tanh = value.getDefiningOp<TanhOp>();
  if (!tanh)
    return false;
  SmallVector<Value> factors =
      matchScaled(tanh.getOperand(), std::sqrt(2 / M_PI));
  if (factors.size() == 1)
    return isCubic(factors[0], x);
  // x * (1 + 0.044715 * x^2)
  return factors.size() == 2 &&
         ((factors[0] == x && isQuadratic(factors[1], x)) ||
          (factors[1] == x && isQuadratic(factors[0], x)));
}

/// 0.5 * x * (1 + erf(x / sqrt(2))), and the form with tanh.
struct RecognizeGelu : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> factors = matchScaled(op.getResult(), 0.5);
    if (factors.size() != 2)
      return rewriter.notifyMatchFailure(op, "not half of a product of two");
    for (auto [x, sum] : {std::pair(factors[0], factors[1]),
                          std::pair(factors[1], factors[0])}) {
      Value function = matchAddConstant(sum, 1);
      if (!function || x.getType() != op.getType())
        continue;
      bool isTanh = isScaledTanh(function, x);
      if (!isTanh && !isScaledErf(function, x))
        continue;
      rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x, isTanh);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no error function or tanh of x");
  }
};

/// The same when the half is written as a division by 2 around everything.
struct RecognizeHalvedGelu : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    if (!isScalarConstant(op.getRhs(), 2))
      return rewriter.notifyMatchFailure(op, "not a half");
    SmallVector<Value> factors = getFactors(op.getLhs());
    if (factors.size() != 2)
      return rewriter.notifyMatchFailure(op, "not half of a product of two");
    for (auto [x, sum] : {std::pair(factors[0], factors[1]),
                          std::pair(factors[1], factors[0])}) {
      Value function = matchAddConstant(sum, 1);
      if (!function || x.getType() != op.getType() || !isScaledErf(function, x))
        continue;
      rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x,
                                          /*approximate=*/false);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no error function of x");
  }
};

/// x * f(x), where f says which activation that is.
struct RecognizeGated : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [x, gate] : {std::pair(op.getLhs(), op.getRhs()),
                           std::pair(op.getRhs(), op.getLhs())}) {
      if (x.getType() != op.getType())
        continue;
      if (auto sigmoid = gate.getDefiningOp<SigmoidOp>();
          sigmoid && sigmoid.getOperand() == x) {
        rewriter.replaceOpWithNewOp<SiluOp>(op, op.getType(), x);
        return success();
      }
      if (auto sigmoid = gate.getDefiningOp<HardSigmoidOp>();
          sigmoid && sigmoid.getOperand() == x && isSixth(sigmoid)) {
        rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
        return success();
      }
      auto tanh = gate.getDefiningOp<TanhOp>();
      auto softplus =
          tanh ? tanh.getOperand().getDefiningOp<SoftplusOp>() : SoftplusOp();
      if (softplus && softplus.getOperand() == x) {
        rewriter.replaceOpWithNewOp<MishOp>(op, op.getType(), x);
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "no gate by the same value");
  }

  static bool isSixth(HardSigmoidOp op) {
    return std::abs(op.getAlpha().convertToDouble() - 1.0 / 6) < 1e-6 &&
           op.getBeta().convertToDouble() == 0.5;
  }
};

/// clamp(x + 3, 0, 6) / 6, which is clamp(x / 6 + 1 / 2, 0, 1).
template <typename OpTy> struct RecognizeHardSigmoid : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    constexpr bool divides = std::is_same_v<OpTy, DivOp>;
    if (!isScalarConstant(op.getRhs(), divides ? 6.0 : 1.0 / 6))
      return rewriter.notifyMatchFailure(op, "not a sixth");
    auto min = op.getLhs().template getDefiningOp<MinOp>();
    auto max = min ? min.getLhs().template getDefiningOp<MaxOp>() : MaxOp();
    if (!max || !isScalarConstant(min.getRhs(), 6) ||
        getScalarConstant(max.getRhs()) != 0.0)
      return rewriter.notifyMatchFailure(op, "not clamped to [0, 6]");
    Value x = matchAddConstant(max.getLhs(), 3);
    if (!x || x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "not shifted by 3");
    rewriter.replaceOpWithNewOp<HardSigmoidOp>(
        op, op.getType(), x, llvm::APFloat(1.0 / 6), llvm::APFloat(0.5));
    return success();
  }
};

/// x * clamp(x + 3, 0, 6) / 6.
struct RecognizeHardSwish : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    auto mul = op.getLhs().getDefiningOp<MulOp>();
    if (!mul || !isScalarConstant(op.getRhs(), 6))
      return rewriter.notifyMatchFailure(op, "not a sixth of a product");
    for (auto [x, gate] : {std::pair(mul.getLhs(), mul.getRhs()),
                           std::pair(mul.getRhs(), mul.getLhs())}) {
      auto min = gate.getDefiningOp<MinOp>();
      auto max = min ? min.getLhs().getDefiningOp<MaxOp>() : MaxOp();
      if (!max || !isScalarConstant(min.getRhs(), 6) ||
          getScalarConstant(max.getRhs()) != 0.0 ||
          matchAddConstant(max.getLhs(), 3) != x || x.getType() != op.getType())
        continue;
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no gate by the same value");
  }
};

} // namespace

void populateActivationPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeGelu, RecognizeHalvedGelu, RecognizeGated,
               RecognizeHardSigmoid<DivOp>, RecognizeHardSigmoid<MulOp>,
               RecognizeHardSwish>(patterns.getContext());
}

} // namespace swage::nn
