//===- PlanGroups.cpp - stages that share loops ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds out which stage reads what of which other, and gathers stages whose
// outer loops can be one.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

//===----------------------------------------------------------------------===//
// Who reads what
//===----------------------------------------------------------------------===//

SmallVector<Atom> Planner::atomsFor(unsigned stage) {
  while (stageAtoms.size() <= stage) {
    stageAtoms.emplace_back();
    for (unsigned loop = 0; loop < stages[stageAtoms.size() - 1].numLoops();
         ++loop)
      stageAtoms.back().push_back(space.addAtom(Value()));
  }
  return stageAtoms[stage];
}

/// What `stage` reads of other stages' tensors, and of its own results.
SmallVector<Read, 0> Planner::readsOf(unsigned number) {
  Stage &stage = stages[number];
  Indices loops;
  for (Atom atom : atomsFor(number))
    loops.push_back(IndexValue::ofAtom(atom));
  SmallVector<Read, 0> reads;
  auto indicesOf = [&](AffineMap map) {
    Indices indices;
    for (AffineExpr expr : map.getResults())
      indices.push_back(space.evaluate(expr, loops, 1).value_or(IndexValue()));
    return indices;
  };
  auto readTensor = [&](Value tensor, AffineMap map) {
    Indices indices = indicesOf(map);
    bool own = stageOf.count(tensor) && stageOf[tensor] == number;
    if (materialised.contains(tensor) && !own)
      reads.push_back({tensor, indices});
    else
      llvm::append_range(reads, readsOf(tensor, indices));
  };
  if (stage.reduction)
    for (OpOperand &operand : stage.reduction->getOpOperands())
      if (isa<RankedTensorType>(operand.get().getType()) &&
          !stage.reduction.getMatchingBlockArgument(&operand).use_empty())
        readTensor(operand.get(),
                   stage.reduction.getMatchingIndexingMap(&operand));
  for (const StageStore &store : stage.stores)
    if (store.tensor)
      readTensor(store.tensor, store.fromLoops);
  return reads;
}

/// Adds the stores of reductions' results that other stages read.
LogicalResult Planner::completeStores() {
  llvm::DenseSet<Value> readElsewhere;
  for (unsigned number = 0; number < stages.size(); ++number)
    for (const Read &read : readsOf(number)) {
      auto stage = stageOf.find(read.tensor);
      if (stage != stageOf.end() && stage->second != number)
        readElsewhere.insert(read.tensor);
    }
  for (auto [number, stage] : llvm::enumerate(stages)) {
    if (!stage.reduction)
      continue;
    SmallVector<StageStore, 0> results;
    for (OpResult result : stage.reduction->getResults()) {
      if (!readElsewhere.contains(result) && !destinations.count(result))
        continue;
      AffineMap map = stage.reduction.getMatchingIndexingMap(
          stage.reduction.getDpsInitOperand(result.getResultNumber()));
      results.push_back(storeOf(result, map));
    }
    stage.stores.insert(stage.stores.begin(), results.begin(), results.end());
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// The loops that the stages `first` to `last` have in common: such that
/// everything one of them reads of another, it reads in the same iteration.
/// Only the ends of a chain may be heavy.
std::optional<SmallVector<SmallVector<unsigned>>>
Planner::commonLoops(unsigned first, unsigned last, bool isChain) {
  unsigned count = last - first + 1;
  constexpr unsigned kNone = ~0u;
  SmallVector<unsigned> candidates;
  for (unsigned loop = 0; loop < stages[last].numLoops(); ++loop)
    if (!stages[last].isReduction[loop] &&
        getConstantIntValue(stages[last].extents[loop]) != 1)
      candidates.push_back(loop);
  // loops[stage][candidate]
  SmallVector<SmallVector<unsigned>> loops(
      count, SmallVector<unsigned>(candidates.size(), kNone));
  loops[count - 1] = candidates;
  SmallVector<bool> alive(candidates.size(), true), reached(count, false);
  reached[count - 1] = true;
  for (unsigned number = last + 1; number-- > first;) {
    unsigned own = number - first;
    bool mayBeHeavy = isChain && (number == first || number == last);
    if (!reached[own] || (stages[number].heavy && !mayBeHeavy))
      return std::nullopt;
    SmallVector<Atom> atoms = atomsFor(number);
    for (const Read &read : readsOf(number)) {
      auto found = stageOf.find(read.tensor);
      if (found == stageOf.end()) {
        // Written in parts: by stages of this group?
        for (unsigned other = first; other <= last; ++other)
          for (const StageStore &store : stages[other].stores)
            if (store.whole == read.tensor)
              return std::nullopt;
        continue;
      }
      if (found->second < first || found->second >= number)
        continue;
      unsigned producer = found->second - first;
      reached[producer] = true;
      AffineMap map;
      for (const StageStore &store : stages[found->second].stores)
        if (store.tensor == read.tensor)
          map = store.fromLoops;
      for (unsigned c = 0; c < candidates.size(); ++c) {
        if (!alive[c])
          continue;
        unsigned loop = kNone;
        for (auto [position, index] : llvm::enumerate(read.indices))
          if (index == IndexValue::ofAtom(atoms[loops[own][c]]))
            if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(position)))
              loop = dim.getPosition();
        unsigned &before = loops[producer][c];
        if (loop == kNone || (before != kNone && before != loop))
          alive[c] = false;
        before = loop;
      }
    }
  }
  SmallVector<SmallVector<unsigned>> result(count);
  for (unsigned c = 0; c < candidates.size(); ++c)
    if (alive[c])
      for (unsigned stage = 0; stage < count; ++stage)
        result[stage].push_back(loops[stage][c]);
  if (result[0].empty())
    return std::nullopt;
  return result;
}

StageGroup Planner::groupOf(unsigned first, unsigned last,
                            ArrayRef<SmallVector<unsigned>> common) {
  StageGroup group;
  group.outer.assign(common.begin(), common.end());
  for (unsigned number = first; number <= last; ++number)
    group.stages.push_back(stages[number]);
  // What no later group reads, and is no result, is local.
  for (unsigned number = first; number <= last && last > first; ++number)
    for (const StageStore &store : stages[number].stores)
      if (!store.place.isValid())
        group.locals.insert(store.tensor);
  for (unsigned later = last + 1; later < stages.size(); ++later)
    for (const Read &read : readsOf(later))
      group.locals.erase(read.tensor);
  return group;
}

/// The longest group that begins with stage `first`.
StageGroup Planner::groupFrom(unsigned first) {
  unsigned last = first;
  SmallVector<SmallVector<unsigned>> outer;
  while (last + 1 < stages.size()) {
    auto common = commonLoops(first, last + 1);
    if (!common)
      break;
    ++last;
    outer = *common;
  }
  return groupOf(first, last, outer);
}

SmallVector<StageGroup, 0> Planner::formGroups() {
  SmallVector<StageGroup, 0> groups;
  for (unsigned next = 0; next < stages.size();) {
    std::optional<StageGroup> found = chainFrom(next);
    if (!found)
      found = bandFrom(next);
    if (!found)
      found = separableFrom(next);
    if (!found)
      found = gatesFrom(next);
    groups.push_back(found ? std::move(*found) : groupFrom(next));
    next += groups.back().stages.size();
  }
  return groups;
}

} // namespace swage
