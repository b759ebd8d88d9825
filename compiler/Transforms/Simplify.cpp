//===- Simplify.cpp - rewrites of graphs ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Recognises what frontends spell out, and folds what constants allow. Each
// group of patterns is in a file of its own.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/NN/Inference.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <cmath>

namespace swage {
#define GEN_PASS_DEF_SIMPLIFYPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;

std::optional<double> swage::nn::getScalarConstant(Value value) {
  DenseElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)) ||
      constant.getNumElements() != 1 ||
      !isa<FloatType>(constant.getElementType()))
    return std::nullopt;
  APFloat number = *constant.getValues<APFloat>().begin();
  bool lost;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return number.convertToDouble();
}

bool swage::nn::isScalarConstant(Value value, double expected) {
  std::optional<double> actual = getScalarConstant(value);
  if (!actual)
    return false;
  // Exporters round constants to few digits; half floats have three.
  bool isNarrow = elementTypeOf(value).getIntOrFloatBitWidth() < 32;
  double tolerance = isNarrow ? 1e-3 : 1e-5;
  return std::abs(*actual - expected) <= tolerance * std::abs(expected);
}

SmallVector<Value> swage::nn::getFactors(Value product) {
  SmallVector<Value> factors, open{product};
  while (!open.empty()) {
    Value value = open.pop_back_val();
    auto mul = value.getDefiningOp<MulOp>();
    if (mul && (value == product || mul->hasOneUse()))
      open.append({mul.getRhs(), mul.getLhs()});
    else
      factors.push_back(value);
  }
  return factors;
}

Value swage::nn::matchAddConstant(Value sum, double addend) {
  auto add = sum.getDefiningOp<AddOp>();
  if (!add)
    return {};
  if (isScalarConstant(add.getRhs(), addend))
    return add.getLhs();
  if (isScalarConstant(add.getLhs(), addend))
    return add.getRhs();
  return {};
}

namespace {

struct Simplify : swage::impl::SimplifyPassBase<Simplify> {
  using SimplifyPassBase::SimplifyPassBase;

  void runOnOperation() override {
    // Factors behind a convolution are in its filter before pools get between.
    if (failed(apply(/*movesPools=*/false)) ||
        (!strict && failed(apply(/*movesPools=*/true))))
      signalPassFailure();
  }

private:
  LogicalResult apply(bool movesPools) {
    RewritePatternSet patterns(&getContext());
    swage::nn::populateGatherFirstPatterns(patterns);
    swage::nn::populatePadPatterns(patterns);
    if (!strict) {
      swage::nn::populateFoldScalePatterns(patterns);
      swage::nn::populateActivationPatterns(patterns);
      swage::nn::populateNormalizationPatterns(patterns);
    }
    if (movesPools)
      swage::nn::populatePoolOrderPatterns(patterns);
    return applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
