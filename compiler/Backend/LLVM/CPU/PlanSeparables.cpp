//===- PlanSeparables.cpp - windows and products of their results ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds a window over each channel and a product that reads all channels of a
// place of its result: a depthwise separable convolution. Done for a few rows
// at a time, what lies between never leaves the cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"

using namespace mlir;

namespace swage {

/// The loops along the dimensions of what stage `number` stores, in it and in
/// the stage behind, which reads it once, at its own loops.
std::optional<Separable> Planner::matchSeparable(unsigned number) {
  const StageStore &store = stages[number].stores.front();
  const Stage &product = stages[number + 1];
  Separable separable;
  separable.image = store.tensor;
  for (AffineExpr expr : store.fromLoops.getResults()) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop)
      return std::nullopt;
    separable.dims.push_back({loop.getPosition(), SeparableDim::kNone});
  }
  SmallVector<Atom> atoms = atomsFor(number + 1);
  unsigned readers = 0, channels = 0;
  llvm::SmallDenseSet<unsigned> loops;
  for (const Read &read : readsOf(number + 1)) {
    if (read.tensor != separable.image)
      continue;
    for (auto [dim, index] : llvm::zip_equal(separable.dims, read.indices)) {
      for (auto [loop, atom] : llvm::enumerate(atoms))
        if (index == IndexValue::ofAtom(atom))
          dim.product = loop;
      bool isFirst = index.isConstant() && index.constant == 0;
      if (dim.product == SeparableDim::kNone
              ? !isFirst
              : !loops.insert(dim.product).second)
        return std::nullopt;
      channels += dim.product != SeparableDim::kNone &&
                  product.isReduction[dim.product];
    }
    ++readers;
  }
  return readers == 1 && channels == 1 ? std::optional(separable)
                                       : std::nullopt;
}

std::optional<StageGroup> Planner::separableFrom(unsigned first) {
  unsigned last = first + 1;
  if (last >= stages.size())
    return std::nullopt;
  const Stage &front = stages[first], &back = stages[last];
  if (!front.reduction || front.heavy || !front.isStatic() || !back.heavy ||
      !back.isStatic() || front.stores.size() != 1 ||
      front.stores.front().place.isValid() || !front.stores.front().tensor ||
      front.stores.front().whole != front.stores.front().tensor)
    return std::nullopt;
  for (unsigned later = last + 1; later < stages.size(); ++later)
    for (const Read &read : readsOf(later))
      if (read.tensor == front.stores.front().tensor)
        return std::nullopt;
  std::optional<Separable> separable = matchSeparable(first);
  if (!separable)
    return std::nullopt;
  StageGroup group;
  group.separable = separable;
  group.stages.assign({front, back});
  group.locals.insert(separable->image);
  for (unsigned next = first; next <= last; ++next)
    group.apart.push_back(groupFrom(next));
  return group;
}

} // namespace swage
