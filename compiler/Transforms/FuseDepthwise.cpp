//===- FuseDepthwise.cpp - expansions with depthwise convolutions ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The blocks of small networks widen an image by a product, and pass a window
// over each of its channels. What lies between is the largest tensor of the
// network, and each of its channels can be computed and used up alone: as one
// kernel it never needs to leave the cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_FUSEDEPTHWISEPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

bool isF32(Value value) { return getElementTypeOrSelf(value).isF32(); }

/// Whether `op` is a product with a constant matrix that gives each point of an
/// image its channels: 1x1 convolutions.
bool isExpansion(linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
      op->hasAttr(kScheduleAttr) || op->hasAttr(kChainAttr))
    return false;
  unsigned channel = op.getNumLoops();
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (auto last = dyn_cast<AffineDimExpr>(result.getResults().back()))
    channel = last.getPosition();
  unsigned images = 0, matrices = 0;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    bool alongChannels =
        channel < op.getNumLoops() && map.isFunctionOfDim(channel);
    matrices += alongChannels && isConstantValue(input->get()) &&
                map.isProjectedPermutation();
    images += !alongChannels && map.isProjectedPermutation(true);
  }
  return images == 1 && matrices == 1 && isF32(op.getResult(0));
}

/// Whether `op` passes a window over each channel of `image` alone.
bool isDepthwise(linalg::GenericOp op, OpOperand &image) {
  if (op.getNumReductionLoops() != 2 || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
      op->hasAttr(kScheduleAttr))
    return false;
  AffineMap map = op.getMatchingIndexingMap(&image);
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
    if (op.getStaticLoopRanges()[loop] != 1 && !map.isFunctionOfDim(loop))
      return false;
  return isF32(op.getResult(0));
}

/// The product whose elements, changed one by one, `value` holds, and what is
/// on the way to it; nothing where somebody else needs it.
bool findExpansion(Value value, SmallVectorImpl<Operation *> &path) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || !value.hasOneUse() || op->getNumResults() != 1)
    return false;
  path.push_back(op);
  if (op.getNumReductionLoops())
    return isExpansion(op);
  if (!op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return false;
  size_t known = path.size();
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (op.getMatchingIndexingMap(input).isIdentity() &&
        findExpansion(input->get(), path))
      return true;
    path.truncate(known);
  }
  return false;
}

struct FuseDepthwise : swage::impl::FuseDepthwisePassBase<FuseDepthwise> {
  using FuseDepthwisePassBase::FuseDepthwisePassBase;

  void runOnOperation() override {
    int64_t number = 0;
    getOperation().walk([&](tensor::PadOp pad) {
      if (!pad->hasOneUse() || !pad.getResultType().hasStaticShape() ||
          !isLarge(pad.getResultType()))
        return;
      OpOperand &use = *pad->use_begin();
      auto window = dyn_cast<linalg::GenericOp>(use.getOwner());
      SmallVector<Operation *> members;
      if (!window || window->getBlock() != pad->getBlock() ||
          !isDepthwise(window, use) || !findExpansion(pad.getSource(), members))
        return;
      members.append({pad, window});
      auto mark = Builder(&getContext()).getI64IntegerAttr(number++);
      for (Operation *op : members)
        op->setAttr(kWindowAttr, mark);
    });
    numFused = number;
  }

  bool isLarge(RankedTensorType type) {
    return type.getNumElements() * int64_t(sizeof(float)) >= leastBytes;
  }
};

} // namespace
