//===- FuseElementwise.cpp - merge chains of elementwise operations -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Fewer, larger scalar bodies: what one elementwise operation computes for the
// next stays in a register.
//
//===----------------------------------------------------------------------===//
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

static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || producer.getNumReductionLoops() ||
      consumer.getNumReductionLoops() || producer->getNumResults() != 1)
    return false;
  if (dependsOnConstantsOnly(producer) != dependsOnConstantsOnly(consumer))
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
struct FuseElementwise : swage::impl::FuseElementwisePassBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
