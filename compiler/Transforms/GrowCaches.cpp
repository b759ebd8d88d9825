//===- GrowCaches.cpp - keys and values of earlier tokens, in place -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Puts the axis along which a decoder's caches grow outermost, so that what a
// run gives begins with what it was given, and can lie in the same memory.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace swage {
#define GEN_PASS_DEF_GROWCACHESPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// An argument that a returned join begins with.
struct Cache {
  BlockArgument past;
  nn::ConcatOp join;
  OpOperand *returned;
};

/// The joins along an unknown dimension that begin with `past` and are
/// returned; nothing if there is no such join.
std::optional<Cache> findCache(BlockArgument past, func::ReturnOp ret) {
  auto type = dyn_cast<RankedTensorType>(past.getType());
  if (!type)
    return std::nullopt;
  for (OpOperand &use : past.getUses()) {
    auto join = dyn_cast<nn::ConcatOp>(use.getOwner());
    if (!join || use.getOperandNumber() != 0 ||
        !type.isDynamicDim(join.getAxis()))
      continue;
    for (OpOperand &place : ret->getOpOperands())
      if (place.get() == join.getResult())
        return Cache{past, join, &place};
  }
  return std::nullopt;
}

/// The order of dimensions with `axis` first.
SmallVector<int64_t> axisFirst(int64_t rank, int64_t axis) {
  SmallVector<int64_t> order{axis};
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != axis)
      order.push_back(dim);
  return order;
}

Value transpose(OpBuilder &b, Location loc, Value value,
                ArrayRef<int64_t> order) {
  return nn::createInferred<nn::TransposeOp>(b, loc, value,
                                             b.getDenseI64ArrayAttr(order))
      ->getResult();
}

/// `attributes` of an argument or result whose dimensions are reordered.
DictionaryAttr reorder(Builder &b, DictionaryAttr attributes,
                       ArrayRef<int64_t> order) {
  NamedAttrList list(attributes);
  if (auto names = dyn_cast_or_null<ArrayAttr>(list.get("nn.dims"))) {
    SmallVector<Attribute> reordered;
    for (int64_t dim : order)
      reordered.push_back(names[dim]);
    list.set("nn.dims", b.getArrayAttr(reordered));
  }
  if (auto ranges =
          dyn_cast_or_null<DenseI64ArrayAttr>(list.get("nn.ranges"))) {
    SmallVector<int64_t> reordered;
    for (int64_t dim : order)
      reordered.append({ranges[2 * dim], ranges[2 * dim + 1]});
    list.set("nn.ranges", b.getDenseI64ArrayAttr(reordered));
  }
  return list.getDictionary(b.getContext());
}

/// Brings one cache and what is joined to it in order.
void hoist(func::FuncOp main, Cache cache) {
  nn::ConcatOp join = cache.join;
  OpBuilder b(join);
  Location loc = join.getLoc();
  int64_t axis = join.getAxis();
  int64_t rank = cast<RankedTensorType>(cache.past.getType()).getRank();
  SmallVector<int64_t> order = axisFirst(rank, axis);
  SmallVector<int64_t> back = invertPermutationVector(order);

  // The join, along the outermost dimension.
  SmallVector<Value> parts{cache.past};
  for (Value part : join.getInputs().drop_front())
    parts.push_back(transpose(b, loc, part, order));
  auto type = cast<RankedTensorType>(cache.past.getType());
  auto reordered = RankedTensorType::get(
      applyPermutation(type.getShape(), order), type.getElementType());
  cache.past.setType(reordered);
  Value joined =
      nn::createInferred<nn::ConcatOp>(b, loc, parts, b.getI64IntegerAttr(0))
          ->getResult();
  cache.returned->set(joined);
  join.getResult().replaceAllUsesWith(transpose(b, loc, joined, back));
  join.erase();

  // Whoever else reads the cache reads it as it was.
  b.setInsertionPointToStart(&main.front());
  Value asBefore = transpose(b, loc, cache.past, back);
  cache.past.replaceUsesWithIf(asBefore, [&](OpOperand &use) {
    return use.getOwner() != joined.getDefiningOp() &&
           use.getOwner() != asBefore.getDefiningOp();
  });
  if (asBefore.use_empty())
    asBefore.getDefiningOp()->erase();

  unsigned input = cache.past.getArgNumber();
  unsigned output = cache.returned->getOperandNumber();
  main.setArgAttrs(input, reorder(b, main.getArgAttrDict(input), order));
  main.setResultAttrs(output, reorder(b, main.getResultAttrDict(output), order));
  main.setResultAttr(output, "nn.grows", b.getI64IntegerAttr(input));
  SmallVector<Type> results(main.getResultTypes());
  results[output] = joined.getType();
  main.setFunctionType(
      b.getFunctionType(main.front().getArgumentTypes(), results));
}

struct GrowCaches : swage::impl::GrowCachesPassBase<GrowCaches> {
  void runOnOperation() override {
    func::FuncOp main = getOperation();
    if (!main.getBody().hasOneBlock())
      return;
    auto ret = cast<func::ReturnOp>(main.front().getTerminator());
    for (BlockArgument argument : main.getArguments())
      if (std::optional<Cache> cache = findCache(argument, ret)) {
        hoist(main, *cache);
        ++numCaches;
      }
  }
};

} // namespace
