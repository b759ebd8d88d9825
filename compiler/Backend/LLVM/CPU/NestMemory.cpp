//===- NestMemory.cpp - memory for what nests write -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gives the tensors of a group memory, whole or for one iteration of common
// loops.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

void NestEmitter::allocateWhole(StageGroup &group) {
  for (Stage &stage : group.stages)
    allocateWhole(stage, group.locals);
}

void NestEmitter::allocateWhole(Stage &stage,
                                const llvm::DenseSet<Value> &locals) {
  for (StageStore &store : stage.stores) {
    if (store.place.isValid() || locals.contains(store.whole))
      continue;
    if (const Place *known = tensors.find(store.whole)) {
      store.place = *known; // a part of a tensor begun before
      continue;
    }
    auto type = cast<RankedTensorType>(store.whole.getType());
    SmallVector<OpFoldResult> sizes;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      sizes.push_back(tensors.getSize(store.whole, dim));
    store.place = tensors.allocate(type.getElementType(), sizes);
  }
}

void NestEmitter::settle(const Stage &stage) {
  for (const StageStore &store : stage.stores) {
    if (!store.whole)
      continue;
    Place place = store.place;
    place.level = evaluator.level(); // reads stay behind the writes
    tensors.place(store.whole, place);
  }
}

void NestEmitter::placeLocals(StageGroup &group, unsigned lane, int64_t width,
                              const IndexValue &base, bool real) {
  for (auto [number, stage] : llvm::enumerate(group.stages)) {
    for (StageStore &store : stage.stores) {
      if (!group.locals.contains(store.whole))
        continue;
      auto type = cast<RankedTensorType>(store.whole.getType());
      Place place;
      SmallVector<OpFoldResult> sizes;
      SmallVector<int64_t> inner;
      std::optional<unsigned> laneDim;
      for (auto [dim, expr] : llvm::enumerate(store.fromLoops.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        auto common = loop ? llvm::find(group.outer[number], loop.getPosition())
                           : group.outer[number].end();
        if (common != group.outer[number].end()) {
          if (common - group.outer[number].begin() == lane)
            laneDim = dim;
          continue;
        }
        inner.push_back(dim);
        sizes.push_back(tensors.getSize(store.whole, dim));
      }
      if (laneDim)
        sizes.push_back(builder.getIndexAttr(width));
      if (real) {
        place = tensors.allocate(type.getElementType(), sizes);
      } else {
        Monomial stride(1);
        place.strides.resize(sizes.size());
        for (unsigned dim = sizes.size(); dim-- > 0;) {
          place.strides[dim] = stride;
          stride = stride * space.monomialOf(sizes[dim]);
        }
      }
      SmallVector<Monomial, 0> strides(type.getRank(), Monomial(0));
      for (auto [position, dim] : llvm::enumerate(inner))
        strides[dim] = place.strides[position];
      if (laneDim) {
        strides[*laneDim] = Monomial(1);
        place.offset = base * Monomial(-1);
      }
      place.strides = strides;
      place.level = evaluator.level();
      if (real)
        store.place = place;
      else
        tensors.place(store.whole, place);
    }
  }
}

} // namespace swage
