//===- PlanParts.cpp - tensors that are written in parts ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Padding, concatenation and insertion as copies into parts of a tensor.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

LogicalResult Planner::createCopy(Value tensor, Value whole,
                                  ArrayRef<OpFoldResult> offsets, Place place) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Stage stage;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    OpFoldResult size = tensors.getSize(tensor, dim);
    if (!size)
      return fail(kernel, "has a tensor whose size cannot be told");
    stage.extents.push_back(size);
    stage.isReduction.push_back(false);
  }
  StageStore store;
  store.tensor = tensor;
  store.whole = whole;
  store.offsets.assign(offsets.begin(), offsets.end());
  store.fromLoops =
      AffineMap::getMultiDimIdentityMap(type.getRank(), type.getContext());
  store.place = place;
  stage.stores.push_back(store);
  stages.push_back(stage);
  return success();
}

/// The sum of two sizes.
OpFoldResult Planner::sum(OpFoldResult a, OpFoldResult b) {
  auto fixedA = getConstantIntValue(a), fixedB = getConstantIntValue(b);
  if (fixedA && fixedB)
    return builder.getIndexAttr(*fixedA + *fixedB);
  return tensors.atEntry([&]() -> Value {
    Location loc = kernel.getLoc();
    return arith::AddIOp::create(
        builder, loc, getValueOrCreateConstantIndexOp(builder, loc, a),
        getValueOrCreateConstantIndexOp(builder, loc, b));
  });
}

LogicalResult Planner::createPad(tensor::PadOp pad) {
  Value padding = pad.getConstantPaddingValue();
  if (!padding)
    return fail(pad, "pads with a value that is computed for each element");
  Value source = pad.getSource(), result = pad.getResult();
  Place place = destinations.lookup(result);
  int64_t rank = pad.getResultType().getRank();
  SmallVector<OpFoldResult> low, high, sizes;
  auto scalarOf = [&](OpFoldResult value) -> OpFoldResult {
    if (auto dynamic = dyn_cast<Value>(value))
      return getAsOpFoldResult(tensors.getScalar(dynamic));
    return value;
  };
  for (int64_t dim = 0; dim < rank; ++dim) {
    low.push_back(scalarOf(pad.getMixedLowPad()[dim]));
    high.push_back(scalarOf(pad.getMixedHighPad()[dim]));
    sizes.push_back(tensors.getSize(source, dim));
    if (!low[dim] || !high[dim] || !sizes[dim] || !tensors.getSize(result, dim))
      return fail(pad, "pads by an amount that cannot be told");
    for (OpFoldResult amount : {low[dim], high[dim]})
      if (auto known = getConstantIntValue(amount); known && *known < 0)
        return fail(pad, "cuts its source");
  }
  // A tensor that holds nothing may stay as it is.
  if (!source.getDefiningOp<tensor::EmptyOp>()) {
    // What a stage computes it may write into the interior itself.
    if (attach(source)) {
      StageStore &store = stages.back().stores.back();
      store.whole = result;
      store.offsets.assign(low.begin(), low.end());
      store.place = place;
      stageOf.erase(source);
    } else if (failed(createCopy(source, result, low, place))) {
      return failure();
    }
  }
  // The borders: along each dimension, within the interior of those before.
  for (int64_t dim = 0; dim < rank; ++dim) {
    for (bool upper : {false, true}) {
      OpFoldResult amount = upper ? high[dim] : low[dim];
      if (getConstantIntValue(amount) == 0)
        continue;
      Stage stage;
      StageStore store;
      store.scalar = padding;
      store.whole = result;
      store.place = place;
      store.fromLoops =
          AffineMap::getMultiDimIdentityMap(rank, pad.getContext());
      for (int64_t other = 0; other < rank; ++other) {
        OpFoldResult zero = builder.getIndexAttr(0);
        if (other == dim) {
          stage.extents.push_back(amount);
          store.offsets.push_back(zero);
        } else if (other < dim) {
          stage.extents.push_back(sizes[other]);
          store.offsets.push_back(low[other]);
        } else {
          stage.extents.push_back(tensors.getSize(result, other));
          store.offsets.push_back(zero);
        }
        stage.isReduction.push_back(false);
      }
      if (upper) // behind the source
        store.offsets[dim] = sum(low[dim], sizes[dim]);
      stage.stores.push_back(store);
      stages.push_back(stage);
    }
  }
  return success();
}

LogicalResult Planner::createConcat(tensor::ConcatOp concat) {
  Value result = concat.getResult();
  Place place = destinations.lookup(result);
  OpFoldResult start = builder.getIndexAttr(0);
  for (Value input : concat.getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    offsets[concat.getDim()] = start;
    if (failed(createCopy(input, result, offsets, place)))
      return failure();
    OpFoldResult size = tensors.getSize(input, concat.getDim());
    if (!size)
      return fail(concat, "has a part whose size cannot be told");
    start = sum(start, size);
  }
  return success();
}

bool Planner::continuesInsertion(tensor::InsertSliceOp insert) {
  if (!insert->hasOneUse())
    return false;
  OpOperand &use = *insert->use_begin();
  auto next = dyn_cast<tensor::InsertSliceOp>(use.getOwner());
  return next && next.getDest() == insert.getResult();
}

/// Whether two insertions may write the same element.
static bool mayOverlap(tensor::InsertSliceOp a, tensor::InsertSliceOp b) {
  for (unsigned dim = 0; dim < a.getStaticOffsets().size(); ++dim) {
    int64_t firstA = a.getStaticOffset(dim), firstB = b.getStaticOffset(dim),
            sizeA = a.getStaticSize(dim), sizeB = b.getStaticSize(dim);
    if (ShapedType::isDynamic(firstA) || ShapedType::isDynamic(firstB))
      continue;
    if ((!ShapedType::isDynamic(sizeA) && firstA + sizeA <= firstB) ||
        (!ShapedType::isDynamic(sizeB) && firstB + sizeB <= firstA))
      return false;
  }
  return true;
}

/// Lets the reduction that gives `tensor` write it into a part of `whole`.
bool Planner::writeInto(Value tensor, Value whole,
                        ArrayRef<OpFoldResult> offsets, Place place) {
  auto number = stageOf.find(tensor);
  if (number == stageOf.end() || !tensor.hasOneUse())
    return false;
  Stage &stage = stages[number->second];
  if (!stage.reduction || stage.reduction != tensor.getDefiningOp())
    return false;
  AffineMap map =
      stage.reduction.getMatchingIndexingMap(stage.reduction.getDpsInitOperand(
          cast<OpResult>(tensor).getResultNumber()));
  StageStore store = storeOf(tensor, map);
  store.whole = whole;
  store.offsets.assign(offsets.begin(), offsets.end());
  store.place = place;
  stage.stores.push_back(store);
  stageOf.erase(number);
  return true;
}

LogicalResult Planner::createInsert(tensor::InsertSliceOp last) {
  Value result = last.getResult(), first = result;
  Place place = destinations.lookup(result);
  SmallVector<tensor::InsertSliceOp> parts;
  while (auto part = first.getDefiningOp<tensor::InsertSliceOp>()) {
    if (part != last && !continuesInsertion(part))
      break;
    if (!part.hasUnitStride() ||
        part.getSourceType().getRank() != part.getDestType().getRank())
      return fail(part, "inserts with steps or into fewer dimensions");
    parts.insert(parts.begin(), part);
    first = part.getDest();
  }
  bool inAnyOrder = true;
  for (unsigned a = 0; a < parts.size(); ++a)
    for (unsigned b = 0; b < a; ++b)
      inAnyOrder &= !mayOverlap(parts[a], parts[b]);
  if (!first.getDefiningOp<tensor::EmptyOp>()) {
    inAnyOrder = false;
    if (failed(createCopy(first, result, {}, place)))
      return failure();
  }
  for (tensor::InsertSliceOp part : parts) {
    SmallVector<OpFoldResult> offsets = part.getMixedOffsets();
    for (OpFoldResult &offset : offsets) {
      if (auto value = dyn_cast<Value>(offset))
        offset = getAsOpFoldResult(tensors.getScalar(value));
      if (!offset)
        return fail(part, "inserts at a place that cannot be told");
    }
    if (inAnyOrder && writeInto(part.getSource(), result, offsets, place))
      continue;
    if (failed(createCopy(part.getSource(), result, offsets, place)))
      return failure();
  }
  return success();
}

} // namespace swage
