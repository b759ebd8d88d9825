//===- Transposition.cpp - changes of layout ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What is read lies side by side along one loop, what is written along another.
// A tile of both loops is read in whole vectors, turned in registers, and
// written in whole vectors. Where the result's innermost loop is short, all of
// it is interleaved, vector by vector. Parameters:
//
//   register_tile  steps of the loop along which elements are read, and of the
//                  result's innermost one; the latter is 0 when all of it is
//                  interleaved
//   parallel       0: no tasks; 1: pieces of the innermost loop are tasks; 2:
//                  the first of the other loops that has something to split is
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include "compiler/Backend/Halide/Schedules/MapStages.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/Whole.h"
#include <algorithm>

using namespace Halide;

namespace swage::halide {
namespace {

/// Steps of the innermost loop up to which all of it is interleaved.
constexpr int64_t kFewColumns = 4;

/// A tile to be turned stays in registers and goes through few shuffles: 8x8 of
/// f32 was the fastest of 4x8 to 32x16 on AVX-512, in and out of the caches.
constexpr int64_t kTileRows = 8;
constexpr int64_t kTileBits = 256, kTileColumns = 16;

struct TurnTile {
  int64_t rows = 1;    ///< of the loop along which elements are read
  int64_t columns = 0; ///< of the result's innermost loop; 0 for all
};

int64_t roundDown(int64_t size, int64_t most) {
  while (most > size)
    most /= 2;
  return std::max<int64_t>(most, 1);
}

class TranspositionTemplate : public ScheduleTemplate {
public:
  std::string getName() const override { return "transposition"; }

  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &target) const override {
    std::optional<MapStages> parts = find(spec);
    if (!parts)
      return std::nullopt;
    TurnTile tile = choose(spec, *parts, target, {});
    Claim claim;
    claim.schedule.form = getName();
    claim.schedule.parameters = {{"register_tile", {tile.rows, tile.columns}},
                                 {"parallel", {chooseTasks(*parts)}}};
    claim.speedup = 0.9;
    return claim;
  }

  std::string apply(swage::halide::Pipeline &pipeline,
                    const Schedule &schedule) const override {
    const KernelSpec &spec = pipeline.spec;
    std::optional<MapStages> parts = find(spec);
    if (!parts)
      return "the schedule 'transposition' fits one result whose elements are "
             "read side by side along another loop than they are written";
    TurnTile tile = choose(spec, *parts, pipeline.target, schedule);
    int last = static_cast<int>(spec.stages.size()) - 1;
    for (int i = 0; i < last; ++i)
      if (isStored(pipeline, i))
        computeWhole(pipeline, i);
    Var tasks = tile.columns ? turnTiles(pipeline, *parts, tile)
                             : interleave(pipeline, *parts, tile);
    int64_t parallel = schedule.get("parallel", chooseTasks(*parts));
    std::optional<int> outer = findOuterLoop(*parts);
    StageFunc &own = pipeline.stages[last];
    if (parallel == 2 && outer && *outer != parts->turned[0].loop)
      own.func.parallel(own.vars[*outer]);
    else if (parallel)
      own.func.parallel(tasks);
    return "";
  }

private:
  /// One result, of which all that is turned is turned in the same way.
  static std::optional<MapStages> find(const KernelSpec &spec) {
    std::optional<MapStages> parts = findMapStages(spec);
    if (!parts || parts->turned.empty() || spec.outputs.size() != 1 ||
        spec.tensors[spec.outputs[0].tensor].stage !=
            static_cast<int>(spec.stages.size()) - 1)
      return std::nullopt;
    for (const TurnedRead &read : parts->turned)
      if (read.loop != parts->turned[0].loop || !parts->extents[read.loop])
        return std::nullopt;
    return parts;
  }

  static TurnTile choose(const KernelSpec &spec, const MapStages &parts,
                         const TargetFacts &target, const Schedule &schedule) {
    const Tensor &result = spec.tensors[spec.stages.back().results[0]];
    int64_t lanes = target.lanes(result.element);
    int64_t rows = parts.extents[parts.turned[0].loop];
    TurnTile tile;
    if (parts.inner() <= kFewColumns) {
      tile.rows = roundDown(rows, lanes);
    } else {
      tile.rows = roundDown(rows, kTileRows);
      tile.columns = roundDown(
          parts.inner(),
          std::min<int64_t>(kTileColumns, kTileBits / getBits(result.element)));
    }
    auto wanted = schedule.parameters.find("register_tile");
    if (wanted != schedule.parameters.end() && wanted->second.size() == 2) {
      tile.rows = std::clamp<int64_t>(wanted->second[0], 1, rows);
      tile.columns = std::clamp<int64_t>(wanted->second[1], 0, parts.inner());
    }
    return tile;
  }

  /// Each vector is of one column; their stores become one of all columns.
  static Var interleave(swage::halide::Pipeline &pipeline,
                        const MapStages &parts, const TurnTile &tile) {
    StageFunc &own = pipeline.stages.back();
    Var rows("rows"), row("row"), turned = own.vars[parts.turned[0].loop];
    own.func.compute_root()
        .bound(own.vars.back(), 0, static_cast<int>(parts.inner()))
        .split(turned, rows, row, static_cast<int>(tile.rows),
               TailStrategy::ShiftInwards);
    own.func.reorder(getOrder(own, parts, {row, own.vars.back(), rows}))
        .vectorize(row)
        .unroll(own.vars.back());
    return rows;
  }

  /// Loops from the innermost on: `first`, then those that it does not replace.
  static std::vector<VarOrRVar> getOrder(const StageFunc &own,
                                         const MapStages &parts,
                                         std::vector<VarOrRVar> first) {
    for (int loop = parts.last() - 1; loop >= 0; --loop)
      if (loop != parts.turned[0].loop)
        first.push_back(own.vars[loop]);
    return first;
  }

  /// A tile of what is read is brought into the order in which it is written.
  static Var turnTiles(swage::halide::Pipeline &pipeline,
                       const MapStages &parts, const TurnTile &tile) {
    int last = static_cast<int>(pipeline.stages.size()) - 1;
    StageFunc &own = pipeline.stages[last];
    std::vector<Expr> loops(own.vars.begin(), own.vars.end());
    std::vector<Func> turned;
    std::map<ExprId, Expr> given;
    std::vector<Var> place = toHalideOrder(own.vars);
    std::vector<Expr> at(place.begin(), place.end());
    for (const TurnedRead &read : parts.turned) {
      turned.emplace_back("turned");
      turned.back()(place) = stored(pipeline.expression(read.read, loops));
      Expr element = turned.back()(at);
      given[read.read] = pipeline.spec.typeOf(read.read) == Element::Bool
                             ? element != Halide::cast<uint8_t>(0)
                             : element;
    }
    own.func = Func(pipeline.spec.stages[last].name);
    own.func(place) = stored(pipeline.expression(
        pipeline.spec.stages[last].values[0], loops, {}, given));
    pipeline.outputs[0] = own.func;

    Var inner = own.vars.back(), row = own.vars[parts.turned[0].loop];
    Var columnTiles("columnTiles"), column("column"), rowTiles("rowTiles"),
        rowInTile("row");
    own.func.compute_root()
        .split(inner, columnTiles, column, static_cast<int>(tile.columns),
               TailStrategy::ShiftInwards)
        .split(row, rowTiles, rowInTile, static_cast<int>(tile.rows),
               TailStrategy::ShiftInwards);
    own.func
        .reorder(
            getOrder(own, parts, {column, rowInTile, columnTiles, rowTiles}))
        .vectorize(column)
        .unroll(rowInTile);
    for (Func &func : turned)
      func.compute_at(own.func, columnTiles)
          .bound_extent(inner, static_cast<int>(tile.columns))
          .bound_extent(row, static_cast<int>(tile.rows))
          .reorder(row, inner)
          .vectorize(row)
          .unroll(inner);
    return rowTiles;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createTranspositionTemplate() {
  return std::make_unique<TranspositionTemplate>();
}

} // namespace swage::halide
