//===- Tiles.cpp - sums in registers --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Tiles.h. Columns are two loops, over tiles and within one, in the stage
// that sums: an element of a packed operand is then one of a panel, without a
// division.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include "compiler/Backend/Halide/Schedules/Whole.h"
#include <algorithm>

using namespace Halide;

namespace swage::halide {
namespace {

/// Multiplications below which all stays on one thread.
constexpr int64_t kWorthTasks = 1 << 18;

/// The loop of rows: the innermost besides that of columns with more than one.
std::optional<int> findRowLoop(const SumStages &parts) {
  for (int i = static_cast<int>(parts.extents.size()) - 2; i >= 0; --i)
    if (parts.extents[i] > 1)
      return i;
  return std::nullopt;
}

/// Lanes, at most `lanes`, of vectors that all columns are made of.
int64_t wholeLanes(const SumStages &parts, int64_t lanes) {
  while (parts.columns() % lanes)
    lanes /= 2;
  return lanes;
}

class Scheduler {
public:
  Scheduler(swage::halide::Pipeline &pipeline, const SumStages &parts,
            const TileShape &tile)
      : pipeline(pipeline), parts(parts), tile(tile) {}

  void run() {
    for (int i = 0; i < parts.sums; ++i)
      if (isStored(pipeline, i))
        computeWhole(pipeline, i);
    defineSums();
    redefine(parts.sums, [&](const std::vector<Var> &vars) {
      std::vector<Var> outer(vars.begin(), vars.end() - 1);
      int width = static_cast<int>(tile.columns);
      return Expr(sums(place(vars.back() % width, vars.back() / width, outer)));
    });
    for (int stage : parts.epilogue)
      redefine(stage, [&](const std::vector<Var> &vars) {
        return pipeline.expression(pipeline.spec.stages[stage].values[0],
                                   std::vector<Expr>(vars.begin(), vars.end()));
      });
    pipeline.outputs[0] = pipeline.stages[parts.last()].func;
    schedule();
  }

private:
  /// Indices of the sums, in Halide's order.
  static std::vector<Expr> place(Expr inner, Expr panel,
                                 const std::vector<Var> &outer) {
    std::vector<Expr> result{inner, panel};
    result.insert(result.end(), outer.rbegin(), outer.rend());
    return result;
  }

  void defineSums() {
    const swage::halide::Stage &stage = pipeline.spec.stages[parts.sums];
    const StageFunc &own = pipeline.stages[parts.sums];
    outer.assign(own.vars.begin(), own.vars.end() - 1);
    std::vector<Expr> loops(outer.begin(), outer.end());
    loops.push_back(panel * static_cast<int>(tile.columns) + inner);
    std::vector<Halide::Range> ranges;
    for (ExprId size : stage.reductions)
      ranges.push_back({0, pipeline.expression(size, loops)});
    RDom domain(toHalideOrder(ranges), stage.name + "_r");
    int rank = static_cast<int>(ranges.size());
    std::vector<Expr> at = place(inner, panel, outer);
    std::vector<Var> arguments{inner, panel};
    arguments.insert(arguments.end(), outer.rbegin(), outer.rend());
    sums(arguments) = pipeline.expression(stage.inits[0], loops);
    for (int loop = 0; loop < rank; ++loop) {
      reductions.push_back(domain[halideDim(rank, loop)]);
      loops.push_back(reductions.back());
    }
    sums(at) = pipeline.expression(stage.values[0], loops, {Expr(sums(at))});
  }

  template <typename Value> void redefine(int stage, Value value) {
    StageFunc &own = pipeline.stages[stage];
    own.func = Func(pipeline.spec.stages[stage].name);
    own.func(toHalideOrder(own.vars)) = value(own.vars);
    own.reductions.clear();
  }

  void schedule() {
    Func result = pipeline.outputs[0];
    const std::vector<Var> &vars = pipeline.stages[parts.last()].vars;
    int lanes = static_cast<int>(wholeLanes(parts, tile.lanes));
    int width = static_cast<int>(tile.columns);
    for (size_t i = 0; i < vars.size(); ++i)
      result.bound(vars[i], 0, static_cast<int>(parts.extents[i]));
    Var vectors("vectors"), lane("lane"), tiles("tiles"), rest("rest"),
        rows("rows"), row("row");
    // Vectors are whole; a guard is for those of the last panel alone.
    result.split(vars.back(), vectors, lane, lanes)
        .split(vectors, tiles, rest, width / lanes, TailStrategy::GuardWithIf)
        .vectorize(lane);
    std::vector<VarOrRVar> order{lane, rest};
    std::optional<int> rowLoop = findRowLoop(parts);
    if (rowLoop) {
      result.split(vars[*rowLoop], rows, row, static_cast<int>(tile.rows),
                   TailStrategy::ShiftInwards);
      order.insert(order.end(), {row, rows});
    }
    for (int i = static_cast<int>(vars.size()) - 2; i >= 0; --i)
      if (i != rowLoop)
        order.push_back(vars[i]);
    order.push_back(tiles);
    result.reorder(order);
    if (rowLoop)
      result.unroll(row);
    if (parts.columns() % width == 0)
      result.unroll(rest);
    if (tile.parallel == 1)
      result.parallel(tiles);
    else if (tile.parallel == 2)
      parallelizeOuter(result, vars, rowLoop, rows);
    scheduleSums(result, rowLoop ? rows : tiles, rowLoop);
  }

  /// The first loop that has something to split.
  void parallelizeOuter(Func result, const std::vector<Var> &vars,
                        std::optional<int> rowLoop, Var rows) {
    for (size_t i = 0; i + 1 < vars.size(); ++i)
      if (parts.extents[i] > 1) {
        result.parallel(int(i) == rowLoop ? rows : vars[i]);
        return;
      }
  }

  void scheduleSums(Func result, Var tiles, std::optional<int> rowLoop) {
    int lanes = static_cast<int>(tile.lanes);
    std::vector<VarOrRVar> order{inner};
    sums.compute_at(result, tiles)
        .bound(inner, 0, static_cast<int>(tile.columns))
        .vectorize(inner, lanes)
        .unroll(inner);
    if (rowLoop) {
      sums.unroll(outer[*rowLoop]);
      order.push_back(outer[*rowLoop]);
    }
    for (size_t i = reductions.size(); i-- > 0;)
      order.push_back(reductions[i]);
    Halide::Stage update = sums.update();
    update.reorder(order).vectorize(inner, lanes).unroll(inner);
    if (rowLoop)
      update.unroll(outer[*rowLoop]);
    if (tile.unroll)
      for (const RVar &loop : reductions)
        update.unroll(loop);
  }

  swage::halide::Pipeline &pipeline;
  const SumStages &parts;
  const TileShape &tile;
  Func sums{"sums"};
  Var inner{"inner"}, panel{"panel"};
  std::vector<Var> outer;
  std::vector<RVar> reductions;
};

} // namespace

namespace {

/// Lanes of the vectors of sums, or 0 where columns do not make vectors. Panels
/// are whole vectors, and sums beyond the last column do no harm; without
/// panels there is nothing to read beyond it.
int64_t findLanes(const SumStages &parts, const TargetFacts &target) {
  int64_t lanes = target.lanes(Element::F32);
  if (parts.panel() && parts.isByPanel())
    return parts.panel() % lanes ? 0 : lanes;
  int64_t whole = wholeLanes(parts, lanes);
  return 4 * whole >= lanes ? whole : 0;
}

/// The tile's rows with the least time for a step of the sums of all rows:
/// multiplications, loads, and additions that wait for each other.
int64_t chooseRows(int64_t rows, int64_t vectors, const TargetFacts &target) {
  // Two multiplications and two loads a cycle, four cycles for an addition.
  int64_t best = 1;
  double least = 0;
  for (int64_t count = 1; count <= rows; ++count) {
    int64_t sums = count * vectors;
    if (count > 1 && sums + vectors + 1 > int64_t(target.vectorRegisters))
      break;
    double step = std::max({sums / 2.0, (count + vectors) / 2.0, 4.0});
    double time = double((rows + count - 1) / count) * step;
    if (least == 0 || time <= least) {
      least = time;
      best = count;
    }
  }
  return best;
}

/// Columns of whole vectors that divide all of them, at most `most` vectors.
int64_t chooseColumns(const SumStages &parts, int64_t most, int64_t lanes) {
  int64_t vectors = parts.columns() / lanes;
  for (int64_t count = std::min(most, vectors); count > 1; --count)
    if (vectors % count == 0)
      return count * lanes;
  return lanes;
}

} // namespace

TileShape chooseProductTile(const SumStages &parts, int64_t lanes,
                            const TargetFacts &target) {
  std::optional<int> rowLoop = findRowLoop(parts);
  int64_t most = rowLoop ? 2 : 4;
  TileShape tile;
  tile.columns =
      parts.panel() ? parts.panel() : chooseColumns(parts, most, lanes);
  if (rowLoop)
    tile.rows =
        chooseRows(parts.extents[*rowLoop], tile.columns / lanes, target);
  return tile;
}

TileShape chooseWindowTile(const SumStages &parts, int64_t lanes,
                           const TargetFacts &) {
  TileShape tile;
  tile.columns = chooseColumns(parts, 2, lanes);
  if (std::optional<int> rowLoop = findRowLoop(parts))
    tile.rows = std::min<int64_t>(4, parts.extents[*rowLoop]);
  tile.unroll = parts.steps <= 49;
  return tile;
}

std::optional<SumStages> TileTemplate::find(const KernelSpec &spec,
                                            const TargetFacts &target) const {
  std::optional<SumStages> parts = findSumStages(spec);
  if (!parts || !findLanes(*parts, target) || !isOwn(*parts))
    return std::nullopt;
  return parts;
}

TileShape TileTemplate::choose(const SumStages &parts,
                               const TargetFacts &target,
                               const Schedule &schedule) const {
  int64_t lanes = findLanes(parts, target);
  TileShape tile = chooseTile(parts, lanes, target);
  tile.lanes = lanes;
  std::optional<int> rowLoop = findRowLoop(parts);
  auto wanted = schedule.parameters.find("register_tile");
  if (wanted != schedule.parameters.end() && wanted->second.size() == 2) {
    tile.rows = wanted->second[0];
    int64_t columns = wanted->second[1] / tile.lanes * tile.lanes;
    if (!parts.panel() && columns > 0 && parts.columns() % columns == 0)
      tile.columns = columns;
  }
  tile.rows =
      std::clamp<int64_t>(tile.rows, 1, rowLoop ? parts.extents[*rowLoop] : 1);
  tile.unroll = schedule.get("unroll", tile.unroll);
  int64_t work = parts.steps;
  for (int64_t extent : parts.extents)
    work *= extent;
  int64_t tiles = (parts.columns() + tile.columns - 1) / tile.columns;
  tile.parallel = schedule.get("parallel", work < kWorthTasks       ? 0
                                           : tiles >= 4 || !rowLoop ? 1
                                                                    : 2);
  return tile;
}

std::optional<Claim> TileTemplate::match(const KernelSpec &spec,
                                         const TargetFacts &target) const {
  std::optional<SumStages> parts = find(spec, target);
  if (!parts)
    return std::nullopt;
  TileShape tile = choose(*parts, target, {});
  Claim claim;
  claim.schedule.form = getName();
  claim.schedule.parameters = {{"register_tile", {tile.rows, tile.columns}},
                               {"unroll", {tile.unroll}},
                               {"parallel", {tile.parallel}}};
  claim.speedup = 0.9;
  return claim;
}

std::string TileTemplate::apply(swage::halide::Pipeline &pipeline,
                                const Schedule &schedule) const {
  std::optional<SumStages> parts = find(pipeline.spec, pipeline.target);
  if (!parts)
    return "the schedule '" + getName() +
           "' fits one stage that reduces as it wants, to vectors of known "
           "size, and what changes its elements one by one";
  TileShape tile = choose(*parts, pipeline.target, schedule);
  Scheduler(pipeline, *parts, tile).run();
  return "";
}

} // namespace swage::halide
