//===- FuseDepthwise.cpp - expansions with depthwise convolutions ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The blocks of small networks widen an image by a product, pass a window over
// each of its channels, and narrow it by another product. What lies between is
// the largest tensor of the network. Of the first two each channel can be
// computed and used up alone, of the last two a few rows: as one kernel what
// lies between never needs to leave the cache.
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
bool isProduct(linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
      op->hasAttr(kScheduleAttr) || op->hasAttr(kChainAttr))
    return false;
  unsigned channel = op.getNumLoops();
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (result.getNumResults() == 0)
    return false;
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

/// The operand that `op` convolves with a constant filter for each channel;
/// null where it does not.
OpOperand *findImage(linalg::GenericOp op) {
  OpOperand *image = nullptr;
  unsigned filters = 0;
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isConstantValue(operand->get()))
      ++filters;
    else
      image = operand;
  return filters == 1 && image && isDepthwise(op, *image) ? image : nullptr;
}

/// The reduction that `isWanted` whose elements, changed one by one, `value`
/// holds, and what is on the way to it; nothing where somebody else needs it.
bool findSource(Value value, SmallVectorImpl<Operation *> &path,
                function_ref<bool(linalg::GenericOp)> isWanted) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || !value.hasOneUse() || op->getNumResults() != 1)
    return false;
  path.push_back(op);
  if (op.getNumReductionLoops())
    return isWanted(op);
  if (!op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return false;
  size_t known = path.size();
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (op.getMatchingIndexingMap(input).isIdentity() &&
        findSource(input->get(), path, isWanted))
      return true;
    path.truncate(known);
  }
  return false;
}

struct FuseDepthwise : swage::impl::FuseDepthwisePassBase<FuseDepthwise> {
  using FuseDepthwisePassBase::FuseDepthwisePassBase;

  void runOnOperation() override {
    numFused = 0;
    getOperation().walk([&](tensor::PadOp pad) { fuseExpansion(pad); });
    getOperation().walk(
        [&](linalg::GenericOp product) { fuseProjection(product); });
  }

  /// A product and the window over its result.
  void fuseExpansion(tensor::PadOp pad) {
    if (!pad->hasOneUse() || !pad.getResultType().hasStaticShape() ||
        bytesOf(pad.getResult()) < leastBytes)
      return;
    OpOperand &use = *pad->use_begin();
    auto window = dyn_cast<linalg::GenericOp>(use.getOwner());
    SmallVector<Operation *> members;
    if (!window || window->getBlock() != pad->getBlock() ||
        !isDepthwise(window, use) ||
        !findSource(pad.getSource(), members, isProduct))
      return;
    members.append({pad, window});
    mark(members);
  }

  /// A window and the product of its result.
  void fuseProjection(linalg::GenericOp product) {
    if (product->hasAttr(kWindowAttr) || !isProduct(product))
      return;
    Value image = product.getDpsInputs()[0],
          weights = product.getDpsInputs()[1];
    if (isConstantValue(image))
      std::swap(image, weights);
    SmallVector<Operation *> members;
    if (bytesOf(image) < leastProjectedBytes ||
        bytesOf(weights) > mostWeightBytes ||
        !findSource(image, members, [](linalg::GenericOp op) {
          return !op->hasAttr(kWindowAttr) && findImage(op);
        }))
      return;
    auto window = cast<linalg::GenericOp>(members.back());
    auto pad = findImage(window)->get().getDefiningOp<tensor::PadOp>();
    if (pad && pad->hasOneUse())
      members.push_back(pad);
    members.push_back(product);
    mark(members);
  }

  void mark(ArrayRef<Operation *> members) {
    Attribute number = Builder(&getContext()).getI64IntegerAttr(numFused);
    for (Operation *op : members)
      op->setAttr(kWindowAttr, number);
    ++numFused;
  }

  static int64_t bytesOf(Value tensor) {
    auto type = cast<RankedTensorType>(tensor.getType());
    return type.getNumElements() * int64_t(sizeof(float));
  }
};

} // namespace
