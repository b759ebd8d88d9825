//===- GatherFirst.cpp - only the rows of a table that are used -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A table of embeddings may be stored in 8 or 16 bits, with operations that
// make f32 of it. What is chosen from a table is little beside the whole: it is
// chosen first, and only that is converted.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Simplify.h"
#include "dialects/NN/ConstantExpression.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// Below this a table is as well made as a whole, by the compiler.
constexpr int64_t kLeastElements = 4096;

struct GatherFirst : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    Value table = op.getData();
    auto type = cast<RankedTensorType>(table.getType());
    Operation *maker = table.getDefiningOp();
    if (!maker || !isa<ElementwiseInterface>(maker) || op.getAxis() != 0 ||
        type.getRank() < 1)
      return rewriter.notifyMatchFailure(op, "no rows of what is computed");
    if (!type.hasStaticShape() || type.getNumElements() < kLeastElements ||
        !isConstantExpression(table))
      return rewriter.notifyMatchFailure(op, "no large constant table");
    if (isConstantExpression(op.getIndices()))
      return rewriter.notifyMatchFailure(op, "the compiler chooses");

    SmallVector<Value> operands;
    for (Value operand : maker->getOperands()) {
      // What has no rows, or one for all, is the same for those chosen.
      bool hasRows = rankOf(operand) == type.getRank() &&
                     shapeOf(operand).front() == type.getDimSize(0) &&
                     type.getDimSize(0) != 1;
      if (hasRows)
        operand = createInferred<GatherOp>(rewriter, op.getLoc(), operand,
                                           op.getIndices(), int64_t(0))
                      ->getResult();
      operands.push_back(operand);
    }
    OperationState state(op.getLoc(), maker->getName(), operands,
                         op->getResultTypes(), maker->getAttrs());
    rewriter.replaceOp(op, rewriter.create(state));
    return success();
  }
};

} // namespace

void populateGatherFirstPatterns(RewritePatternSet &patterns) {
  patterns.add<GatherFirst>(patterns.getContext());
}

} // namespace swage::nn
