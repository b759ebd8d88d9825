//===- Schedule.cpp - how the loops of a kernel are tiled -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Schedule.h. Times are in cycles of a core that starts two vector
// multiply-adds and two loads a cycle, with a latency of four cycles, which is
// what current x86 processors do.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Schedule.h"
#include <algorithm>

namespace swage {

/// Cycles of one step of the reduction for a tile.
static double stepTime(int64_t rows, int64_t vectors) {
  double arithmetic = rows * vectors / 2.0;
  double loads = (rows + vectors) / 2.0;
  constexpr double kLatency = 4;
  // The loop's own instructions show in small tiles.
  return std::max({arithmetic, loads, kLatency}) + 0.25;
}

/// Cycles of a step for `extent` rows cut into tiles of `rows`.
static double rowsTime(int64_t extent, int64_t rows, int64_t vectors) {
  double time = extent / rows * stepTime(rows, vectors);
  if (int64_t rest = extent % rows)
    time += stepTime(rest, vectors);
  return time;
}

RegisterTile chooseContractionTile(const TargetInfo &target, int64_t rows,
                                   int64_t columns, int64_t lanes,
                                   std::optional<int64_t> vectors) {
  constexpr int64_t kUnknown = 1024;
  rows = rows < 0 ? kUnknown : rows;
  columns = columns < 0 ? kUnknown : columns;
  int64_t registers = target.vectorRegisters;
  RegisterTile best;
  double bestTime = 0;
  for (int64_t v = vectors.value_or(1); v <= vectors.value_or(4); ++v) {
    int64_t width = v * lanes;
    if (!vectors && v > 1 && width - lanes >= columns)
      break;
    // Besides the accumulators: the columns' vectors and one broadcast.
    int64_t most = std::max<int64_t>(1, (registers - v - 1) / v);
    for (int64_t r = 1; r <= std::min(most, rows); ++r) {
      int64_t full = columns / width, rest = columns % width;
      double time = full * rowsTime(rows, r, v);
      if (rest)
        time += rowsTime(rows, r, (rest + lanes - 1) / lanes);
      // Of equals the larger tile: fewer loads, fewer stores between.
      if (bestTime == 0 || time < bestTime * 0.999) {
        bestTime = time;
        best = {r, v};
      }
    }
  }
  return best;
}

int64_t choosePanelWidth(const TargetInfo &target, int64_t rows,
                         int64_t columns, unsigned elementBits) {
  int64_t lanes = target.lanes(elementBits);
  if (columns < 0 || columns < lanes / 2)
    return 0;
  // With a single row the operand streams through once: wide panels keep the
  // latency of the sums hidden.
  if (rows == 1)
    return std::min<int64_t>(4, (columns + lanes - 1) / lanes) * lanes;
  RegisterTile tile =
      chooseContractionTile(target, rows, columns, lanes, std::nullopt);
  return tile.vectors * lanes;
}

} // namespace swage
