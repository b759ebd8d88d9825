//===- PaddedWindows.cpp - windows that slide over padding ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See PaddedWindows.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/PaddedWindows.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage {

/// The stretches of `axis`, on an image of `size` elements, for `places` and
/// `taps`; none where a place has nothing of the image.
static SmallVector<Stretch> findStretches(const Axis &axis, int64_t size,
                                          int64_t places, int64_t taps) {
  SmallVector<Stretch> stretches;
  for (int64_t place = 0; place < places; ++place) {
    int64_t before = axis.low - place * axis.stride;
    int64_t first =
        std::max<int64_t>(0, llvm::divideCeilSigned(before, axis.dilation));
    int64_t last = std::min<int64_t>(
        taps - 1, llvm::divideFloorSigned(before + size - 1, axis.dilation));
    if (first > last)
      return {};
    int64_t count = last - first + 1;
    if (!stretches.empty() && stretches.back().firstTap == first &&
        stretches.back().taps == count)
      ++stretches.back().count;
    else
      stretches.push_back({place, 1, first, count});
  }
  return stretches;
}

/// What `op` makes of its result so far, if that is `OpTy` of it and of
/// something else.
template <typename OpTy> static OpTy getCombiner(linalg::GenericOp op) {
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  auto combiner = yield.getOperand(0).getDefiningOp<OpTy>();
  BlockArgument result = op.getRegionOutputArgs()[0];
  bool combines =
      combiner && (combiner.getLhs() == result || combiner.getRhs() == result);
  return combines ? combiner : OpTy();
}

/// Whether `op` adds up products, in whatever order.
static bool addsProducts(linalg::GenericOp op) {
  auto add = getCombiner<arith::AddFOp>(op);
  return add && arith::bitEnumContainsAll(add.getFastmath(),
                                          arith::FastMathFlags::contract);
}

/// Whether `op` takes the greatest of the elements that it reads.
static bool takesGreatest(linalg::GenericOp op) {
  auto maximum = getCombiner<arith::MaximumFOp>(op);
  return maximum && llvm::hasSingleElement(op.getBody()->without_terminator());
}

/// Whether padding of `op` with `value` is without effect on the result, which
/// begins with `init`.
static bool isWithoutEffect(const Sliding &sliding, Value value, Value init) {
  if (sliding.hasProducts)
    return matchPattern(value, m_AnyZeroFloat());
  FloatAttr padding, first;
  return matchPattern(value, m_Constant(&padding)) &&
         matchPattern(init, m_Constant(&first)) && padding == first;
}

/// The loops of a window along one dimension, from how it is indexed.
static std::optional<Axis> parseAxis(AffineExpr expr, linalg::GenericOp op) {
  SmallVector<int64_t> terms;
  if (failed(getFlattenedAffineExpr(expr, op.getNumLoops(), 0, &terms)) ||
      terms.size() != op.getNumLoops() + 1 || terms.back() != 0)
    return std::nullopt;
  Axis axis;
  unsigned places = 0, taps = 0;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    if (terms[loop] < 0)
      return std::nullopt;
    if (terms[loop] == 0)
      continue;
    bool isTap =
        op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
    (isTap ? axis.tap : axis.place) = loop;
    (isTap ? axis.dilation : axis.stride) = terms[loop];
    ++(isTap ? taps : places);
  }
  if (places != 1 || taps != 1)
    return std::nullopt;
  return axis;
}

std::optional<Sliding> matchSliding(linalg::GenericOp op) {
  if (op.getNumResults() != 1 || op.getNumDpsInputs() != 2)
    return std::nullopt;
  Sliding sliding;
  sliding.op = op;
  sliding.hasProducts = addsProducts(op);
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  if ((!sliding.hasProducts && !takesGreatest(op)) || !fill ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0))
           .isProjectedPermutation())
    return std::nullopt;
  sliding.ranges = op.getStaticLoopRanges();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    auto pad = operand->get().getDefiningOp<tensor::PadOp>();
    (pad ? sliding.image : sliding.filter) = operand;
    if (pad)
      sliding.pad = pad;
  }
  if (!sliding.image || !sliding.filter ||
      ShapedType::isDynamicShape(sliding.ranges) ||
      !op.getMatchingIndexingMap(sliding.filter).isProjectedPermutation())
    return std::nullopt;
  Value padding = sliding.pad.getConstantPaddingValue();
  if (!padding || !isWithoutEffect(sliding, padding, fill.getInputs()[0]) ||
      !sliding.pad.getSourceType().hasStaticShape())
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(sliding.image);
  for (auto [dim, low, high] : llvm::enumerate(sliding.pad.getStaticLow(),
                                               sliding.pad.getStaticHigh())) {
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high) || low < 0 ||
        high < 0)
      return std::nullopt;
    if (low == 0 && high == 0)
      continue;
    std::optional<Axis> axis = parseAxis(map.getResult(dim), op);
    if (!axis)
      return std::nullopt;
    axis->dim = dim;
    axis->low = low;
    axis->stretches =
        findStretches(*axis, sliding.pad.getSourceType().getDimSize(dim),
                      sliding.ranges[axis->place], sliding.ranges[axis->tap]);
    if (axis->stretches.empty())
      return std::nullopt;
    sliding.axes.push_back(*axis);
  }
  if (sliding.axes.empty())
    return std::nullopt;
  return sliding;
}

} // namespace swage
