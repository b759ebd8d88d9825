//===- NestOperands.cpp - operands that a contraction reads across --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds the operands of a contraction whose order in memory does not suit its
// loops, and brings them into one that does: those along the vectors into
// panels, those along the rows into an order in which a row is contiguous.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

/// Elements between steps of the innermost reduction that `place` is read
/// along, and the steps; nothing where one of them is not known.
static std::optional<std::pair<int64_t, int64_t>>
reductionStep(const StageLoops &loops, AffineMap map, const Place &place) {
  for (unsigned loop : llvm::reverse(loops.remaining(/*reductions=*/true))) {
    auto dim = map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
    std::optional<int64_t> steps = loops.extents[loop].fixed();
    if (!dim || !steps || !place.strides[*dim].isConstant())
      return std::nullopt;
    if (*steps > 1)
      return std::pair(place.strides[*dim].factor, *steps);
  }
  return std::nullopt;
}

SmallVector<Value> NestEmitter::findOperands(
    const StageLoops &loops, unsigned lane,
    function_ref<bool(OpOperand &, const Place &, const Monomial &)> wants) {
  linalg::GenericOp op = loops.stage->reduction;
  SmallVector<Value> found;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    const Place *place = tensors.find(operand->get());
    if (!place || place->layout)
      continue;
    auto along = op.getMatchingIndexingMap(operand).getResultPosition(
        builder.getAffineDimExpr(lane));
    if (along && wants(*operand, *place, place->strides[*along]))
      found.push_back(operand->get());
  }
  return found;
}

SmallVector<Value> NestEmitter::findStrided(const StageLoops &loops,
                                            unsigned lane) {
  return findOperands(loops, lane,
                      [](OpOperand &, const Place &, const Monomial &stride) {
                        return !stride.isOne();
                      });
}

SmallVector<Value> NestEmitter::findConflicting(const StageLoops &loops,
                                                unsigned lane) {
  return findOperands(
      loops, lane,
      [&](OpOperand &operand, const Place &place, const Monomial &stride) {
        AffineMap map = loops.stage->reduction.getMatchingIndexingMap(&operand);
        auto step = reductionStep(loops, map, place);
        Type element = getElementTypeOrSelf(operand.get().getType());
        return step && stride.isOne() &&
               conflictsInCache(target, step->first * bytesOf(element),
                                step->second);
      });
}

void NestEmitter::straightenRows(StageLoops &loops, unsigned lane,
                                 int64_t lanes) {
  linalg::GenericOp op = loops.stage->reduction;
  // An operand is read once for each panel. To turn it takes as long as to
  // read it across for a few.
  constexpr int64_t kPanelsThatPay = 4, kStepsThatPay = 32;
  std::optional<int64_t> columns = loops.extents[lane].fixed();
  constexpr int64_t kUsualVectors = 2;
  if (!columns || *columns < kPanelsThatPay * kUsualVectors * lanes)
    return;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value tensor = operand->get();
    const Place *place = tensors.find(tensor);
    AffineMap map = op.getMatchingIndexingMap(operand);
    auto type = dyn_cast<RankedTensorType>(tensor.getType());
    if (!place || place->layout || !type.hasStaticShape() ||
        !map.isProjectedPermutation() || map.isFunctionOfDim(lane))
      continue;
    auto step = reductionStep(loops, map, *place);
    if (!step || step->first == 1 || step->second < kStepsThatPay)
      continue;
    // In the new order, what is summed over comes last.
    SmallVector<unsigned> order, reduced;
    bool rowsLieTogether = false;
    for (unsigned dim = 0; dim < type.getRank(); ++dim) {
      bool isReduced = loops.isReduction(map.getDimPosition(dim));
      rowsLieTogether |=
          !isReduced && place->strides[dim].isOne() && type.getDimSize(dim) > 1;
      (isReduced ? reduced : order).push_back(dim);
    }
    if (!rowsLieTogether)
      continue;
    llvm::sort(reduced, [&](unsigned left, unsigned right) {
      return map.getDimPosition(left) < map.getDimPosition(right);
    });
    llvm::append_range(order, reduced);
    SmallVector<OpFoldResult> sizes;
    for (unsigned dim : order)
      sizes.push_back(builder.getIndexAttr(type.getDimSize(dim)));
    // Squares that are turned may reach behind the end.
    constexpr int64_t kSide = 16;
    sizes.back() = builder.getIndexAttr(
        llvm::alignTo(type.getDimSize(order.back()), kSide));
    Place straight = tensors.allocate(type.getElementType(), sizes);
    SmallVector<Monomial, 0> strides = straight.strides;
    for (auto [position, dim] : llvm::enumerate(order))
      straight.strides[dim] = strides[position];
    if (emitTransposed(tensor, straight, order.back(), kSide))
      tensors.place(tensor, straight);
  }
}

void NestEmitter::relayout(StageLoops &loops, ArrayRef<Value> across,
                           unsigned lane, int64_t width) {
  linalg::GenericOp op = loops.stage->reduction;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value tensor = operand->get();
    if (!llvm::is_contained(across, tensor))
      continue;
    AffineMap map = op.getMatchingIndexingMap(operand);
    unsigned panelDim = *map.getResultPosition(builder.getAffineDimExpr(lane));
    // [what the result has too][panels][what is summed over][width]
    SmallVector<AffineExpr> front, middle;
    SmallVector<OpFoldResult> frontSizes, middleSizes;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      if (dim == panelDim)
        continue;
      auto loop = dyn_cast<AffineDimExpr>(expr);
      bool parallel = loop && !loops.isReduction(loop.getPosition());
      (parallel ? front : middle).push_back(builder.getAffineDimExpr(dim));
      (parallel ? frontSizes : middleSizes)
          .push_back(tensors.getSize(tensor, dim));
    }
    AffineExpr panel = builder.getAffineDimExpr(panelDim);
    SmallVector<AffineExpr> layout = front;
    layout.push_back(panel.floorDiv(width));
    llvm::append_range(layout, middle);
    layout.push_back(panel % width);
    SmallVector<OpFoldResult> sizes = frontSizes;
    Extent columns = analysis.extentOf(tensors.getSize(tensor, panelDim));
    sizes.push_back(ceilDiv(columns, width).value);
    llvm::append_range(sizes, middleSizes);
    sizes.push_back(builder.getIndexAttr(width));

    auto type = cast<RankedTensorType>(tensor.getType());
    Place packed = tensors.allocate(type.getElementType(), sizes);
    packed.layout =
        AffineMap::get(type.getRank(), 0, layout, builder.getContext());
    if (emitTransposed(tensor, packed, panelDim, width)) {
      tensors.place(tensor, packed);
      continue;
    }
    StageGroup copy;
    Stage stage;
    StageStore store;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      stage.extents.push_back(tensors.getSize(tensor, dim));
      stage.isReduction.push_back(false);
    }
    store.tensor = tensor;
    store.fromLoops =
        AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
    store.place = packed;
    stage.stores.push_back(store);
    copy.stages.push_back(stage);
    emitSingle(copy);
    tensors.place(tensor, packed);
  }
}

} // namespace swage
