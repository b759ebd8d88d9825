//===- PlanGates.cpp - products of gates and what combines them -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds a product that is read at the same units of several gates, as the cells
// of recurrent layers do. Done for a few units at a time, the sums of their
// gates never leave the first cache, and a step is one loop that threads share.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"

using namespace mlir;

namespace swage {

/// The loops along the dimensions of the product that stage `number` stores,
/// where the stage behind it reads all of them at its own loops or, which makes
/// them gates, at constants.
std::optional<Gates> Planner::matchGates(unsigned number) {
  const StageStore &store = stages[number].stores.front();
  Gates gates;
  gates.product = store.tensor;
  for (AffineExpr expr : store.fromLoops.getResults()) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop)
      return std::nullopt;
    gates.dims.push_back({loop.getPosition(), GateDim::kNone});
  }
  SmallVector<Atom> atoms = atomsFor(number + 1);
  unsigned readers = 0;
  for (const Read &read : readsOf(number + 1)) {
    if (read.tensor != gates.product)
      continue;
    for (auto [dim, index] : llvm::zip_equal(gates.dims, read.indices)) {
      unsigned loop = GateDim::kNone;
      for (auto [number, atom] : llvm::enumerate(atoms))
        if (index == IndexValue::ofAtom(atom))
          loop = number;
      if ((loop == GateDim::kNone && !index.isConstant()) ||
          (readers && loop != dim.cell))
        return std::nullopt;
      dim.cell = loop;
    }
    ++readers;
  }
  bool hasGates = llvm::any_of(gates.dims, [&](const GateDim &dim) {
    return dim.cell == GateDim::kNone;
  });
  return readers > 1 && hasGates ? std::optional(gates) : std::nullopt;
}

std::optional<StageGroup> Planner::gatesFrom(unsigned first) {
  unsigned last = first + 1;
  if (last >= stages.size())
    return std::nullopt;
  Stage &front = stages[first], &back = stages[last];
  if (!front.reduction || front.reduction.getNumDpsInputs() != 2 ||
      front.stores.size() != 1 || front.stores.front().place.isValid() ||
      !front.stores.front().tensor || back.reduction)
    return std::nullopt;
  for (unsigned later = last + 1; later < stages.size(); ++later)
    for (const Read &read : readsOf(later))
      if (read.tensor == front.stores.front().tensor)
        return std::nullopt;
  std::optional<Gates> gates = matchGates(first);
  if (!gates)
    return std::nullopt;
  StageGroup group;
  group.gates = gates;
  group.stages.assign({front, back});
  group.locals.insert(gates->product);
  for (unsigned next = first; next <= last;) {
    group.apart.push_back(groupFrom(next));
    next += group.apart.back().stages.size();
  }
  return group;
}

} // namespace swage
