//===- NestInterleave.cpp - elements of a few rows in turn ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Results whose memory takes an element of each of two, three or four rows in
// turn, as the channels of an image or a channel shuffle do: each row is
// computed in whole vectors, which are interleaved in registers.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"

using namespace mlir;

namespace swage {

std::optional<NestEmitter::Interleaving>
NestEmitter::findInterleaving(const StageLoops &loops, int64_t lanes) {
  constexpr int64_t kMostRows = 4;
  const Stage &stage = *loops.stage;
  if (stage.reduction || !loops.vectorizable || lanes < 4 ||
      stage.stores.size() != 1 || !stage.stores.front().tensor)
    return std::nullopt;
  const std::optional<IndexValue> &address = loops.stores.front().address;
  if (!address)
    return std::nullopt;
  auto moves = [&](unsigned loop, int64_t step) {
    return !space.dividesBy(*address, loops.atoms[loop]) &&
           address->coefficientOf(loops.atoms[loop]) == Monomial(step);
  };
  Interleaving found;
  for (unsigned loop : loops.remaining(/*reductions=*/false))
    if (moves(loop, 1))
      found.row = loop;
  if (found.row == kNone)
    return std::nullopt;
  found.rows = loops.extents[found.row].fixed().value_or(0);
  if (found.rows < 2 || found.rows > kMostRows)
    return std::nullopt;
  for (unsigned loop : loops.remaining(/*reductions=*/false))
    if (loop != found.row && moves(loop, found.rows))
      found.along = loop;
  if (found.along == kNone ||
      analysis.expect(loops.extents[found.along], lanes) < lanes ||
      analysis.gathersAlong(loops, found.along))
    return std::nullopt;
  return found;
}

/// An element of each of `rows` in turn, as vectors of as many lanes.
static SmallVector<Value> takeTurns(OpBuilder &builder, ArrayRef<Value> rows,
                                    int64_t lanes) {
  int64_t count = rows.size();
  SmallVector<Value> results;
  for (int64_t part = 0; part < count; ++part) {
    Value result = rows.front();
    for (int64_t row = 1; row < count; ++row) {
      SmallVector<int64_t> mask;
      for (int64_t lane = 0; lane < lanes; ++lane) {
        int64_t element = part * lanes + lane, from = element % count;
        // The first row's elements are not in their places yet.
        int64_t kept = row > 1 ? lane : from == 0 ? element / count : -1;
        mask.push_back(from == row ? lanes + element / count : kept);
      }
      result = vector::ShuffleOp::create(builder, builder.getUnknownLoc(),
                                         result, rows[row], mask);
    }
    results.push_back(result);
  }
  return results;
}

void NestEmitter::emitInterleaved(StageLoops &loops, const Interleaving &turns,
                                  int64_t lanes) {
  constexpr int64_t kVectors = 2, kManyTasks = 32;
  SmallVector<unsigned> outer = loops.remaining(/*reductions=*/false);
  llvm::erase(outer, turns.row);
  llvm::erase(outer, turns.along);
  SmallVector<Extent> counts;
  double tasks = 1;
  for (unsigned loop : outer) {
    counts.push_back(loops.extents[loop]);
    tasks *= analysis.expect(loops.extents[loop], 8);
  }
  const Extent &extent = loops.extents[turns.along];
  bool whole = tasks >= kManyTasks;
  if (!whole)
    counts.push_back(ceilDiv(extent, kVectors * lanes));
  record("interleaved", loops, turns.rows, kVectors * lanes, lanes,
         counts.size());

  const StageStore &store = loops.stage->stores.front();
  auto indicesAt = [&](const Indices &at, int64_t width) {
    Indices indices = indicesOf(store.fromLoops, at, width);
    for (auto [index, offset] : llvm::zip(indices, store.offsets))
      index += IndexValue::ofConstant(1) * space.monomialOf(offset);
    return indices;
  };
  auto emit = [&](Indices at, const TileVector &vector) {
    const VectorContext &context = vector.context;
    at[turns.along] = vector.index;
    SmallVector<Value> rows;
    for (int64_t row = 0; row < turns.rows; ++row) {
      at[turns.row] = IndexValue::ofConstant(row);
      rows.push_back(evaluator.broadcast(
          evaluator.read(store.tensor,
                         indicesOf(store.fromLoops, at, context.lanes),
                         context),
          context.lanes));
    }
    const Place *place =
        store.place.isValid() ? &store.place : tensors.find(store.whole);
    if (context.lanes > 1)
      rows = takeTurns(builder, rows, context.lanes);
    at[turns.along].lane = Monomial(0);
    for (auto [number, value] : llvm::enumerate(rows)) {
      at[turns.row] = IndexValue::ofConstant(number * context.lanes);
      at[turns.row].lane = Monomial(context.lanes > 1);
      evaluator.write(*place, indicesAt(at, context.lanes), value, context);
    }
  };
  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    Indices bound(loops.extents.size());
    for (auto [position, loop] : llvm::enumerate(outer))
      bound[loop] = at[position];
    auto emitAll = [&](ArrayRef<TileVector> vectors) {
      for (const TileVector &vector : vectors)
        emit(bound, vector);
    };
    if (!whole)
      return emitStretch(extent, at.back(), lanes, kVectors,
                         /*maskable=*/false, emitAll);
    emitLanes({IndexValue(), extent}, lanes, kVectors, /*maskable=*/false, {},
              [&](ArrayRef<TileVector> vectors, ValueRange) {
                emitAll(vectors);
                return Carried();
              });
  });
}

} // namespace swage
