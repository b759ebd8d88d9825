//===- PooledConvolutions.cpp - pools behind first convolutions -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See PooledConvolutions.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/PooledConvolutions.h"
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"

using namespace mlir;

namespace swage {

std::optional<ChannelProduct> matchChannelProduct(linalg::GenericOp op) {
  if (!op.getNumReductionLoops() || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.hasDynamicShape() ||
      op->hasAttr(kScheduleAttr) || op->hasAttr(kChainAttr) ||
      !getElementTypeOrSelf(op.getResult(0)).isF32())
    return std::nullopt;
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (result.getNumResults() == 0)
    return std::nullopt;
  auto channel = dyn_cast<AffineDimExpr>(result.getResults().back());
  if (!channel)
    return std::nullopt;
  ChannelProduct product;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    bool alongChannels = map.isFunctionOfDim(channel.getPosition());
    if (!alongChannels)
      product.image = input;
    else if (isConstantValue(input->get()) && map.isProjectedPermutation())
      product.weights = input;
  }
  if (!product.image || !product.weights)
    return std::nullopt;
  return product;
}

bool isShallow(linalg::GenericOp op, int64_t lanes) {
  std::optional<ChannelProduct> product = matchChannelProduct(op);
  if (!product)
    return false;
  AffineMap weights = op.getMatchingIndexingMap(product->weights);
  AffineMap image = op.getMatchingIndexingMap(product->image);
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  // The same weights for all places.
  for (AffineExpr expr : result.getResults().drop_back())
    if (auto loop = dyn_cast<AffineDimExpr>(expr))
      if (weights.isFunctionOfDim(loop.getPosition()))
        return false;
  int64_t channels = 1;
  for (AffineExpr expr : image.getResults()) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (loop && op.getIteratorTypesArray()[loop.getPosition()] ==
                    utils::IteratorType::reduction)
      channels *= ranges[loop.getPosition()];
  }
  return channels < lanes;
}

namespace {

/// A dimension of an image that a window passes over.
struct Passed {
  int64_t size = 1, results = 1;
  int64_t stride = 1; ///< rows from one result to the next
  int64_t extent = 1; ///< rows that a result needs
};

} // namespace

/// The dimensions of `image` that `window` passes over, outermost first.
static SmallVector<Passed> findPassed(linalg::GenericOp window,
                                      OpOperand &image) {
  SmallVector<Passed> found;
  SmallVector<int64_t> ranges = window.getStaticLoopRanges();
  AffineMap map = window.getMatchingIndexingMap(&image);
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    SmallVector<int64_t> terms;
    if (isa<AffineDimExpr, AffineConstantExpr>(expr) ||
        failed(getFlattenedAffineExpr(expr, map.getNumDims(), 0, &terms)))
      continue;
    Passed passed;
    passed.size = cast<RankedTensorType>(image.get().getType()).getDimSize(dim);
    for (auto [loop, kind] : llvm::enumerate(window.getIteratorTypesArray())) {
      if (terms[loop] == 0)
        continue;
      if (kind == utils::IteratorType::reduction) {
        passed.extent += terms[loop] * (ranges[loop] - 1);
      } else {
        passed.stride = terms[loop];
        passed.results = ranges[loop];
      }
    }
    found.push_back(passed);
  }
  return found;
}

bool paysInBands(linalg::GenericOp conv, linalg::GenericOp window,
                 OpOperand &image, int64_t panel, int64_t bandBytes) {
  // Steps of the convolution, each a multiply-add, that an element is worth
  // which never leaves the second-level cache. Measured in the first kernels of
  // ResNet-18 and SqueezeNet: about a dozen.
  constexpr double kTransfer = 8;
  SmallVector<Passed> passed = findPassed(window, image);
  if (passed.size() != 2)
    return false;
  const Passed &rows = passed[0];
  int64_t rowBytes = passed[1].size * panel * int64_t(sizeof(float));
  int64_t fitting = std::max(rows.extent, bandBytes / rowBytes);
  int64_t results = (fitting - rows.extent) / rows.stride + 1;
  int64_t bands = llvm::divideCeil(rows.results, results);
  int64_t shared = std::max<int64_t>(0, rows.extent - rows.stride);
  int64_t steps = 1;
  for (auto [range, kind] : llvm::zip_equal(conv.getStaticLoopRanges(),
                                            conv.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      steps *= range;
  return double((bands - 1) * shared) / rows.size * steps <= kTransfer;
}

} // namespace swage
