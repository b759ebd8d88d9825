//===- PlanStages.cpp - loop nests of a kernel ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reductions as stages, and tensors that stages write besides their own
// results.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

StageStore Planner::storeOf(Value tensor, AffineMap fromLoops) {
  StageStore store;
  store.tensor = store.whole = tensor;
  store.fromLoops = fromLoops;
  auto destination = destinations.find(tensor);
  if (destination != destinations.end())
    store.place = destination->second;
  return store;
}

LogicalResult Planner::setExtents(Stage &stage, linalg::GenericOp op) {
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    OpFoldResult extent;
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        if (extent || expr != builder.getAffineDimExpr(loop))
          continue;
        extent = tensors.getSize(operand.get(), dim);
      }
    }
    if (!extent) {
      // A loop of a static length that only sums of loops mention.
      int64_t range = op.getStaticLoopRanges()[loop];
      if (ShapedType::isDynamic(range))
        return fail(op, "has a loop whose length cannot be told");
      extent = builder.getIndexAttr(range);
    }
    stage.extents.push_back(extent);
    stage.isReduction.push_back(kind == utils::IteratorType::reduction);
  }
  return success();
}

LogicalResult Planner::createReduction(linalg::GenericOp op) {
  Stage stage;
  stage.reduction = op;
  stage.heavy = isHeavy(op);
  if (failed(setExtents(stage, op)))
    return failure();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return fail(op, "reduces into elements that its loops do not index");
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (!stage.isReduction[loop] && !map.isFunctionOfDim(loop) &&
          getConstantIntValue(stage.extents[loop]) != 1)
        return fail(op, "has a parallel loop that its result lacks");
  }
  for (OpResult result : op->getResults())
    if (!result.use_empty())
      stageOf[result] = stages.size();
  stages.push_back(stage);
  return success();
}

/// Reads of materialised tensors in computing `tensor` at `indices`.
SmallVector<Read, 0> Planner::readsOf(Value tensor,
                                      ArrayRef<IndexValue> indices) {
  SmallVector<Read, 0> reads;
  evaluator.stop = [&](Value read, ArrayRef<IndexValue> at) {
    if (read == tensor || !materialised.contains(read))
      return false;
    reads.push_back({read, Indices(at.begin(), at.end())});
    return true;
  };
  SmallVector<Access, 0> accesses;
  bool usesIndices = false;
  evaluator.listAccesses(tensor, indices, 1, accesses, usesIndices);
  evaluator.stop = nullptr;
  return reads;
}

/// Lets the stage that computes what `tensor` is made from write `tensor` too,
/// from registers, where both have the same elements at the same iterations.
bool Planner::attach(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Indices indices;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    indices.push_back(IndexValue::ofAtom(space.addAtom(Value())));
  SmallVector<Read, 0> reads = readsOf(tensor, indices);
  std::optional<unsigned> latest;
  for (const Read &read : reads) {
    auto stage = stageOf.find(read.tensor);
    if (stage == stageOf.end())
      return false; // written in parts
    latest = std::max(latest.value_or(0), stage->second);
  }
  if (!latest || *latest + 1 != stages.size())
    return false;
  Stage &stage = stages[*latest];
  SmallVector<AffineExpr> exprs(type.getRank(),
                                getAffineConstantExpr(0, type.getContext()));
  std::optional<AffineMap> fromLoops;
  for (const Read &read : reads) {
    if (stageOf[read.tensor] != *latest)
      continue;
    // How the stage's loops index what is read.
    AffineMap map;
    for (const StageStore &store : stage.stores)
      if (store.tensor == read.tensor)
        map = store.fromLoops;
    if (!map && stage.reduction)
      map = stage.reduction.getMatchingIndexingMap(
          stage.reduction.getDpsInitOperand(
              cast<OpResult>(read.tensor).getResultNumber()));
    if (!map)
      return false;
    SmallVector<bool> covered(type.getRank(), false);
    for (auto [position, index] : llvm::enumerate(read.indices)) {
      auto own = llvm::find(indices, index);
      bool single =
          cast<RankedTensorType>(read.tensor.getType()).getDimSize(position) ==
          1;
      if (own == indices.end()) {
        if (index.isConstant() && index.constant == 0 && single)
          continue;
        return false;
      }
      unsigned dim = own - indices.begin();
      covered[dim] = true;
      exprs[dim] = map.getResult(position);
    }
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (!covered[dim] && type.getDimSize(dim) != 1)
        return false;
    AffineMap candidate =
        AffineMap::get(stage.numLoops(), 0, exprs, type.getContext());
    if (fromLoops && *fromLoops != candidate)
      return false;
    fromLoops = candidate;
  }
  stage.stores.push_back(storeOf(tensor, *fromLoops));
  stageOf[tensor] = *latest;
  return true;
}

/// Lets the last stage write `tensor` too where it writes another result of the
/// same operation at the same places: what both are made of is computed once.
bool Planner::joinSibling(Value tensor) {
  auto result = cast<OpResult>(tensor);
  auto generic = dyn_cast<linalg::GenericOp>(result.getOwner());
  if (!generic || stages.empty() || stages.back().reduction)
    return false;
  auto mapOf = [&](OpResult of) {
    return generic.getMatchingIndexingMap(
        generic.getDpsInitOperand(of.getResultNumber()));
  };
  Stage &stage = stages.back();
  const StageStore &first = stage.stores.front();
  auto sibling = dyn_cast_or_null<OpResult>(first.tensor);
  if (!sibling || sibling.getOwner() != generic ||
      first.whole != first.tensor || mapOf(sibling) != mapOf(result))
    return false;
  AffineMap fromLoops = first.fromLoops;
  stage.stores.push_back(storeOf(tensor, fromLoops));
  stageOf[tensor] = stages.size() - 1;
  return true;
}

LogicalResult Planner::createElements(Value tensor) {
  if (attach(tensor) || joinSibling(tensor))
    return success();
  Place place = destinations.lookup(tensor);
  if (failed(createCopy(tensor, tensor, {}, place)))
    return failure();
  stageOf[tensor] = stages.size() - 1;
  return success();
}

LogicalResult Planner::createStages() {
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (op.getNumResults() == 0 ||
        llvm::none_of(op.getResults(), [&](Value result) {
          return materialised.contains(result);
        }))
      continue;
    LogicalResult created = success();
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (generic && generic.getNumReductionLoops()) {
      created = createReduction(generic);
    } else if (generic) {
      for (Value result : op.getResults())
        if (materialised.contains(result) && succeeded(created))
          created = createElements(result);
    } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
      created = createPad(pad);
    } else if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
      created = createConcat(concat);
    } else {
      created = createInsert(cast<tensor::InsertSliceOp>(op));
    }
    if (failed(created))
      return failure();
  }
  for (auto [value, place] : copies)
    if (failed(createCopy(value, /*whole=*/Value(), {}, place)))
      return failure();
  return success();
}

} // namespace swage
