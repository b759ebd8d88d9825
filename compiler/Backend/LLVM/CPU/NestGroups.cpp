//===- NestGroups.cpp - stages within the loops that they share -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Stages of a group, one after the other for each iteration of their common
// loops.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

void NestEmitter::emitInside(StageLoops &loops, Indices bound,
                             unsigned laneLoop, ArrayRef<TileVector> vectors,
                             int64_t lanes) {
  unsigned lane = laneLoop == kNone ? bestLane(loops, false, lanes) : kNone;
  SmallVector<unsigned> inner;
  for (unsigned loop : loops.remaining(/*reductions=*/false))
    if (!loops.common[loop] && loop != lane)
      inner.push_back(loop);
  int64_t count = loops.operations >= 16 ? 2 : 4;
  if (lane != kNone)
    if (auto fixed = loops.extents[lane].fixed())
      count = std::clamp<int64_t>(*fixed / lanes, 1, count);
  emitPlain(inner, loops, bound, [&](Indices at) {
    Tile tile;
    tile.loops = at;
    tile.rows.assign(1, IndexValue());
    if (laneLoop != kNone) {
      tile.laneLoop = laneLoop;
      tile.vectors.assign(vectors.begin(), vectors.end());
      return emitTile(loops, tile, lanes, 1);
    }
    if (lane == kNone || loops.isReduction(lane)) {
      tile.vectors.assign(1, TileVector());
      tile.reducedLane = lane;
      return emitTile(loops, tile, lanes, count);
    }
    tile.laneLoop = lane;
    emitLanes({IndexValue(), loops.extents[lane]}, lanes, count,
              analysis.isMaskable(loops), {},
              [&](ArrayRef<TileVector> along, ValueRange) {
                tile.vectors.assign(along.begin(), along.end());
                emitTile(loops, tile, lanes, count);
                return Carried();
              });
  });
}

/// Visits stages as they will be emitted: each finds in memory what those
/// before it have stored, results of the kernel too. Whether vectors pay
/// depends on it: a row's sum is then read, not computed.
void NestEmitter::forEachInOrder(StageGroup &group,
                                 llvm::function_ref<void(unsigned)> visit) {
  SmallVector<Value> placed;
  for (auto [number, stage] : llvm::enumerate(group.stages)) {
    visit(number);
    for (const StageStore &store : stage.stores)
      if (store.whole && store.place.isValid() && !tensors.find(store.whole)) {
        tensors.place(store.whole, store.place);
        placed.push_back(store.whole);
      }
  }
  for (Value whole : placed)
    tensors.forget(whole);
}

void NestEmitter::emitTogether(StageGroup &group) {
  allocateWhole(group);
  placeLocals(group, kNone, 1, IndexValue(), /*real=*/false);
  SmallVector<StageLoops, 0> stages;
  forEachInOrder(group, [&](unsigned number) {
    stages.push_back(
        analysis.analyze(group.stages[number], group.outer[number]));
  });
  analysis.merge(stages, group.outer);
  int64_t lanes = target.vectorBits / 8;
  for (StageLoops &loops : stages)
    lanes = std::min(lanes, analysis.lanesOf(loops));

  // Vectors along a common loop, or along each stage's own.
  double own = 0;
  forEachInOrder(group, [&](unsigned number) {
    double cost;
    bestLane(stages[number], false, lanes, &cost);
    own += cost * analysis.volume(stages[number]);
  });
  unsigned lane = kNone;
  for (unsigned c = 0; c < group.outer[0].size(); ++c) {
    double cost = 0;
    forEachInOrder(group, [&](unsigned number) {
      StageLoops &loops = stages[number];
      unsigned loop = group.outer[number][c];
      cost += loops.gone[loop] ? std::numeric_limits<double>::infinity()
                               : analysis.costAlong(loops, loop, lanes) *
                                     analysis.volume(loops);
    });
    if (cost < own) {
      own = cost;
      lane = c;
    }
  }
  for (Stage &stage : group.stages)
    for (StageStore &store : stage.stores)
      if (group.locals.contains(store.whole))
        tensors.forget(store.whole);

  SmallVector<unsigned> looped;
  SmallVector<Extent> counts;
  for (unsigned c = 0; c < group.outer[0].size(); ++c)
    if (c != lane && !stages[0].gone[group.outer[0][c]]) {
      looped.push_back(c);
      counts.push_back(stages[0].extents[group.outer[0][c]]);
    }
  constexpr int64_t kVectors = 2;
  if (lane != kNone)
    counts.push_back(
        ceilDiv(stages[0].extents[group.outer[0][lane]], lanes * kVectors));
  record("rows", stages.back(), 1, lane == kNone ? lanes : lanes * kVectors,
         lanes, counts.size());

  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    auto run = [&](ArrayRef<TileVector> vectors, const IndexValue &base) {
      placeLocals(group, lane, lanes * kVectors, base, /*real=*/true);
      for (auto [number, loops] : llvm::enumerate(stages)) {
        Indices bound(loops.extents.size());
        for (auto [position, c] : llvm::enumerate(looped))
          bound[group.outer[number][c]] = at[position];
        emitInside(loops, bound,
                   lane == kNone ? kNone : group.outer[number][lane], vectors,
                   lanes);
        settle(*loops.stage);
      }
      for (Stage &stage : group.stages)
        for (StageStore &store : stage.stores)
          tensors.forget(store.whole);
    };
    if (lane == kNone)
      return run({}, IndexValue());
    bool maskable = llvm::all_of(stages, [&](const StageLoops &loops) {
      return analysis.isMaskable(loops);
    });
    emitStretch(stages[0].extents[group.outer[0][lane]], at.back(), lanes,
                kVectors, maskable, [&](ArrayRef<TileVector> vectors) {
                  IndexValue base = vectors.front().index;
                  base.lane = Monomial(0);
                  run(vectors, base);
                });
  });
  for (Stage &stage : group.stages)
    for (StageStore &store : stage.stores)
      if (store.whole && !group.locals.contains(store.whole))
        tensors.place(store.whole, store.place);
}

} // namespace swage
