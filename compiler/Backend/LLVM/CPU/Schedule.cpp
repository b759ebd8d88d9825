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
#include <array>

namespace swage {
namespace {

constexpr int64_t kLineBytes = 64;
/// First-level caches find a line's set from its address within a page, so
/// that each way is as large as one.
constexpr int64_t kWayBytes = 4096;

class TileModel {
public:
  TileModel(const TargetInfo &target, const ContractionShape &shape)
      : ways(std::max<int64_t>(1, target.l1Bytes / kWayBytes)),
        // A processor that multiplies vectors in two halves has time for more.
        roomyWays(target.multipliesHalves ? ways : ways - ways / 3),
        shape(shape) {}

  /// Cycles of a step for all rows, cut into tiles of `rows`.
  double timeOf(int64_t extent, int64_t rows, int64_t vectors) const {
    // Measured: with fewer rows, what a crowded set costs is less than what a
    // smaller tile does.
    constexpr int64_t kManyRows = 128;
    int64_t room = extent < kManyRows ? ways : roomyWays;
    double time = extent / rows * stepTime(rows, vectors, room);
    if (int64_t rest = extent % rows)
      time += stepTime(rest, vectors, room);
    return time;
  }

private:
  /// Cycles of one step of the reduction for a tile.
  double stepTime(int64_t rows, int64_t vectors, int64_t room) const {
    double arithmetic = rows * vectors / 2.0;
    double loads = (rows + vectors) / 2.0;
    constexpr double kLatency = 4, kMiss = 2, kCrowded = 0.3;
    // The loop's own instructions show in small tiles.
    return std::max({arithmetic, loads, kLatency}) + 0.25 +
           kMiss * linesBeyond(ways, rows) + kCrowded * linesBeyond(room, rows);
  }

  /// Rows whose lines find less room than `most` in their sets. Where there is
  /// none, a line is pushed out although it serves many steps; where there is
  /// little, lines of the panel are. Rows that are a multiple of the page apart
  /// all want the same set.
  int64_t linesBeyond(int64_t most, int64_t rows) const {
    std::array<int64_t, kWayBytes / kLineBytes> lines{};
    int64_t beyond = 0, before = -1;
    for (int64_t row = 0; row < rows && shape.rowBytes; ++row) {
      int64_t line = row * shape.rowBytes / kLineBytes;
      if (line == before)
        continue;
      before = line;
      beyond += ++lines[line % lines.size()] > most;
    }
    return beyond;
  }

  int64_t ways, roomyWays;
  const ContractionShape &shape;
};

} // namespace

RegisterTile chooseContractionTile(const TargetInfo &target,
                                   const ContractionShape &shape,
                                   int64_t lanes) {
  constexpr int64_t kUnknown = 1024, kMostVectors = 4;
  int64_t rows = shape.rows < 0 ? kUnknown : shape.rows;
  int64_t columns = shape.columns < 0 ? kUnknown : shape.columns;
  int64_t registers = target.vectorRegisters;
  TileModel model(target, shape);
  RegisterTile best;
  double bestTime = 0;
  int64_t least = shape.vectors ? shape.vectors : 1;
  int64_t most = shape.vectors ? shape.vectors : kMostVectors;
  for (int64_t v = least; v <= most; ++v) {
    int64_t width = v * lanes;
    if (!shape.vectors && v > 1 && width - lanes >= columns)
      break;
    // Besides the accumulators: the columns' vectors and one broadcast.
    int64_t mostRows = std::max<int64_t>(1, (registers - v - 1) / v);
    for (int64_t r = 1; r <= std::min(mostRows, rows); ++r) {
      int64_t full = columns / width, rest = columns % width;
      double time = full * model.timeOf(rows, r, v);
      if (rest)
        time += model.timeOf(rows, r, (rest + lanes - 1) / lanes);
      // Of equals the larger tile: fewer loads, fewer stores between.
      if (bestTime == 0 || time < bestTime * 0.999) {
        bestTime = time;
        best = {r, v};
      }
    }
  }
  return best;
}

int64_t choosePanelWidth(const TargetInfo &target,
                         const ContractionShape &shape, unsigned elementBits) {
  int64_t lanes = target.lanes(elementBits);
  if (shape.columns < 0 || shape.columns < lanes / 2)
    return 0;
  // With a single row the operand streams through once: wide panels keep the
  // latency of the sums hidden.
  if (shape.rows == 1)
    return std::min<int64_t>(4, (shape.columns + lanes - 1) / lanes) * lanes;
  return chooseContractionTile(target, shape, lanes).vectors * lanes;
}

bool conflictsInCache(const TargetInfo &target, int64_t stepBytes,
                      int64_t steps) {
  if (stepBytes <= kLineBytes)
    return false;
  std::array<int64_t, kWayBytes / kLineBytes> lines{};
  int64_t ways = std::max<int64_t>(1, target.l1Bytes / kWayBytes), misses = 0;
  // Steps that are not in the cache at once do not compete.
  steps = std::min(steps, target.l1Bytes / kLineBytes);
  for (int64_t step = 0; step < steps; ++step)
    misses += ++lines[step * stepBytes / kLineBytes % lines.size()] > ways;
  return misses * 2 > steps;
}

LoopBlock chooseReductionBlock(const TargetInfo &target,
                               llvm::ArrayRef<int64_t> extents,
                               int64_t stepBytes, std::optional<int64_t> most) {
  // A part of the cache is left to the rows. Sums leave the registers between
  // blocks, which costs two or three percent, so what nearly fits stays whole.
  constexpr int64_t kLeast = 64;
  int64_t whole = stepBytes;
  for (int64_t extent : extents)
    whole *= extent;
  if (!most && (target.multipliesHalves || whole <= target.l1Bytes * 5 / 4))
    return {};
  int64_t limit = most.value_or(target.l1Bytes * 3 / 4 / stepBytes);
  int64_t inner = 1;
  for (unsigned loop = extents.size(); loop-- > 0;) {
    if (inner * extents[loop] <= limit) {
      inner *= extents[loop];
      continue;
    }
    int64_t size = std::max<int64_t>(1, limit / inner);
    while (extents[loop] % size)
      --size;
    if (!most && inner * size < kLeast)
      return {};
    return {loop, size};
  }
  return {};
}

} // namespace swage
