//===- PackContractions.cpp - constant operands in panels -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Rewrites products with a constant operand to read it from packed panels.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/PackContractions.h"
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "compiler/Backend/LLVM/CPU/Schedule.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_PACKCONTRACTIONSPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// A product's constant operand and the loop over its columns.
struct Packing {
  OpOperand *operand;
  unsigned columnLoop; ///< the loop along the result's innermost dimension
  unsigned columnDim;  ///< the operand's dimension that it selects
  int64_t columns;
  int64_t width; ///< of a panel
};

/// By how many elements loop `loop` moves through a row-major tensor of `type`
/// that is read through `map`; nothing where that varies or is unknown.
std::optional<int64_t> stepOf(AffineMap map, RankedTensorType type,
                              unsigned loop) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> zeros(map.getNumDims(),
                                getAffineConstantExpr(0, context));
  SmallVector<AffineExpr> ones = zeros;
  ones[loop] = getAffineConstantExpr(1, context);
  int64_t step = 0, stride = 1;
  for (int64_t dim = type.getRank(); dim-- > 0;) {
    AffineExpr expr = map.getResult(dim);
    if (!expr.isPureAffine() || (step && stride < 0))
      return std::nullopt;
    auto first = dyn_cast<AffineConstantExpr>(expr.replaceDims(zeros)),
         second = dyn_cast<AffineConstantExpr>(expr.replaceDims(ones));
    if (!first || !second)
      return std::nullopt;
    int64_t moves = second.getValue() - first.getValue();
    if (moves && stride < 0)
      return std::nullopt;
    step += moves * stride;
    stride = type.isDynamicDim(dim) ? -1 : stride * type.getDimSize(dim);
  }
  return step;
}

/// The rows that share a packed operand, as one loop where their elements of
/// the other operand lie at one distance.
ContractionShape shapeOf(linalg::GenericOp op, OpOperand *packed,
                         unsigned column) {
  ContractionShape shape;
  shape.rows = 1;
  AffineMap known = op.getMatchingIndexingMap(packed);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  OpOperand *other = nullptr;
  for (OpOperand *operand : op.getDpsInputOperands())
    if (operand != packed && isa<RankedTensorType>(operand->get().getType()))
      other = operand;
  std::optional<int64_t> distance;
  // A window's borders lie between the rows of an image.
  bool padded = op->hasAttr("kernel.window");
  for (unsigned loop = op.getNumLoops(); loop-- > 0;) {
    if (op.getIteratorTypesArray()[loop] != utils::IteratorType::parallel ||
        loop == column || known.isFunctionOfDim(loop) || extents[loop] == 1)
      continue;
    std::optional<int64_t> step;
    if (other)
      step = stepOf(op.getMatchingIndexingMap(other),
                    cast<RankedTensorType>(other->get().getType()), loop);
    if (shape.rows == 1) {
      shape.rows = ShapedType::isDynamic(extents[loop]) ? -1 : extents[loop];
      distance = step;
      if (shape.rows < 0 || padded)
        break;
      continue;
    }
    if (!step || !distance || *step != shape.rows * *distance)
      break;
    shape.rows =
        ShapedType::isDynamic(extents[loop]) ? -1 : shape.rows * extents[loop];
    if (shape.rows < 0)
      break;
  }
  Type element = getElementTypeOrSelf(packed->get());
  shape.rowBytes = std::abs(distance.value_or(0)) *
                   llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  return shape;
}

/// The operand of `op` that can be packed, if packing pays.
std::optional<Packing> findPacking(linalg::GenericOp op,
                                   const TargetInfo &target) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1 ||
      op.getNumDpsInputs() < 2 || !op.hasPureTensorSemantics())
    return std::nullopt;
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (result.getNumResults() == 0)
    return std::nullopt;
  auto column = dyn_cast<AffineDimExpr>(result.getResults().back());
  if (!column)
    return std::nullopt;
  unsigned loop = column.getPosition();

  std::optional<Packing> packing;
  unsigned readers = 0;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (!map.isFunctionOfDim(loop))
      continue;
    ++readers;
    auto type = dyn_cast<RankedTensorType>(operand->get().getType());
    auto place = llvm::find(map.getResults(), AffineExpr(column));
    if (!type || !type.hasStaticShape() || !map.isProjectedPermutation() ||
        place == map.getResults().end() || !isConstantValue(operand->get()) ||
        !type.getElementType().isIntOrFloat())
      continue;
    unsigned dim = place - map.getResults().begin();
    packing = Packing{operand, loop, dim, type.getDimSize(dim), 0};
  }
  // Another operand that varies along the columns is a vector in its own right,
  // as in a depthwise convolution.
  if (!packing || readers != 1)
    return std::nullopt;

  ContractionShape shape = shapeOf(op, packing->operand, loop);
  shape.columns = packing->columns;
  packing->width = choosePanelWidth(
      target, shape,
      getElementTypeOrSelf(packing->operand->get()).getIntOrFloatBitWidth());
  if (packing->width <= 0)
    return std::nullopt;
  return packing;
}

/// `tensor` with zeros behind dimension `dim`, up to `size`.
Value padTo(OpBuilder &builder, Location loc, Value tensor, unsigned dim,
            int64_t size) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getDimSize(dim) == size)
    return tensor;
  SmallVector<OpFoldResult> low(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> high = low;
  high[dim] = builder.getIndexAttr(size - type.getDimSize(dim));
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = size;
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  return tensor::PadOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), tensor,
      low, high, zero);
}

void pack(linalg::GenericOp op, const Packing &packing) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  AffineMap map = op.getMatchingIndexingMap(packing.operand);
  auto type = cast<RankedTensorType>(packing.operand->get().getType());
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  int64_t panels = llvm::divideCeil(packing.columns, packing.width);

  // The packed tensor: what the result has too, panels, what is summed over in
  // the order of the loops, and the columns of a panel. `from` gives, for each
  // of its dimensions but panels and columns, the operand's dimension.
  SmallVector<unsigned> front, middle;
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    if (dim != packing.columnDim)
      (iterators[loop] == utils::IteratorType::parallel ? front : middle)
          .push_back(dim);
  }
  llvm::sort(middle, [&](unsigned left, unsigned right) {
    return map.getDimPosition(left) < map.getDimPosition(right);
  });

  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> reads; // of the packed tensor, by the product
  SmallVector<AffineExpr> source(type.getRank());
  auto add = [&](unsigned dim) {
    source[dim] = builder.getAffineDimExpr(shape.size());
    shape.push_back(type.getDimSize(dim));
    reads.push_back(map.getResult(dim));
  };
  llvm::for_each(front, add);
  AffineExpr column = builder.getAffineDimExpr(packing.columnLoop);
  AffineExpr panel = builder.getAffineDimExpr(shape.size());
  shape.push_back(panels);
  reads.push_back(column.floorDiv(packing.width));
  llvm::for_each(middle, add);
  source[packing.columnDim] =
      panel * packing.width + builder.getAffineDimExpr(shape.size());
  shape.push_back(packing.width);
  reads.push_back(column % packing.width);

  Value padded = padTo(builder, loc, packing.operand->get(), packing.columnDim,
                       panels * packing.width);
  Value empty =
      tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  SmallVector<AffineMap> maps{
      AffineMap::get(shape.size(), 0, source, builder.getContext()),
      builder.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> parallel(shape.size(),
                                            utils::IteratorType::parallel);
  auto packed = linalg::GenericOp::create(
      builder, loc, empty.getType(), padded, empty, maps, parallel,
      [](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
        linalg::YieldOp::create(inner, innerLoc, scalars[0]);
      });

  unsigned index = packing.operand->getOperandNumber();
  packing.operand->set(packed.getResult(0));
  SmallVector<AffineMap> all = op.getIndexingMapsArray();
  all[index] = AffineMap::get(op.getNumLoops(), 0, reads, builder.getContext());
  op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(all));
}

struct PackContractions
    : swage::impl::PackContractionsPassBase<PackContractions> {
  using PackContractionsPassBase::PackContractionsPassBase;

  void runOnOperation() override {
    llvm::Expected<TargetInfo> info = TargetInfo::parse(target);
    if (!info) {
      getOperation().emitError(llvm::toString(info.takeError()));
      return signalPassFailure();
    }
    packContractions(getOperation(), *info);
  }
};

} // namespace

void swage::packContractions(func::FuncOp main, const TargetInfo &target) {
  SmallVector<linalg::GenericOp> candidates;
  main.walk([&](linalg::GenericOp op) { candidates.push_back(op); });
  for (linalg::GenericOp op : candidates)
    // What the compiler runs itself is not worth the trouble; a schedule knows
    // how its operands are to be packed.
    if (!dependsOnConstantsOnly(op) && !op->hasAttr("kernel.schedule"))
      if (std::optional<Packing> packing = findPacking(op, target))
        pack(op, *packing);
}
