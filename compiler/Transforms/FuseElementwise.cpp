//===- FuseElementwise.cpp - merge chains of elementwise operations -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Fewer, larger scalar bodies: what one elementwise operation computes for the
// next stays in a register.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/PackingCost.h"
#include "compiler/Transforms/FusionGroups.h"
#include "compiler/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

namespace swage {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

/// Whether a generic yields one of its inputs as it is.
static bool onlyMoves(linalg::GenericOp op) {
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  return llvm::all_of(yield.getOperands(),
                      [](Value value) { return isa<BlockArgument>(value); });
}

/// Whether each of the loops selects along one dimension, forwards or
/// backwards.
static bool readsEachOnce(AffineMap map) {
  if (map.getNumResults() != map.getNumDims())
    return false;
  llvm::SmallBitVector seen(map.getNumDims());
  for (AffineExpr expr : map.getResults())
    for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
      if (expr.isFunctionOfDim(dim)) {
        if (seen.test(dim))
          return false;
        seen.set(dim);
      }
  return seen.all();
}

/// Whether `op` brings all elements of a tensor into another order.
static bool isCopy(linalg::GenericOp op) {
  return op.getNumDpsInputs() == 1 && op->getNumResults() == 1 &&
         onlyMoves(op) &&
         readsEachOnce(op.getMatchingIndexingMap(op.getDpsInputOperand(0)));
}

/// Whether `product` reads `operand`, whose elements are those of a copy, into
/// panels in any case: a copy of its own would only be one more pass.
static bool isPackedAnyhow(linalg::GenericOp product, OpOperand *operand) {
  if (product.getNumDpsInputs() != 2 || product->getNumResults() != 1 ||
      product.isDpsInit(operand) ||
      !getElementTypeOrSelf(operand->get().getType()).isF32())
    return false;
  AffineMap results =
      product.getMatchingIndexingMap(product.getDpsInitOperand(0));
  AffineMap read = product.getMatchingIndexingMap(operand);
  if (results.getNumResults() == 0 || !read.isProjectedPermutation())
    return false;
  auto lane = dyn_cast<AffineDimExpr>(results.getResults().back());
  if (!lane || !read.isFunctionOfDim(lane.getPosition()))
    return false;
  int64_t rows = 1;
  for (AffineExpr expr : results.getResults()) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop)
      return false;
    int64_t range = product.getStaticLoopRanges()[loop.getPosition()];
    if (ShapedType::isDynamic(range))
      return false;
    if (!read.isFunctionOfDim(loop.getPosition()))
      rows *= range;
  }
  return rows >= kRowsThatPay;
}

static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || producer.getNumReductionLoops() ||
      consumer.getNumReductionLoops() || producer->getNumResults() != 1 ||
      dependsOnConstantsOnly(producer) != dependsOnConstantsOnly(consumer))
    return false;
  // A copy of a copy is one, also where the first has other readers.
  if (isCopy(producer) && isCopy(consumer))
    return true;
  if (!producer->hasOneUse())
    return false;
  AffineMap read = consumer.getMatchingIndexingMap(operand);
  if (read.isIdentity())
    // Reading in another order is left to a kernel that does only that.
    return llvm::all_of(producer.getIndexingMapsArray(),
                        [](AffineMap map) { return isMonotonic(map); });
  return onlyMoves(producer) && isMonotonic(read) &&
         llvm::all_of(producer.getIndexingMapsArray(), isMonotonic);
}

namespace {
/// Lets a product read what a copy reads. What the copy brings in from the end
/// to the start, the product adds up from the end: the other operands turn.
struct ReadThroughCopy : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp product,
                                PatternRewriter &rewriter) const override {
    if (!product.getNumReductionLoops() || product.hasIndexSemantics())
      return failure();
    for (OpOperand *operand : product.getDpsInputOperands()) {
      auto copy = operand->get().getDefiningOp<linalg::GenericOp>();
      if (!copy || copy.getNumReductionLoops() || !isCopy(copy) ||
          !copy->hasOneUse() || !isPackedAnyhow(product, operand) ||
          dependsOnConstantsOnly(copy) ||
          !copy.getMatchingIndexingMap(copy.getDpsInitOperand(0)).isIdentity())
        continue;
      // Copies of copies become one first.
      OpOperand *source = copy.getDpsInputOperand(0);
      auto before = source->get().getDefiningOp<linalg::GenericOp>();
      if (before && isCopy(before))
        continue;
      if (std::optional<SmallVector<AffineMap>> maps = readThrough(
              product, operand, copy.getMatchingIndexingMap(source))) {
        rewriter.modifyOpInPlace(product, [&] {
          operand->set(source->get());
          product.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(*maps));
        });
        return success();
      }
    }
    return failure();
  }

  /// The maps of `product` when it reads `operand` through `copy`.
  static std::optional<SmallVector<AffineMap>>
  readThrough(linalg::GenericOp product, OpOperand *operand, AffineMap copy) {
    AffineMap read = copy.compose(product.getMatchingIndexingMap(operand));
    SmallVector<AffineExpr> loops;
    for (unsigned loop = 0; loop < product.getNumLoops(); ++loop)
      loops.push_back(getAffineDimExpr(loop, product.getContext()));
    for (AffineExpr expr : read.getResults()) {
      if (isa<AffineDimExpr>(expr))
        continue;
      std::optional<unsigned> own;
      for (unsigned loop = 0; loop < product.getNumLoops(); ++loop)
        if (expr.isFunctionOfDim(loop))
          own = loop;
      if (!own || product.getIteratorTypesArray()[*own] !=
                      utils::IteratorType::reduction)
        return std::nullopt;
      loops[*own] = expr;
    }
    SmallVector<AffineMap> maps = product.getIndexingMapsArray();
    maps[operand->getOperandNumber()] = read;
    for (AffineMap &map : maps) {
      map = map.replaceDimsAndSymbols(loops, {}, product.getNumLoops(), 0);
      map = simplifyAffineMap(map);
    }
    // From the end of the end it is the start again.
    if (!maps[operand->getOperandNumber()].isProjectedPermutation() ||
        !inversePermutation(concatAffineMaps(maps, product.getContext())))
      return std::nullopt;
    return maps;
  }
};

struct FuseElementwise : swage::impl::FuseElementwisePassBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    patterns.add<ReadThroughCopy>(&getContext());
    // What has become a copy in the same order goes.
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
