//===- RecognizeNormalization.cpp - normalisations spelled out ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds layer and RMS normalisation that exporters write as reductions and
// arithmetic, and gives them their scale and bias.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The first axis of a mean over all trailing dimensions, which keeps them.
std::optional<int64_t> getRowAxis(ReduceMeanOp mean) {
  if (!mean || !mean.getKeepDims() || mean.getAxes().empty() ||
      !isa<FloatType>(elementTypeOf(mean.getInput())))
    return std::nullopt;
  SmallVector<int64_t> axes(mean.getAxes());
  llvm::sort(axes);
  int64_t rank = rankOf(mean.getInput());
  for (auto [i, axis] : llvm::enumerate(llvm::reverse(axes)))
    if (axis != rank - 1 - int64_t(i))
      return std::nullopt;
  return axes.front();
}

/// x of a value that is x * x or x^2.
Value matchSquare(Value value) {
  if (auto mul = value.getDefiningOp<MulOp>())
    return mul.getLhs() == mul.getRhs() ? mul.getLhs() : Value();
  if (auto pow = value.getDefiningOp<PowOp>())
    return isScalarConstant(pow.getRhs(), 2) ? pow.getLhs() : Value();
  return {};
}

/// x over the root of the mean of its squares, in rows from `axis` on.
struct RootMeanSquare {
  Value x;
  int64_t axis;
  double epsilon;
};

/// x / sqrt(mean(x^2) + epsilon), as a quotient or a product. `root` is the
/// divisor, or the reciprocal of it.
std::optional<RootMeanSquare> matchRoot(Value x, Value root, bool reciprocal) {
  Value sum;
  if (reciprocal) {
    if (auto rsqrt = root.getDefiningOp<RsqrtOp>())
      sum = rsqrt.getOperand();
    else if (auto inverse = root.getDefiningOp<ReciprocalOp>())
      root = inverse.getOperand();
    else if (auto div = root.getDefiningOp<DivOp>();
             div && isScalarConstant(div.getLhs(), 1))
      root = div.getRhs();
    else
      return std::nullopt;
  }
  if (!sum) {
    auto sqrt = root.getDefiningOp<SqrtOp>();
    if (!sqrt)
      return std::nullopt;
    sum = sqrt.getOperand();
  }
  auto add = sum.getDefiningOp<AddOp>();
  if (!add)
    return std::nullopt;
  Value mean = add.getLhs();
  std::optional<double> epsilon = getScalarConstant(add.getRhs());
  if (!epsilon) {
    epsilon = getScalarConstant(add.getLhs());
    mean = add.getRhs();
  }
  auto reduction = mean.getDefiningOp<ReduceMeanOp>();
  std::optional<int64_t> axis = getRowAxis(reduction);
  if (!epsilon || !axis || matchSquare(reduction.getInput()) != x)
    return std::nullopt;
  return RootMeanSquare{x, *axis, *epsilon};
}

/// A root mean square of differences from the mean is a layer normalisation.
Value createNorm(PatternRewriter &rewriter, Operation *op,
                 const RootMeanSquare &match) {
  Location loc = op->getLoc();
  APFloat epsilon(match.epsilon);
  if (auto difference = match.x.getDefiningOp<SubOp>()) {
    auto mean = difference.getRhs().getDefiningOp<ReduceMeanOp>();
    if (getRowAxis(mean) == match.axis &&
        mean.getInput() == difference.getLhs())
      return LayerNormOp::create(rewriter, loc, match.x.getType(),
                                 difference.getLhs(), Value(), Value(),
                                 match.axis, epsilon);
  }
  return RMSNormOp::create(rewriter, loc, match.x.getType(), match.x, Value(),
                           match.axis, epsilon);
}

struct RecognizeQuotient : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    auto match = matchRoot(op.getLhs(), op.getRhs(), /*reciprocal=*/false);
    if (!match || match->x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no root of a mean square");
    rewriter.replaceOp(op, createNorm(rewriter, op, *match));
    return success();
  }
};

struct RecognizeProduct : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    auto match = matchRoot(op.getLhs(), op.getRhs(), /*reciprocal=*/true);
    if (!match)
      match = matchRoot(op.getRhs(), op.getLhs(), /*reciprocal=*/true);
    if (!match || match->x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no root of a mean square");
    rewriter.replaceOp(op, createNorm(rewriter, op, *match));
    return success();
  }
};

/// Whether `value` has no more dimensions than a row, so that it is the same
/// for every row. Where neither's size is known, the row's may be 1 and that of
/// `value` larger.
bool isRowParameter(Value value, Value norm, int64_t axis) {
  if (rankOf(value) > rankOf(norm) - axis)
    return false;
  ArrayRef<int64_t> row = shapeOf(norm).take_back(rankOf(value));
  return llvm::none_of(llvm::zip_equal(shapeOf(value), row), [](auto sizes) {
    return ShapedType::isDynamic(std::get<0>(sizes)) &&
           ShapedType::isDynamic(std::get<1>(sizes));
  });
}

/// norm(x) * c -> norm(x, scale c).
template <typename NormOp> struct AddScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [value, scale] : {std::pair(op.getLhs(), op.getRhs()),
                                std::pair(op.getRhs(), op.getLhs())}) {
      auto norm = value.getDefiningOp<NormOp>();
      if (!norm || !norm->hasOneUse() || norm.getScale() ||
          norm.getType() != op.getType() ||
          !isRowParameter(scale, value, norm.getAxis()))
        continue;
      if constexpr (std::is_same_v<NormOp, LayerNormOp>) {
        if (norm.getBias())
          continue;
        rewriter.replaceOpWithNewOp<NormOp>(op, op.getType(), norm.getInput(),
                                            scale, Value(), norm.getAxis(),
                                            norm.getEpsilon());
      } else {
        rewriter.replaceOpWithNewOp<NormOp>(op, op.getType(), norm.getInput(),
                                            scale, norm.getAxis(),
                                            norm.getEpsilon());
      }
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no normalisation to scale");
  }
};

/// norm(x) + c -> norm(x, bias c).
struct AddBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [value, bias] : {std::pair(op.getLhs(), op.getRhs()),
                               std::pair(op.getRhs(), op.getLhs())}) {
      auto norm = value.getDefiningOp<LayerNormOp>();
      if (!norm || !norm->hasOneUse() || norm.getBias() ||
          norm.getType() != op.getType() ||
          !isRowParameter(bias, value, norm.getAxis()))
        continue;
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm.getInput(), norm.getScale(), bias,
          norm.getAxis(), norm.getEpsilon());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no normalisation to shift");
  }
};

} // namespace

void populateNormalizationPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeQuotient, RecognizeProduct, AddScale<LayerNormOp>,
               AddScale<RMSNormOp>, AddBias>(patterns.getContext());
}

} // namespace swage::nn
