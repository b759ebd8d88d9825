//===- Winograd.cpp - minimal filtering in blocks of tiles ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// For a block of tiles: the transform of the image for all its channels; then,
// for a block of output channels, the products in register tiles, and the
// transform back with all that follows it, into the result. What is kept
// between these steps fits a cache. Parameters:
//
//   block          tiles of a block: rows, columns
//   register_tile  of the products: tiles, output channels
//   cache_blocks   output channels that are computed at a time
//   parallel       1: blocks of tiles are tasks; 2: blocks of output channels
//                  are, one block of tiles after the other; 0: no tasks
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Pipeline.h"
#include "compiler/Backend/Halide/Schedules/Prefetch.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/Transforms.h"
#include "compiler/Backend/Halide/Schedules/WinogradStages.h"
#include <algorithm>

using namespace Halide;

namespace swage::halide {
namespace {

/// Parameters as they are used.
struct Parameters {
  std::array<int64_t, 2> block{};
  int64_t rows = 1; ///< of the register tile; divides the tiles of a block
  int64_t columns = 0;
  int64_t parallel = 0;
  int64_t lanes = 1;
};

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The pair that `schedule` has for `name`, within limits.
std::array<int64_t, 2> getPair(const Schedule &schedule,
                               const std::string &name,
                               std::array<int64_t, 2> otherwise,
                               std::array<int64_t, 2> most) {
  auto found = schedule.parameters.find(name);
  if (found != schedule.parameters.end() && found->second.size() == 2)
    otherwise = {found->second[0], found->second[1]};
  for (int i : {0, 1})
    otherwise[i] = std::clamp<int64_t>(otherwise[i], 1, most[i]);
  return otherwise;
}

/// Whether vectors of channels can be read and written whole. Halide 14 loses
/// conditions on the lanes of some vectors, so that none are used.
bool fitsVectors(const WinogradStages &parts, const TargetFacts &target) {
  int64_t lanes = target.lanes(Element::F32);
  return parts.channels >= lanes && parts.panelWidth % lanes == 0 &&
         parts.columns % parts.panelWidth == 0;
}

Parameters choose(const WinogradStages &parts, const TargetFacts &target,
                  const Schedule &schedule) {
  Parameters result;
  result.lanes = target.lanes(Element::F32);
  result.block = getPair(schedule, "block", {4, 7}, parts.tiles);
  int64_t tiles = result.block[0] * result.block[1];
  std::array<int64_t, 2> registers =
      getPair(schedule, "register_tile", {7, parts.panelWidth},
              {tiles, parts.panelWidth});
  // A register tile that reached beyond the block would need masks.
  result.rows = registers[0];
  while (tiles % result.rows != 0)
    --result.rows;
  // As many panels at a time as divide all of them.
  int64_t panels = parts.columns / parts.panelWidth;
  int64_t taken = std::clamp<int64_t>(
      schedule.get("cache_blocks", 4 * result.lanes) / parts.panelWidth, 1,
      panels);
  while (panels % taken != 0)
    --taken;
  result.columns = taken * parts.panelWidth;

  int64_t blocks = parts.batch * divideUp(parts.tiles[0], result.block[0]) *
                   divideUp(parts.tiles[1], result.block[1]);
  double products = double(parts.points[0] * parts.points[1]) * blocks * tiles *
                    parts.channels * parts.columns;
  // Below some microseconds of work a second thread does not pay.
  constexpr double kSerial = 4e6;
  int64_t parallel = products < kSerial ? 0 : blocks >= 4 ? 1 : 2;
  result.parallel = schedule.get("parallel", parallel);
  return result;
}

class Scheduler {
public:
  Scheduler(swage::halide::Pipeline &pipeline, const WinogradStages &parts,
            const Parameters &parameters)
      : pipeline(pipeline), parts(parts), parameters(parameters),
        width(parts.panelWidth), blockY(static_cast<int>(parameters.block[0])),
        blockX(static_cast<int>(parameters.block[1])) {}

  void run() {
    defineInput();
    defineProduct();
    defineOutput();
    schedule();
  }

private:
  static int number(int64_t value) { return static_cast<int>(value); }

  /// V[a, b, tile of a block] of channel c, by rows and then by columns.
  void defineInput() {
    Expr y = (yb * blockY + t / blockX) * number(parts.step[0]);
    Expr x = (xb * blockX + t % blockX) * number(parts.step[1]);
    std::vector<Expr> column, row;
    for (int i = 0; i < parts.points[0]; ++i)
      column.push_back(pipeline.read(parts.image, {n, y + i, x + j, c}));
    inputRows(c, j, a, t, xb, yb, n) =
        mux(a, multiply(parts.inputMatrix[0], column));
    for (int i = 0; i < parts.points[1]; ++i)
      row.push_back(inputRows(c, i, a, t, xb, yb, n));
    input(c, t, b, a, xb, yb, n) = mux(b, multiply(parts.inputMatrix[1], row));
  }

  /// `value`, which the first of the sums has for a step, while the processor
  /// asks for weights that come next: filters are larger than caches, and each
  /// line of them is used for a few tiles only. It is the next panel, in equal
  /// parts over the steps of this one. Halide asks the first cache only; where
  /// the second one does not get it as well, it is what half of the first
  /// holds, and the rest of a panel follows while its first tiles are computed.
  Expr fetchNext(Expr value, Expr channel) {
    const Tensor &weights = pipeline.spec.tensors[parts.weights];
    if (weights.operand < 0 || weights.element != Element::F32)
      return value;
    int rows = number(parameters.rows);
    int size = number(parts.channels * width);
    int ahead = size;
    if (!pipeline.target.l2IncludesL1)
      ahead = std::min(
          size, number(pipeline.target.l1Bytes / 2 / int64_t(sizeof(float))));
    std::vector<Expr> lines;
    auto ask = [&](Expr place, int64_t elements) {
      for (int64_t done = 0; done < elements; done += kLineElements)
        lines.push_back(place + number(done));
    };

    int panels = number(parts.columns / width);
    int taken = number(parameters.columns / width);
    Expr start = ((a * number(parts.points[1]) + b) * panels + panel) * size;
    // Behind the last panel of a block of columns is its first of the next
    // point.
    Expr isLast = panel % taken == taken - 1;
    Expr next = start + select(isLast, (panels - taken + 1) * size, size);
    int64_t steps = blockX * blockY / rows * parts.channels;
    int part = number(divideUp(ahead, steps));
    ask(next + (to * number(parts.channels) + channel) * part, part);
    if (ahead < size)
      ask(start + channel * number(width) + ahead, width);

    int vectors = number(width / parameters.lanes);
    for (int i = 0, e = std::min<int>(lines.size(), rows * vectors); i < e; ++i)
      value = fetching(value, ti == i % rows && kv == i / rows,
                       pipeline.inputs[weights.operand], lines[i]);
    return value;
  }

  /// M[a, b, panel, tile of a block, column of a panel]
  void defineProduct() {
    RDom channel(0, number(parts.channels));
    int lanes = number(parameters.lanes), rows = number(parameters.rows);
    sums(kl, kv, ti, to, panel, b, a, xb, yb, n) = 0.0f;
    sums(kl, kv, ti, to, panel, b, a, xb, yb, n) +=
        fetchNext(input(channel, to * rows + ti, b, a, xb, yb, n), channel) *
        pipeline.read(parts.weights, {a, b, panel, channel, kv * lanes + kl});
    reduction = channel;
    product(k, t, panel, b, a, xb, yb, n) =
        sums(k % lanes, k / lanes, t % rows, t / rows, panel, b, a, xb, yb, n);
  }

  /// The result of the transform back, and what follows anew on top of it.
  void defineOutput() {
    std::vector<Expr> column, row;
    for (int i = 0; i < parts.points[0]; ++i)
      column.push_back(
          product(k % number(width), (ty % blockY) * blockX + tx % blockX,
                  k / number(width), b, i, tx / blockX, ty / blockY, n));
    outputRows(k, b, py, tx, ty, n) =
        mux(py, multiply(parts.outputMatrix[0], column));
    for (int i = 0; i < parts.points[1]; ++i)
      row.push_back(outputRows(k, i, py, tx, ty, n));
    outputTile(k, px, py, tx, ty, n) =
        mux(px, multiply(parts.outputMatrix[1], row));

    int my = number(parts.tile[0]), mx = number(parts.tile[1]);
    redefine(parts.output, [&](Var n, Var y, Var x, Var k) {
      return outputTile(k, x % mx, y % my, x / mx, y / my, n);
    });
    for (int stage : parts.epilogue)
      redefine(stage, [&](Var n, Var y, Var x, Var k) {
        if (stage == parts.pool)
          return reduceWindow(stage, {n, y, x, k});
        return pipeline.expression(pipeline.spec.stages[stage].values[0],
                                   std::vector<Expr>{n, y, x, k});
      });
    pipeline.outputs[0] = pipeline.stages[parts.last()].func;
  }

  /// What pool `stage` makes of its window at `place`, element after element.
  Expr reduceWindow(int stage, const std::vector<Expr> &place) {
    const Stage &own = pipeline.spec.stages[stage];
    Expr value = pipeline.expression(own.inits[0], place);
    for (int y = 0; y < parts.window[0]; ++y)
      for (int x = 0; x < parts.window[1]; ++x) {
        std::vector<Expr> loops = place;
        loops.insert(loops.end(), {Expr(y), Expr(x)});
        value = pipeline.expression(own.values[0], loops, {value});
      }
    return value;
  }

  template <typename Value> void redefine(int stage, Value value) {
    StageFunc &own = pipeline.stages[stage];
    own.func = Func(pipeline.spec.stages[stage].name);
    const std::vector<Var> &vars = own.vars;
    own.func(vars[3], vars[2], vars[1], vars[0]) =
        value(vars[0], vars[1], vars[2], vars[3]);
    own.reductions.clear();
  }

  void schedule() {
    const std::vector<Var> &vars = pipeline.stages[parts.last()].vars;
    Func result = pipeline.outputs[0];
    Var on = vars[0], oy = vars[1], ox = vars[2], ok = vars[3];
    int lanes = number(parameters.lanes);
    int my = number(parts.tile[0]), mx = number(parts.tile[1]);
    int wy = number(parts.window[0]), wx = number(parts.window[1]);
    TailStrategy guard = TailStrategy::GuardWithIf;

    result.bound(ok, 0, number(parts.columns))
        .bound(ox, 0, number(parts.resultSize[1]))
        .bound(oy, 0, number(parts.resultSize[0]))
        .bound(on, 0, number(parts.batch));
    Var yo("yo"), yi("yi"), xo("xo"), xi("xi"), ko("ko"), ki("ki"), v("v"),
        tyi("tyi"), txi("txi"), qy("qy"), qx("qx"), task("task");
    result.split(ox, xo, xi, blockX * mx / wx, guard)
        .split(oy, yo, yi, blockY * my / wy, guard)
        .split(xi, txi, qx, mx / wx)
        .split(yi, tyi, qy, my / wy)
        .split(ok, ko, ki, number(parameters.columns), guard)
        .split(ki, ki, v, lanes, guard)
        .reorder(v, qx, qy, ki, txi, tyi, ko, xo, yo, on)
        .vectorize(v)
        .unroll(qx)
        .unroll(qy);
    outputTile.compute_at(result, ki)
        .bound(px, 0, mx)
        .bound(py, 0, my)
        .reorder(k, px, py)
        .vectorize(k, lanes)
        .unroll(px)
        .unroll(py);
    if (parts.points[0] > 1)
      outputRows.compute_at(result, ki)
          .bound(b, 0, number(parts.points[1]))
          .bound(py, 0, my)
          .reorder(k, py, b)
          .vectorize(k, lanes)
          .unroll(b)
          .unroll(py);
    // Where tasks begin.
    Var block = xo;
    if (parameters.parallel == 1) {
      Var rows("rows");
      result.fuse(yo, on, rows).fuse(xo, rows, task).parallel(task);
      block = task;
    } else if (parameters.parallel == 2) {
      result.parallel(ko);
    }
    scheduleProduct(result, ko);
    scheduleInput(result, block);
  }

  void scheduleProduct(Func result, Var columns) {
    int lanes = number(parameters.lanes), rows = number(parameters.rows);
    product.compute_at(result, columns)
        .bound(t, 0, blockX * blockY)
        .bound(k, 0, number(width))
        .bound(a, 0, number(parts.points[0]))
        .bound(b, 0, number(parts.points[1]))
        .split(t, to, ti, rows)
        .reorder(k, ti, to, panel, b, a, xb, yb, n)
        .vectorize(k, lanes)
        .unroll(k)
        .unroll(ti);
    sums.compute_at(product, to)
        .bound(kl, 0, lanes)
        .bound(kv, 0, number(width) / lanes)
        .bound(ti, 0, rows)
        .vectorize(kl)
        .unroll(kv)
        .unroll(ti);
    sums.update()
        .reorder(kl, kv, ti, reduction.x, to, panel, b, a, xb, yb, n)
        .vectorize(kl)
        .unroll(kv)
        .unroll(ti);
  }

  void scheduleInput(Func result, Var block) {
    Var tyi("tyi"), txi("txi"), v("v");
    int lanes = number(parameters.lanes);
    input.compute_at(result, block)
        .bound(c, 0, number(parts.channels))
        .bound(t, 0, blockX * blockY)
        .bound(a, 0, number(parts.points[0]))
        .bound(b, 0, number(parts.points[1]))
        .split(t, tyi, txi, blockX)
        .split(c, c, v, lanes, TailStrategy::ShiftInwards)
        .reorder(v, b, a, c, txi, tyi, xb, yb, n)
        .vectorize(v)
        .unroll(a)
        .unroll(b);
    if (parameters.parallel == 2)
      input.parallel(tyi);
    if (parts.points[0] > 1)
      inputRows.compute_at(input, c)
          .bound(a, 0, number(parts.points[0]))
          .bound(j, 0, number(parts.points[1]))
          .reorder(c, a, j)
          .vectorize(c, lanes)
          .unroll(a)
          .unroll(j);
  }

  swage::halide::Pipeline &pipeline;
  const WinogradStages &parts;
  const Parameters &parameters;
  int64_t width;
  int blockY, blockX;
  Func inputRows{"input_rows"}, input{"input"}, sums{"sums"},
      product{"product"}, outputRows{"output_rows"}, outputTile{"output_tile"};
  RDom reduction;
  // Loops: points of the transform, tile of a block, block, image; channels in
  // and out; place in a tile, tile of the image; tiles of a register tile, and
  // its columns.
  Var a{"a"}, b{"b"}, t{"t"}, xb{"xb"}, yb{"yb"}, n{"n"}, c{"c"}, k{"k"},
      panel{"panel"}, j{"j"}, px{"px"}, py{"py"}, tx{"tx"}, ty{"ty"}, to{"to"},
      ti{"ti"}, kv{"kv"}, kl{"kl"};
};

class WinogradTemplate : public ScheduleTemplate {
public:
  std::string getName() const override { return "winograd"; }

  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &target) const override {
    std::optional<WinogradStages> parts = findWinogradStages(spec);
    if (!parts || !fitsVectors(*parts, target))
      return std::nullopt;
    Parameters chosen = choose(*parts, target, {});
    Claim claim;
    claim.schedule.form = getName();
    claim.schedule.parameters = {
        {"block", {chosen.block[0], chosen.block[1]}},
        {"register_tile", {chosen.rows, parts->panelWidth}},
        {"cache_blocks", {chosen.columns}},
        {"parallel", {chosen.parallel}}};
    // The kernel was rewritten for this schedule; nothing else runs it well.
    claim.speedup = 10;
    return claim;
  }

  std::string apply(swage::halide::Pipeline &pipeline,
                    const Schedule &schedule) const override {
    std::optional<WinogradStages> parts = findWinogradStages(pipeline.spec);
    if (!parts)
      return "the schedule 'winograd' fits kernels that the pass "
             "swage-winograd has rewritten";
    if (!fitsVectors(*parts, pipeline.target))
      return "the schedule 'winograd' needs channels that fill vectors";
    Parameters parameters = choose(*parts, pipeline.target, schedule);
    Scheduler(pipeline, *parts, parameters).run();
    return "";
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createWinogradTemplate() {
  return std::make_unique<WinogradTemplate>();
}

} // namespace swage::halide
