//===- FoldScale.cpp - scales and shifts into weights ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What batch normalisation leaves behind a convolution is a scale and a shift
// for every channel. The scale becomes a part of the filter, the shift of the
// bias; as operations on constants both are computed at compile time.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "dialects/NN/ConstantExpression.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// An operation on operands that are known to fit. The driver folds it later:
/// folding at once would erase what the driver has been told of.
template <typename OpTy, typename... Args>
Value createValue(OpBuilder &b, Location loc, Args &&...arguments) {
  return createInferred<OpTy>(b, loc, std::forward<Args>(arguments)...)
      ->getResult();
}

/// Whether `value` has one element, or one for each of `count` along dimension
/// `dim` of a tensor of `rank` dimensions that it broadcasts to.
bool variesAlongOnly(Value value, int64_t dim, int64_t rank, int64_t count) {
  ArrayRef<int64_t> shape = shapeOf(value);
  int64_t missing = rank - int64_t(shape.size());
  if (missing < 0)
    return false;
  for (auto [i, size] : llvm::enumerate(shape))
    if (size != 1 && (missing + int64_t(i) != dim || size != count))
      return false;
  return true;
}

/// A constant that varies along one dimension, as a tensor of `rank` dimensions
/// that varies along dimension `place`.
Value alignAt(OpBuilder &b, Location loc, Value value, int64_t place,
              int64_t rank) {
  int64_t count = cast<RankedTensorType>(value.getType()).getNumElements();
  SmallVector<int64_t> shape(rank, 1);
  shape[place] = count;
  Value wanted = createIndexVector(b, loc, shape);
  return createValue<ReshapeOp>(b, loc, value, wanted, /*allow_zero=*/true);
}

/// The operands of a binary operator, `constant` being the one that constants
/// decide.
struct Operands {
  Value variable, constant;
};

template <typename OpTy> std::optional<Operands> splitOperands(OpTy op) {
  if (!isa<FloatType>(elementTypeOf(op.getLhs())))
    return std::nullopt;
  if (isConstantExpression(op.getRhs()))
    return Operands{op.getLhs(), op.getRhs()};
  // Of a difference or a quotient only the right one can be folded.
  constexpr bool commutes =
      std::is_same_v<OpTy, AddOp> || std::is_same_v<OpTy, MulOp>;
  if (commutes && isConstantExpression(op.getLhs()))
    return Operands{op.getRhs(), op.getLhs()};
  return std::nullopt;
}

/// A convolution that nobody else uses, and the constants that are applied to
/// the channels of its result.
struct ChannelOperands {
  ConvOp conv;
  Value constant;
};

template <typename OpTy>
FailureOr<ChannelOperands> matchChannels(OpTy op, PatternRewriter &rewriter) {
  auto operands = splitOperands(op);
  if (!operands)
    return rewriter.notifyMatchFailure(op, "no constant operand");
  auto conv = operands->variable.template getDefiningOp<ConvOp>();
  if (!conv || !conv->hasOneUse() || conv.getType() != op.getType() ||
      (conv.getBias() && !isConstantExpression(conv.getBias())))
    return rewriter.notifyMatchFailure(op, "no convolution of its own");
  int64_t rank = rankOf(conv.getResult());
  ImageLayout layout{rank, conv.getChannelsLast()};
  if (!variesAlongOnly(operands->constant, layout.channel(), rank,
                       shapeOf(conv.getFilter())[0]))
    return rewriter.notifyMatchFailure(op, "not a constant for each channel");
  return ChannelOperands{conv, operands->constant};
}

/// Puts a convolution that differs from `conv` in filter and bias in the place
/// of `op`.
void replaceByConvolution(PatternRewriter &rewriter, Operation *op, ConvOp conv,
                          Value filter, Value bias) {
  rewriter.replaceOpWithNewOp<ConvOp>(op, conv.getType(), conv.getInput(),
                                      filter, bias, conv.getStrides(),
                                      conv.getPads(), conv.getDilations(),
                                      conv.getGroup(), conv.getChannelsLast());
}

/// conv(x, w, b) * c -> conv(x, w * c, b * c), and the same for a quotient.
template <typename OpTy> struct ScaleConvolution : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    FailureOr<ChannelOperands> operands = matchChannels(op, rewriter);
    if (failed(operands))
      return failure();
    auto [conv, factor] = *operands;
    if (!isConstantExpression(conv.getFilter()))
      return rewriter.notifyMatchFailure(op, "the filter is not constant");

    Location loc = op.getLoc();
    Value filter = createValue<OpTy>(
        rewriter, loc, conv.getFilter(),
        alignAt(rewriter, loc, factor, 0, rankOf(conv.getFilter())));
    Value bias = conv.getBias();
    if (bias)
      bias = createValue<OpTy>(rewriter, loc, bias,
                               alignAt(rewriter, loc, factor, 0, 1));
    replaceByConvolution(rewriter, op, conv, filter, bias);
    return success();
  }
};

/// conv(x, w, b) + c -> conv(x, w, b + c), and the same for a difference.
template <typename OpTy> struct ShiftConvolution : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    FailureOr<ChannelOperands> operands = matchChannels(op, rewriter);
    if (failed(operands))
      return failure();
    auto [conv, constant] = *operands;
    Location loc = op.getLoc();
    Value shift = alignAt(rewriter, loc, constant, 0, 1);
    Value bias = conv.getBias();
    if (!bias) {
      Type type = elementTypeOf(shift);
      Value wanted =
          createIndexVector(rewriter, loc, {shapeOf(conv.getFilter())[0]});
      bias = createValue<ExpandOp>(
          rewriter, loc, createScalar(rewriter, loc, type, 0), wanted);
    }
    bias = createValue<OpTy>(rewriter, loc, bias, shift);
    replaceByConvolution(rewriter, op, conv, conv.getFilter(), bias);
    return success();
  }
};

/// A matrix product with constant columns that `value` is the only use of.
MatMulOp getConstantProduct(Value value) {
  auto product = value.getDefiningOp<MatMulOp>();
  if (!product || !product->hasOneUse() || rankOf(product.getRhs()) < 2 ||
      rankOf(product.getResult()) < 1 ||
      !isConstantExpression(product.getRhs()))
    return nullptr;
  return product;
}

/// (x @ w) * c -> x @ (w * c) for a factor of each column.
template <typename OpTy> struct ScaleProduct : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto operands = splitOperands(op);
    if (!operands)
      return rewriter.notifyMatchFailure(op, "no constant operand");
    MatMulOp product = getConstantProduct(operands->variable);
    if (!product || product.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no matrix product of its own");
    int64_t rank = rankOf(product.getResult());
    int64_t weightRank = rankOf(product.getRhs());
    int64_t columns = shapeOf(product.getResult()).back();
    if (ShapedType::isDynamic(columns) ||
        !variesAlongOnly(operands->constant, rank - 1, rank, columns))
      return rewriter.notifyMatchFailure(op, "not a factor for each column");
    int64_t place = weightRank - (product.getTransposeRhs() ? 2 : 1);
    Location loc = op.getLoc();
    Value weights = createValue<OpTy>(
        rewriter, loc, product.getRhs(),
        alignAt(rewriter, loc, operands->constant, place, weightRank));
    rewriter.replaceOpWithNewOp<MatMulOp>(
        op, product.getType(), product.getLhs(), weights,
        product.getTransposeLhs(), product.getTransposeRhs());
    return success();
  }
};

/// ((x @ w) + b) * c -> (x @ w) * c + b * c, so that the factor gets to the
/// product.
struct ScaleShiftedProduct : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    auto operands = splitOperands(op);
    if (!operands)
      return rewriter.notifyMatchFailure(op, "no constant operand");
    auto add = operands->variable.getDefiningOp<AddOp>();
    if (!add || !add->hasOneUse() || add.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no sum of its own");
    auto terms = splitOperands(add);
    if (!terms || !getConstantProduct(terms->variable) ||
        terms->variable.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no shifted matrix product");
    int64_t rank = rankOf(op.getResult());
    int64_t columns = shapeOf(op.getResult()).back();
    for (Value each : {operands->constant, terms->constant})
      if (ShapedType::isDynamic(columns) ||
          !variesAlongOnly(each, rank - 1, rank, columns))
        return rewriter.notifyMatchFailure(op, "not a factor for each column");
    Value scaled = createValue<MulOp>(rewriter, op.getLoc(), terms->variable,
                                      operands->constant);
    Value shift = createValue<MulOp>(rewriter, op.getLoc(), terms->constant,
                                     operands->constant);
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getType(), scaled, shift);
    return success();
  }
};

} // namespace

void populateFoldScalePatterns(RewritePatternSet &patterns) {
  patterns.add<ScaleConvolution<MulOp>, ScaleConvolution<DivOp>,
               ShiftConvolution<AddOp>, ShiftConvolution<SubOp>,
               ScaleProduct<MulOp>, ScaleProduct<DivOp>, ScaleShiftedProduct>(
      patterns.getContext());
}

} // namespace swage::nn
