//===- PoolOrder.cpp - average pools where they cost least ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A mean over the places of a window and a product with a filter of one place
// are both linear, and act on different dimensions:
//
//   mean_w(sum_c f[k, c] x[c, p + w]) = sum_c f[k, c] mean_w(x[c, p + w])
//
// So a pool that makes an image smaller comes before the product, which then
// has fewer places, and one that keeps its size comes behind a product that
// leaves fewer channels. A bias is its own mean where only elements of the
// input are counted; elsewhere it is added last.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// A convolution of one place, and a pool before or behind it.
struct PooledProduct {
  ConvOp conv;
  AveragePoolOp pool;

  bool isMovable() {
    auto isOne = [](int64_t size) { return size == 1; };
    auto isZero = [](int64_t size) { return size == 0; };
    ArrayRef<int64_t> filter = shapeOf(conv.getFilter());
    return isa<FloatType>(elementTypeOf(pool.getResult())) &&
           conv.getChannelsLast() == pool.getChannelsLast() &&
           llvm::all_of(filter.drop_front(2), isOne) &&
           llvm::all_of(conv.getStrides(), isOne) &&
           llvm::all_of(conv.getPads(), isZero) &&
           !ShapedType::isDynamicShape(filter.take_front(2));
  }

  /// Whether all that a window counts are elements of the input.
  bool countsInputOnly() {
    return !pool.getCountIncludePad() ||
           llvm::all_of(pool.getPads(), [](int64_t pad) { return pad == 0; });
  }

  /// Estimated multiply-adds for one place of the result. An addition of a pool
  /// takes longer than one of a product, since it reads its operand from
  /// memory.
  double costOf(bool poolFirst) {
    constexpr double kAddition = 4;
    ArrayRef<int64_t> filter = shapeOf(conv.getFilter());
    double window = 1, places = 1;
    ImageLayout layout{rankOf(pool.getInput()), pool.getChannelsLast()};
    for (auto [i, each] : llvm::enumerate(getWindows(pool))) {
      int64_t before = shapeOf(pool.getInput())[layout.spatial(i)];
      int64_t after = shapeOf(pool.getResult())[layout.spatial(i)];
      bool isKnown = !ShapedType::isDynamic(before) && after > 0;
      window *= each.size;
      places *= isKnown ? double(before) / after : each.stride;
    }
    double product = double(filter[0]) * filter[1];
    int64_t channels = poolFirst ? filter[1] * conv.getGroup() : filter[0];
    return product * (poolFirst ? 1 : places) + kAddition * window * channels;
  }

  /// Whether the other order saves a twentieth.
  bool isBetter(bool poolFirst) {
    return costOf(poolFirst) < 0.95 * costOf(!poolFirst);
  }
};

Value createPool(PatternRewriter &rewriter, Value input, AveragePoolOp pool,
                 ArrayRef<int64_t> pads, bool countIncludePad) {
  return createInferred<AveragePoolOp>(
             rewriter, pool.getLoc(), input, pool.getKernel(),
             pool.getStrides(), pads, pool.getDilations(), pool.getCeilMode(),
             pool.getChannelsLast(), countIncludePad)
      ->getResult();
}

Value createPool(PatternRewriter &rewriter, Value input, AveragePoolOp pool) {
  return createPool(rewriter, input, pool, pool.getPads(),
                    pool.getCountIncludePad());
}

Value createProduct(PatternRewriter &rewriter, Value input, ConvOp conv,
                    Value bias) {
  return createInferred<ConvOp>(rewriter, conv.getLoc(), input,
                                conv.getFilter(), bias, conv.getStrides(),
                                conv.getPads(), conv.getDilations(),
                                conv.getGroup(), conv.getChannelsLast())
      ->getResult();
}

/// pool(conv(x)) -> conv(pool(x))
struct PoolFirst : OpRewritePattern<AveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    PooledProduct pair{op.getInput().getDefiningOp<ConvOp>(), op};
    if (!pair.conv || !pair.conv->hasOneUse() || !pair.isMovable())
      return rewriter.notifyMatchFailure(op, "no product of its own");
    if (pair.conv.getBias() && !pair.countsInputOnly())
      return rewriter.notifyMatchFailure(op, "the bias is not its mean");
    if (!pair.isBetter(/*poolFirst=*/true))
      return rewriter.notifyMatchFailure(op, "it saves nothing");
    Value pooled = createPool(rewriter, pair.conv.getInput(), op);
    rewriter.replaceOp(
        op, createProduct(rewriter, pooled, pair.conv, pair.conv.getBias()));
    return success();
  }
};

/// conv(pool(x)) -> pool(conv(x))
struct PoolLast : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    PooledProduct pair{op, op.getInput().getDefiningOp<AveragePoolOp>()};
    if (!pair.pool || !pair.pool->hasOneUse() || !pair.isMovable())
      return rewriter.notifyMatchFailure(op, "no pool of its own");
    if (!pair.isBetter(/*poolFirst=*/false))
      return rewriter.notifyMatchFailure(op, "it saves nothing");
    Value bias = op.getBias();
    bool movesBias = bias && !pair.countsInputOnly();
    Value product = createProduct(rewriter, pair.pool.getInput(), op,
                                  movesBias ? Value() : bias);
    Value pooled = createPool(rewriter, product, pair.pool);
    if (movesBias)
      pooled = createInferred<AddOp>(rewriter, op.getLoc(), pooled,
                                     spreadBias(rewriter, op))
                   ->getResult();
    rewriter.replaceOp(op, pooled);
    return success();
  }

  /// The bias as a tensor that varies along the channels.
  static Value spreadBias(PatternRewriter &rewriter, ConvOp op) {
    int64_t rank = rankOf(op.getResult());
    SmallVector<int64_t> shape(rank, 1);
    shape[ImageLayout{rank, op.getChannelsLast()}.channel()] =
        shapeOf(op.getFilter())[0];
    Value wanted = createIndexVector(rewriter, op.getLoc(), shape);
    return createInferred<ReshapeOp>(rewriter, op.getLoc(), op.getBias(),
                                     wanted, /*allow_zero=*/true)
        ->getResult();
  }
};

/// A window of one element at every place makes a copy. Exporters write it
/// where a pool adapts to images of any size, and the image has the right one.
template <typename PoolOp> struct DropPointPool : OpRewritePattern<PoolOp> {
  using OpRewritePattern<PoolOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(PoolOp op,
                                PatternRewriter &rewriter) const override {
    auto isOne = [](int64_t size) { return size == 1; };
    auto isZero = [](int64_t size) { return size == 0; };
    if (!llvm::all_of(op.getKernel(), isOne) ||
        !llvm::all_of(op.getStrides(), isOne) ||
        !llvm::all_of(op.getPads(), isZero) ||
        op.getInput().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "it changes the image");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// How many elements `op` adds before and behind each dimension; nothing where
/// it takes some away, or where a run decides.
std::optional<SmallVector<int64_t>> getPadding(PadOp op) {
  std::optional<SmallVector<int64_t>> pads = getConstantElements(op.getPads());
  if (pads && llvm::any_of(*pads, [](int64_t pad) { return pad < 0; }))
    return std::nullopt;
  return pads;
}

struct DropEmptyPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<int64_t>> pads = getPadding(op);
    if (!pads || llvm::any_of(*pads, [](int64_t pad) { return pad > 0; }) ||
        op.getInput().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "it adds elements");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// Zeros around the image that are counted become the pool's own.
struct PadIntoPool : OpRewritePattern<AveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad || !pad->hasOneUse() || pad.getMode() != "constant" ||
        (pad.getValue() && getScalarConstant(pad.getValue()) != 0.0))
      return rewriter.notifyMatchFailure(op, "no zeros around the image");
    // Where a last window may begin depends on where the image ends.
    if (op.getCeilMode())
      return rewriter.notifyMatchFailure(op, "a window may reach over the end");
    bool hasOwn = llvm::any_of(op.getPads(), [](int64_t p) { return p != 0; });
    if (hasOwn && !op.getCountIncludePad())
      return rewriter.notifyMatchFailure(op, "its own zeros are not counted");
    std::optional<SmallVector<int64_t>> padding = getPadding(pad);
    int64_t rank = rankOf(op.getInput());
    if (!padding || int64_t(padding->size()) != 2 * rank)
      return rewriter.notifyMatchFailure(op, "a run decides on the zeros");
    ImageLayout layout{rank, op.getChannelsLast()};
    SmallVector<int64_t> pads(op.getPads());
    int64_t count = layout.numSpatial();
    for (int64_t i = 0; i < count; ++i)
      for (int64_t end : {0, 1}) {
        int64_t &added = (*padding)[end * rank + layout.spatial(i)];
        pads[end * count + i] += std::exchange(added, 0);
      }
    if (llvm::any_of(*padding, [](int64_t pad) { return pad != 0; }))
      return rewriter.notifyMatchFailure(op, "zeros beside the image");
    rewriter.replaceOp(op, createPool(rewriter, pad.getInput(), op, pads,
                                      /*countIncludePad=*/true));
    return success();
  }
};

} // namespace

void populatePadPatterns(RewritePatternSet &patterns) {
  patterns.add<DropEmptyPad, PadIntoPool>(patterns.getContext());
}

void populatePoolOrderPatterns(RewritePatternSet &patterns) {
  patterns.add<PoolFirst, PoolLast, DropPointPool<AveragePoolOp>,
               DropPointPool<MaxPoolOp>>(patterns.getContext());
}

} // namespace swage::nn
