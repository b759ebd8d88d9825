//===- FuseDepthwise.cpp - windows with the products around them ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The blocks of small networks widen an image by a product, pass a window over
// each of its channels, and narrow it by another product. What lies between is
// the largest tensor of the network. Of the first two each channel can be
// computed and used up alone, of the last two a few rows: as one kernel what
// lies between never needs to leave the cache.
//
// Others begin with a convolution of an image of three colours and a pool over
// its result, the largest tensor again; these are treated like the first two.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/PooledConvolutions.h"
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

/// Whether `op` is a 1x1 convolution with constant weights.
bool isProduct(linalg::GenericOp op) {
  std::optional<ChannelProduct> product = matchChannelProduct(op);
  return product && op.getNumReductionLoops() == 1 &&
         op.getMatchingIndexingMap(product->image).isProjectedPermutation(true);
}

/// Whether `op` passes a window over each channel of `image` alone.
bool isDepthwise(linalg::GenericOp op, OpOperand &image) {
  if (op.getNumReductionLoops() != 2 || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
      op->hasAttr(kScheduleAttr))
    return false;
  AffineMap map = op.getMatchingIndexingMap(&image);
  if (!isa<RankedTensorType>(image.get().getType()))
    return false;
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
    getOperation().walk([&](linalg::GenericOp window) {
      for (OpOperand *image : window.getDpsInputOperands())
        if (isDepthwise(window, *image))
          fuseWithSource(window, *image);
    });
    getOperation().walk(
        [&](linalg::GenericOp product) { fuseProjection(product); });
  }

  /// A product, or a convolution that pays, and the window over its result.
  void fuseWithSource(linalg::GenericOp window, OpOperand &image) {
    Value source = image.get();
    auto pad = source.getDefiningOp<tensor::PadOp>();
    if (pad)
      source = pad.getSource();
    SmallVector<Operation *> members;
    if (!image.get().hasOneUse() || bytesOf(image.get()) < leastBytes ||
        !findSource(source, members, [&](linalg::GenericOp op) {
          return op->getBlock() == window->getBlock() &&
                 ((pad && isProduct(op)) || isPooled(op, window, image));
        }))
      return;
    auto front = cast<linalg::GenericOp>(members.back());
    adoptPadding(*matchChannelProduct(front)->image, members);
    if (pad)
      members.push_back(pad);
    members.push_back(window);
    mark(members);
  }

  /// Whether `conv` is better computed with the pool over its result. A
  /// convolution of each channel in its place takes longer so.
  bool isPooled(linalg::GenericOp conv, linalg::GenericOp window,
                OpOperand &image) {
    bool isPool = llvm::any_of(window.getDpsInputs(), [](Value input) {
      return input.getDefiningOp<tensor::EmptyOp>() != nullptr;
    });
    return isPool && isShallow(conv, lanes) &&
           paysInBands(conv, window, image, /*panel=*/2 * lanes, bandBytes);
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
    adoptPadding(*findImage(window), members);
    members.push_back(product);
    mark(members);
  }

  /// Adds what pads `image` to `members`, if nobody else needs that.
  static void adoptPadding(OpOperand &image,
                           SmallVectorImpl<Operation *> &members) {
    auto pad = image.get().getDefiningOp<tensor::PadOp>();
    if (pad && pad->hasOneUse() &&
        pad->getBlock() == image.getOwner()->getBlock())
      members.push_back(pad);
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
