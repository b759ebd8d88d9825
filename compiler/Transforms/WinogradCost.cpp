//===- WinogradCost.cpp - which form, and in what blocks ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WinogradCost.h. Times are in steps: the time of one multiply-add of
// vectors. The figures were fitted to measured kernels; docs/Performance.md has
// the measurements.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/WinogradCost.h"
#include "compiler/Transforms/WinogradForms.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using llvm::divideCeil;

namespace swage {
namespace {

/// Growth of rounding errors up to which a form is taken. F(6,3) in two
/// dimensions has 509, F(4,5) 301.
constexpr double kMostGrowth = 600;
/// How many times the filter's size the weights of a strided form may have, and
/// how many bytes they may have in any case. Larger tiles save less than they
/// cost in memory: of three taps two apart, 2x2 take 25 products in place of 36
/// and 4x4 take 81 in place of 144, with weights 2.8 and 9 times as large.
constexpr int64_t kMostStridedWeights = 3, kFewWeightBytes = 8 << 20;
/// What the last cache gives in a step, for a byte from memory.
constexpr double kCacheShare = 2.9;
/// The part of loading that arithmetic does not hide.
constexpr double kExposed = 0.3;
/// What direct convolutions reach of the peak, and these products.
constexpr double kDirectShare = 0.88, kProductShare = 0.95;

/// The time of two things that overlap, though not completely.
double overlap(double one, double other) {
  return std::max(one, other) + kExposed * std::min(one, other);
}

class Estimator {
public:
  Estimator(const WinogradProblem &problem, const WinogradTarget &target)
      : problem(problem), target(target) {}

  double direct() const {
    double products = double(problem.batch) * problem.outputs[0] *
                      problem.outputs[1] * problem.taps[0] * problem.taps[1] *
                      problem.inputChannels;
    // A few columns are better computed with the input channels as vectors.
    double columns =
        std::min<double>(divideCeil(problem.outputChannels, target.lanes),
                         2.0 * problem.outputChannels / target.lanes);
    double weights = 4.0 * problem.taps[0] * problem.taps[1] *
                     problem.inputChannels * problem.outputChannels;
    return overlap(products * columns / kDirectShare,
                   weights / target.memoryBytes);
  }

  /// The best blocks for `plan.tile`; the time.
  double choose(WinogradPlan &plan) const {
    double best = 0;
    std::array<int64_t, 2> tiles = getTiles(plan.tile);
    int64_t vectors = divideCeil(problem.outputChannels, target.lanes);
    for (int64_t width = 1; width <= std::min<int64_t>(3, vectors); ++width) {
      // Panels that are full.
      if (problem.outputChannels % (width * target.lanes) != 0)
        continue;
      for (int64_t y = 1; y <= std::min(tiles[0], kMostTiles); ++y)
        for (int64_t x = 1; x <= std::min(tiles[1], kMostTiles / y); ++x) {
          WinogradPlan other = plan;
          other.block = {y, x};
          other.registerTile = {getRows(y * x, width), width * target.lanes};
          other.columns = getColumns(other.registerTile[1]);
          double time = estimate(other);
          if (best == 0 || time < best * 0.999) {
            best = time;
            plan = other;
          }
        }
    }
    return best;
  }

private:
  static constexpr int64_t kMostTiles = 64;

  std::array<int64_t, 2> getTiles(std::array<int64_t, 2> tile) const {
    return {int64_t(divideCeil(problem.outputs[0], tile[0])),
            int64_t(divideCeil(problem.outputs[1], tile[1]))};
  }

  /// The most rows of a register tile that divide `tiles`.
  int64_t getRows(int64_t tiles, int64_t width) const {
    int64_t most =
        std::min<int64_t>(14, (target.registers - width - 1) / width);
    for (int64_t rows = std::min(most, tiles); rows > 1; --rows)
      if (tiles % rows == 0)
        return rows;
    return 1;
  }

  /// A few panels that divide all of them.
  int64_t getColumns(int64_t width) const {
    int64_t panels = problem.outputChannels / width;
    int64_t taken = std::max<int64_t>(1, 4 * target.lanes / width);
    while (panels % taken != 0)
      --taken;
    return taken * width;
  }

  double estimate(const WinogradPlan &plan) const {
    std::array<int64_t, 2> tiles = getTiles(plan.tile);
    double products = double(problem.points(0, plan.tile[0])) *
                      double(problem.points(1, plan.tile[1]));
    double inBlock = plan.block[0] * plan.block[1];
    double blocks = double(problem.batch) *
                    divideCeil(tiles[0], plan.block[0]) *
                    divideCeil(tiles[1], plan.block[1]);
    double channels = problem.inputChannels;
    int64_t width = plan.registerTile[1] / target.lanes;
    double vectors =
        divideCeil(problem.outputChannels, plan.registerTile[1]) * width;

    // The products, by register tiles: two broadcasts or one vector load a
    // step, sums that wait four steps for each other.
    double rows = plan.registerTile[0];
    double step = std::max({rows * width, rows / 2 + width, 4.0}) + 0.25;
    double time = blocks * products * (inBlock / rows) * channels *
                  (vectors / width) * step / kProductShare;

    // Weights come from memory once, and again for each block.
    double cacheBytes = kCacheShare * target.memoryBytes;
    double weights = 4 * products * channels * vectors * target.lanes;
    time = overlap(time, weights / target.memoryBytes);
    if (weights > target.l2Bytes / 2)
      time += kExposed * (blocks - 1) * weights / cacheBytes;
    // A block that the cache does not hold is read again for all columns.
    double block = 4 * products * inBlock * channels;
    if (block > target.l2Bytes * 0.6)
      time += kExposed * blocks * block * vectors * target.lanes /
              plan.columns / cacheBytes;

    // The transforms, for a vector of channels of a tile. Large ones spill.
    double each = products * (7 + std::max(0.0, products - 36) * 0.32);
    double count = blocks * inBlock * (channels / target.lanes + vectors);
    return time + count * each;
  }

  const WinogradProblem &problem;
  const WinogradTarget &target;
};

/// The tiles to try along dimension `dim`: of stride 1 those with an even
/// number of points, which but for zero and infinity come in pairs. Of larger
/// strides each phase has points of its own, and all are tried.
llvm::SmallVector<int64_t> getSizes(const WinogradProblem &problem,
                                    unsigned dim) {
  constexpr int64_t kMostOutputs = 7;
  int64_t taps = problem.taps[dim], stride = problem.strides[dim];
  bool isPlain = stride == 1;
  int64_t first = isPlain && taps % 2 == 0 ? 3 : 2, last = kMostOutputs;
  if (taps <= stride)
    first = last = 1;
  llvm::SmallVector<int64_t> sizes;
  for (int64_t size = first; size <= last; size += isPlain ? 2 : 1)
    if (problem.points(dim, size) <=
        (isPlain ? kMaxWinogradPoints : kMaxStridedPoints))
      sizes.push_back(size);
  return sizes;
}

} // namespace

std::optional<WinogradPlan>
chooseWinograd(const WinogradProblem &problem, const WinogradTarget &target,
               std::optional<std::array<int64_t, 2>> tile) {
  // Vectors of channels, read and written whole.
  if (problem.inputChannels < target.lanes ||
      problem.outputChannels % target.lanes != 0)
    return std::nullopt;
  Estimator estimator(problem, target);
  WinogradPlan best;
  double bestTime = 0;
  for (int64_t y : getSizes(problem, 0))
    for (int64_t x : getSizes(problem, 1)) {
      if (tile && *tile != std::array<int64_t, 2>{y, x})
        continue;
      bool isTwice = problem.taps[0] > 1 && problem.taps[1] > 1;
      int64_t points = problem.points(0, y) * problem.points(1, x);
      double growth =
          getWinogradForm(y, problem.taps[0], problem.strides[0]).growth() *
          getWinogradForm(x, problem.taps[1], problem.strides[1]).growth();
      bool isStrided = problem.strides[0] > 1 || problem.strides[1] > 1;
      int64_t taps = problem.taps[0] * problem.taps[1];
      int64_t weightBytes =
          4 * points * problem.inputChannels * problem.outputChannels;
      bool isLarge = isStrided && points > kMostStridedWeights * taps &&
                     weightBytes > kFewWeightBytes;
      // The transform of a tile is spelled out.
      if (!tile &&
          (growth > kMostGrowth || isLarge || (isTwice && points > 64)))
        continue;
      WinogradPlan plan;
      plan.tile = {y, x};
      double time = estimator.choose(plan);
      if (bestTime == 0 || time < bestTime) {
        bestTime = time;
        best = plan;
      }
    }
  if (bestTime == 0)
    return std::nullopt;
  best.speedup = estimator.direct() / bestTime;
  // Not worth larger weights and larger errors.
  if (!tile && best.speedup < 1.15)
    return std::nullopt;
  return best;
}

} // namespace swage
