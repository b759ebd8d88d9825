//===- TensorSizes.cpp - sizes and scalars of a kernel --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The sizes of tensors, one value for all that must be equal, and the scalars
// that follow from them, computed at the entry of the body.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Tensors.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

void TensorTable::unify(Value a, int64_t dimA, Value b, int64_t dimB) {
  auto idOf = [&](Key key) {
    auto [it, fresh] = ids.try_emplace(key, keys.size());
    if (fresh) {
      keys.push_back(key);
      classes.insert(it->second);
    }
    return it->second;
  };
  unsigned idA = idOf({a, dimA}), idB = idOf({b, dimB});
  classes.unionSets(idA, idB);
}

/// Records which sizes `op` needs to be equal.
void TensorTable::relate(Operation *op) {
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op))
    for (OpOperand &init : dps.getDpsInitsMutable())
      if (auto type = dyn_cast<RankedTensorType>(init.get().getType()))
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          unify(init.get(), dim, dps.getTiedOpResult(&init), dim);
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op)) {
    SmallVector<Key> ofLoop(linalg.getNumLoops(), Key(Value(), 0));
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      AffineMap map = linalg.getMatchingIndexingMap(&operand);
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        if (!loop)
          continue;
        Key &seen = ofLoop[loop.getPosition()];
        if (seen.first)
          unify(seen.first, seen.second, operand.get(), dim);
        else
          seen = {operand.get(), dim};
      }
    }
  }
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    if (auto type = dyn_cast<RankedTensorType>(cast.getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        unify(cast.getSource(), dim, cast.getResult(), dim);
  auto relateGroups = [&](Value wide, Value narrow,
                          ArrayRef<ReassociationIndices> groups) {
    for (auto [dim, group] : llvm::enumerate(groups))
      if (group.size() == 1)
        unify(wide, group[0], narrow, dim);
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    relateGroups(expand.getResult(), expand.getSrc(),
                 expand.getReassociationIndices());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    relateGroups(collapse.getSrc(), collapse.getResult(),
                 collapse.getReassociationIndices());
}

/// What the kernel says of the sizes of its argument.
static SizeLimits limitsOf(BlockArgument argument, int64_t dim) {
  SizeLimits limits;
  auto all = argument.getOwner()->getParentOp()->getAttrOfType<ArrayAttr>(
      kernel::kRangesAttr);
  if (!all || argument.getArgNumber() >= all.size())
    return limits;
  auto own = dyn_cast<DenseI64ArrayAttr>(all[argument.getArgNumber()]);
  if (!own || 2 * dim + 1 >= own.size())
    return limits;
  limits.low = own[2 * dim];
  if (own[2 * dim + 1] >= 0)
    limits.high = own[2 * dim + 1];
  return limits;
}

OpFoldResult TensorTable::getSize(Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return builder.getIndexAttr(type.getDimSize(dim));
  unify(tensor, dim, tensor, dim);
  unsigned leader = classes.getLeaderValue(ids.lookup({tensor, dim}));
  auto found = sizes.find(leader);
  if (found != sizes.end())
    return found->second;
  sizes[leader] = OpFoldResult(); // a cycle would be an invalid kernel
  OpFoldResult size;
  SmallVector<Key> members;
  for (unsigned member : classes.members(leader))
    members.push_back(keys[member]);
  for (auto [value, place] : members)
    if (auto memberType = cast<RankedTensorType>(value.getType());
        !memberType.isDynamicDim(place))
      size = builder.getIndexAttr(memberType.getDimSize(place));
  for (const Key &member : members)
    if (auto argument = dyn_cast<BlockArgument>(member.first);
        argument && !size) {
      Value value = atEntry([&]() -> Value {
        return memref::DimOp::create(
            builder, argument.getLoc(),
            body.getArgument(argument.getArgNumber() + 1), member.second);
      });
      space.setLimits(value, limitsOf(argument, member.second));
      size = value;
    }
  for (auto [value, place] : members)
    if (!size)
      size = computeSize(value, place);
  sizes[leader] = size;
  return size;
}

/// The size that the operation defining `tensor` gives it.
OpFoldResult TensorTable::computeSize(Value tensor, int64_t dim) {
  auto dynamicOf = [&](ValueRange dynamic) -> OpFoldResult {
    auto type = cast<RankedTensorType>(tensor.getType());
    return getAsOpFoldResult(getScalar(dynamic[type.getDynamicDimIndex(dim)]));
  };
  Operation *op = tensor.getDefiningOp();
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op))
    return dynamicOf(empty.getDynamicSizes());
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op))
    return dynamicOf(expand.getOutputShape());
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(op)) {
    auto dropped = slice.getDroppedDims();
    int64_t kept = 0;
    for (auto [index, size] : llvm::enumerate(slice.getMixedSizes())) {
      if (dropped.test(index) || kept++ != dim)
        continue;
      if (auto value = dyn_cast<Value>(size))
        return getAsOpFoldResult(getScalar(value));
      return size;
    }
  }
  auto binary = [&](bool product, OpFoldResult a,
                    OpFoldResult b) -> OpFoldResult {
    if (!a || !b)
      return {};
    Value result = atEntry([&]() -> Value {
      Location loc = tensor.getLoc();
      Value x = getValueOrCreateConstantIndexOp(builder, loc, a);
      Value y = getValueOrCreateConstantIndexOp(builder, loc, b);
      if (product)
        return builder.createOrFold<arith::MulIOp>(loc, x, y);
      return builder.createOrFold<arith::AddIOp>(loc, x, y);
    });
    SizeLimits x = space.limitsOf(space.monomialOf(a)),
               y = space.limitsOf(space.monomialOf(b));
    space.setLimits(result, product ? x * y : x + y);
    return result;
  };
  auto scalarOf = [&](OpFoldResult value) -> OpFoldResult {
    if (auto dynamic = dyn_cast<Value>(value))
      return getAsOpFoldResult(getScalar(dynamic));
    return value;
  };
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    OpFoldResult size = builder.getIndexAttr(1);
    ReassociationIndices parts = collapse.getReassociationIndices()[dim];
    for (int64_t index : parts)
      size = binary(true, size, getSize(collapse.getSrc(), index));
    return size;
  }
  if (auto pad = dyn_cast_or_null<tensor::PadOp>(op))
    return binary(false,
                  binary(false, getSize(pad.getSource(), dim),
                         scalarOf(pad.getMixedLowPad()[dim])),
                  scalarOf(pad.getMixedHighPad()[dim]));
  if (auto concat = dyn_cast_or_null<tensor::ConcatOp>(op)) {
    if (static_cast<int64_t>(concat.getDim()) != dim)
      return getSize(concat.getInputs()[0], dim);
    OpFoldResult size = builder.getIndexAttr(0);
    for (Value input : concat.getInputs())
      size = binary(false, size, getSize(input, dim));
    return size;
  }
  return {};
}

Value TensorTable::atEntry(llvm::function_ref<Value()> create) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(entryEnd);
  return create();
}

Value TensorTable::getScalar(Value scalar) {
  if (Value known = scalars.lookup(scalar))
    return known;
  Operation *op = scalar.getDefiningOp();
  if (!op || op->getNumRegions())
    return {};
  Value result;
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> index = dim.getConstantIndex();
    if (!index)
      return {};
    OpFoldResult size = getSize(dim.getSource(), *index);
    if (!size)
      return {};
    result = atEntry([&] {
      return getValueOrCreateConstantIndexOp(builder, scalar.getLoc(), size);
    });
  } else if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    auto argument = dyn_cast<BlockArgument>(extract.getTensor());
    SmallVector<Value> indices;
    for (Value index : extract.getIndices())
      indices.push_back(getScalar(index));
    if (!argument || llvm::is_contained(indices, Value()))
      return {};
    result = atEntry([&]() -> Value {
      return memref::LoadOp::create(
          builder, scalar.getLoc(),
          body.getArgument(argument.getArgNumber() + 1), indices);
    });
  } else if (isPure(op) && !isa<TensorType>(scalar.getType())) {
    IRMapping mapping;
    for (Value operand : op->getOperands()) {
      Value resolved =
          isa<TensorType>(operand.getType()) ? Value() : getScalar(operand);
      if (!resolved)
        return {};
      mapping.map(operand, resolved);
    }
    result = atEntry([&] {
      return builder.clone(*op, mapping)
          ->getResult(cast<OpResult>(scalar).getResultNumber());
    });
  }
  if (result)
    scalars[scalar] = result;
  return result;
}

} // namespace swage
