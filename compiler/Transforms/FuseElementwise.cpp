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

static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || !producer->hasOneUse() ||
      producer.getNumReductionLoops() || consumer.getNumReductionLoops() ||
      producer->getNumResults() != 1)
    return false;
  if (dependsOnConstantsOnly(producer) != dependsOnConstantsOnly(consumer))
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
