//===- FuseGates.cpp - recurrent products with their gates ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A recurrent cell multiplies its state with the weights of all gates at once,
// cuts the result into gates, and combines elements of equal index of these.
// Seen as rows of gates of units, each unit needs its own column of each gate
// only, so that a few units are a task of their own, from weights to new state.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace swage {
#define GEN_PASS_DEF_FUSEGATESPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// A product, the elementwise operation on its result if there is one, and
/// those that combine the columns of its gates.
struct Cell {
  linalg::GenericOp product, elementwise;
  llvm::SetVector<Operation *> combining; ///< in the order of the block
  int64_t units = 0;

  /// The matrix that is cut into gates.
  linalg::GenericOp cut() { return elementwise ? elementwise : product; }
};

/// Whether `op` combines elements of matrices that have the same places.
bool isElementwise(linalg::GenericOp op) {
  return op.getNumLoops() == 2 && op.getNumReductionLoops() == 0 &&
         op.hasPureTensorSemantics() && !op.hasIndexSemantics() &&
         llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
           return op.getMatchingIndexingMap(&init).isIdentity();
         });
}

/// Whether `op` is a product of rows with a constant matrix.
bool isProduct(linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumParallelLoops() != 2 ||
      op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op->hasAttr(kScheduleAttr) || op->hasAttr(kChainAttr) ||
      op->hasAttr(kWindowAttr) || !op.hasPureTensorSemantics() ||
      op.hasIndexSemantics() ||
      !op.getDpsInits()[0].getDefiningOp<linalg::FillOp>())
    return false;
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!result.isProjectedPermutation() || result.getNumResults() != 2)
    return false;
  unsigned row = result.getDimPosition(0), column = result.getDimPosition(1);
  unsigned states = 0, weights = 0;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!map.isProjectedPermutation() || map.getNumResults() != 2)
      return false;
    bool alongColumns = map.isFunctionOfDim(column);
    weights += alongColumns && !map.isFunctionOfDim(row) &&
               isConstantValue(input->get());
    states += !alongColumns;
  }
  return states == 1 && weights == 1;
}

/// The number of rows of a matrix that an operation makes.
OpFoldResult rowsOf(Value matrix) {
  while (auto op = matrix.getDefiningOp<DestinationStyleOpInterface>())
    matrix = op.getDpsInits()[0];
  auto empty = matrix.getDefiningOp<tensor::EmptyOp>();
  return empty ? empty.getMixedSizes()[0] : OpFoldResult();
}

/// Where a slice of all rows begins, in slices of its own width; nothing where
/// it is none, or not as wide as the others, which have `units` columns.
std::optional<int64_t> gateOf(tensor::ExtractSliceOp slice, int64_t &units) {
  auto source = slice.getSourceType(), type = slice.getType();
  if (source.getRank() != 2 || type.getRank() != 2 || !slice.hasUnitStride() ||
      type.isDynamicDim(1) ||
      getConstantIntValue(slice.getMixedOffsets()[0]) != 0)
    return std::nullopt;
  OpFoldResult rows = rowsOf(slice.getSource());
  if (!rows || !isEqualConstantIntOrValue(slice.getMixedSizes()[0], rows))
    return std::nullopt;
  auto offset = getConstantIntValue(slice.getMixedOffsets()[1]);
  int64_t width = type.getDimSize(1);
  if (!offset || width == 0 || *offset % width || (units && units != width))
    return std::nullopt;
  units = width;
  return *offset / width;
}

/// Whether what combines the gates can be computed where the last of it stands:
/// each reads the one before at its own places, and others come later.
bool isOneStep(Cell &cell) {
  SmallVector<Operation *> order(cell.combining.begin(), cell.combining.end());
  llvm::sort(order, [](Operation *left, Operation *right) {
    return left->isBeforeInBlock(right);
  });
  cell.combining.clear();
  cell.combining.insert(order.begin(), order.end());
  for (auto [number, op] : llvm::enumerate(ArrayRef(order).drop_back())) {
    bool leads = false;
    for (OpOperand &use : op->getUses()) {
      Operation *user = op->getBlock()->findAncestorOpInBlock(*use.getOwner());
      if (cell.combining.contains(user)) {
        auto reader = cast<linalg::GenericOp>(user);
        if (!reader.getMatchingIndexingMap(&use).isIdentity())
          return false;
        leads |= user == order[number + 1];
      } else if (user->isBeforeInBlock(order.back())) {
        return false;
      }
    }
    if (!leads)
      return false;
  }
  return true;
}

/// The cell that `product` begins, if nobody else reads what is between.
std::optional<Cell> matchCell(linalg::GenericOp product) {
  Cell cell;
  cell.product = product;
  Value gates = product.getResult(0);
  if (gates.hasOneUse())
    if (auto user = dyn_cast<linalg::GenericOp>(*gates.user_begin()))
      if (isElementwise(user) && user->getNumResults() == 1 &&
          user->getBlock() == product->getBlock() &&
          !user.payloadUsesValueFromOperand(user.getDpsInitOperand(0)) &&
          llvm::all_of(user.getDpsInputOperands(), [&](OpOperand *input) {
            AffineMap map = user.getMatchingIndexingMap(input);
            return map.isProjectedPermutation() &&
                   (input->get() != gates || map.isIdentity());
          })) {
        cell.elementwise = user;
        gates = user.getResult(0);
      }
  auto type = cast<RankedTensorType>(gates.getType());
  if (type.isDynamicDim(1))
    return std::nullopt;
  for (Operation *user : gates.getUsers()) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!slice || !gateOf(slice, cell.units))
      return std::nullopt;
    for (OpOperand &use : slice->getUses()) {
      auto combine = dyn_cast<linalg::GenericOp>(use.getOwner());
      if (!combine || combine->getBlock() != product->getBlock() ||
          combine->hasAttr(kGatesAttr) || !isElementwise(combine) ||
          combine.isDpsInit(&use) ||
          !combine.getMatchingIndexingMap(&use).isIdentity())
        return std::nullopt;
      cell.combining.insert(combine);
    }
  }
  if (cell.combining.empty() || type.getDimSize(1) % cell.units ||
      type.getDimSize(1) == cell.units || !isOneStep(cell))
    return std::nullopt;
  return cell;
}

/// Rewrites a cell's matrices of gates as rows of gates of units.
class CellRewriter {
public:
  CellRewriter(Cell cell, Attribute mark) : cell(cell), mark(mark) {}

  void run() {
    Value gates = divide(cell.product);
    if (cell.elementwise) {
      divided[cell.product.getResult(0)] = gates;
      gates = divide(cell.elementwise);
    }
    for (Operation *op : cell.combining)
      readGates(cast<linalg::GenericOp>(op), gates);
    for (Operation *slice :
         llvm::make_early_inc_range(cell.cut()->getResult(0).getUsers()))
      slice->erase();
    if (cell.elementwise)
      cell.elementwise.getOperation()->erase();
    cell.product.getOperation()->erase();
  }

private:
  /// Lets `op` read elements of gates where it reads slices.
  void readGates(linalg::GenericOp op, Value gates) {
    MLIRContext *context = op.getContext();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto slice = input->get().getDefiningOp<tensor::ExtractSliceOp>();
      if (!slice || slice.getSource() != cell.cut()->getResult(0))
        continue;
      int64_t gate = *gateOf(slice, cell.units);
      maps[input->getOperandNumber()] = AffineMap::get(
          2, 0,
          {getAffineDimExpr(0, context), getAffineConstantExpr(gate, context),
           getAffineDimExpr(1, context)},
          context);
      input->set(gates);
    }
    op.setIndexingMapsAttr(Builder(context).getAffineMapArrayAttr(maps));
    op->setAttr(kGatesAttr, mark);
  }

  /// `op` with its loop over columns as two, over gates and over units.
  Value divide(linalg::GenericOp op) {
    OpBuilder builder(op);
    MLIRContext *context = op.getContext();
    unsigned column =
        op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getDimPosition(1);
    unsigned loops = op.getNumLoops();
    SmallVector<AffineMap> maps;
    SmallVector<Value> operands;
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = op.getMatchingIndexingMap(&operand);
      SmallVector<AffineExpr> exprs;
      std::optional<unsigned> cut;
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        unsigned loop = cast<AffineDimExpr>(expr).getPosition();
        exprs.push_back(getAffineDimExpr(loop + (loop > column), context));
        if (loop == column) {
          cut = dim;
          exprs.push_back(getAffineDimExpr(column + 1, context));
        }
      }
      maps.push_back(AffineMap::get(loops + 1, 0, exprs, context));
      Value value = operand.get();
      if (Value known = divided.lookup(value))
        value = known;
      else if (cut)
        value = op.isDpsInit(&operand) ? divideInit(builder, op)
                                       : expand(builder, value, *cut);
      operands.push_back(value);
    }
    SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
    iterators.insert(iterators.begin() + column, utils::IteratorType::parallel);
    auto result = linalg::GenericOp::create(
        builder, op.getLoc(), operands.back().getType(),
        ArrayRef(operands).drop_back(), operands.back(), maps, iterators);
    result.getRegion().takeBody(op.getRegion());
    result->setAttr(kGatesAttr, mark);
    return result.getResult(0);
  }

  /// Columns as gates and units.
  Value expand(OpBuilder &builder, Value value, unsigned column) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[column] /= cell.units;
    shape.insert(shape.begin() + column + 1, cell.units);
    SmallVector<ReassociationIndices> groups;
    for (int64_t dim = 0, next = 0; dim < type.getRank(); ++dim) {
      groups.emplace_back(1, next++);
      if (dim == column)
        groups.back().push_back(next++);
    }
    return tensor::ExpandShapeOp::create(
        builder, value.getLoc(),
        RankedTensorType::get(shape, type.getElementType()), value, groups);
  }

  Value divideInit(OpBuilder &builder, linalg::GenericOp op) {
    Value init = op.getDpsInits()[0];
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(init.getType());
    SmallVector<OpFoldResult> sizes{
        tensor::getMixedSize(builder, loc, init, 0),
        builder.getIndexAttr(type.getDimSize(1) / cell.units),
        builder.getIndexAttr(cell.units)};
    Value empty =
        tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
    auto fill = init.getDefiningOp<linalg::FillOp>();
    if (!fill)
      return empty;
    return linalg::FillOp::create(builder, loc, fill.getInputs()[0], empty)
        .getResult(0);
  }

  Cell cell;
  Attribute mark;
  llvm::DenseMap<Value, Value> divided;
};

struct FuseGates : swage::impl::FuseGatesPassBase<FuseGates> {
  using FuseGatesPassBase::FuseGatesPassBase;

  void runOnOperation() override {
    SmallVector<linalg::GenericOp> products;
    getOperation().walk([&](linalg::GenericOp op) {
      if (isProduct(op))
        products.push_back(op);
    });
    // One after the other: two products may have what combines them in common.
    int64_t number = 0;
    for (linalg::GenericOp product : products)
      if (std::optional<Cell> cell = matchCell(product)) {
        auto mark = Builder(&getContext()).getI64IntegerAttr(number++);
        CellRewriter(*cell, mark).run();
      }
    numFused = number;
  }
};

} // namespace
