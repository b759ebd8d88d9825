//===- NestLoops.cpp - loops over tiles -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The loops of the nest emitter: over rows, over vectors with their tails, and
// over what threads share.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <numeric>

using namespace mlir;

namespace swage {

Value NestEmitter::extentValue(const Extent &extent) {
  return getValueOrCreateConstantIndexOp(builder, builder.getUnknownLoc(),
                                         extent.value);
}

Extent NestEmitter::ceilDiv(const Extent &extent, int64_t by) {
  if (by == 1)
    return extent;
  if (std::optional<int64_t> fixed = extent.fixed())
    return analysis.extentOf(builder.getIndexAttr((*fixed + by - 1) / by));
  Location loc = builder.getUnknownLoc();
  Value value = tensors.atEntry([&]() -> Value {
    Value divisor = arith::ConstantIndexOp::create(builder, loc, by);
    return arith::CeilDivUIOp::create(builder, loc, extentValue(extent),
                                      divisor);
  });
  return analysis.extentOf(value);
}

NestEmitter::Carried NestEmitter::emitLoop(Range range, int64_t step,
                                           ValueRange carried, LoopBody body) {
  Location loc = builder.getUnknownLoc();
  if (std::optional<int64_t> fixed = range.extent.fixed()) {
    if (*fixed <= 0)
      return Carried(carried.begin(), carried.end());
    if (*fixed <= step)
      return body(range.start, carried);
  }
  Value start = space.materialize(range.start);
  Value length = extentValue(range.extent);
  Value end = length;
  if (!(range.start == IndexValue()))
    end = arith::AddIOp::create(builder, loc, start, length);
  Value by = arith::ConstantIndexOp::create(builder, loc, step);
  auto loop = scf::ForOp::create(builder, loc, start, end, by, carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  evaluator.enter(loop.getBody());
  int64_t multiple = space.multipleOf(range.start, step);
  Atom atom =
      space.addAtom(loop.getInductionVar(), multiple, evaluator.level());
  Carried results =
      body(IndexValue::ofAtom(atom), loop.getRegionIterArgs());
  evaluator.leave();
  builder.setInsertionPointToEnd(loop.getBody());
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, results);
  return Carried(loop.getResults().begin(), loop.getResults().end());
}

Value NestEmitter::laneMask(int64_t lanes, Value count) {
  return vector::CreateMaskOp::create(
      builder, builder.getUnknownLoc(),
      VectorType::get({lanes}, builder.getI1Type()), count);
}

static TileVector vectorAt(const IndexValue &start, int64_t offset,
                           int64_t lanes, Value mask) {
  TileVector vector;
  vector.index = start;
  vector.index.constant += offset;
  vector.index.lane = lanes > 1 ? Monomial(1) : Monomial(0);
  vector.context.lanes = lanes;
  vector.context.mask = mask;
  return vector;
}

NestEmitter::Carried NestEmitter::emitLanes(Range range, int64_t lanes,
                                            int64_t vectors, bool maskable,
                                            ValueRange carried, TileBody body) {
  Location loc = builder.getUnknownLoc();
  int64_t width = lanes * vectors;
  auto full = [&](IndexValue start, int64_t count, ValueRange sums) {
    SmallVector<TileVector, 0> tile;
    for (int64_t vector = 0; vector < count; ++vector)
      tile.push_back(vectorAt(start, vector * lanes, lanes, Value()));
    return body(tile, sums);
  };
  Carried sums(carried.begin(), carried.end());
  if (std::optional<int64_t> fixed = range.extent.fixed()) {
    int64_t whole = *fixed / width * width, rest = *fixed - whole;
    Range main = {range.start, analysis.extentOf(builder.getIndexAttr(whole))};
    sums = emitLoop(main, width, sums, [&](IndexValue start, ValueRange inner) {
      return full(start, vectors, inner);
    });
    if (rest == 0)
      return sums;
    IndexValue start = plus(range.start, whole);
    int64_t partial = rest % lanes;
    SmallVector<TileVector, 0> tile;
    for (int64_t vector = 0; vector < rest / lanes; ++vector)
      tile.push_back(vectorAt(start, vector * lanes, lanes, Value()));
    if (partial && maskable) {
      // A processor that multiplies vectors in two halves takes half the time
      // for half a vector, and others none the more. Sums along the lanes are
      // of whole vectors.
      int64_t half = lanes / 2;
      int64_t last = carried.empty() && partial <= half ? half : lanes;
      Value mask;
      if (partial < last)
        mask = laneMask(last,
                        arith::ConstantIndexOp::create(builder, loc, partial));
      tile.push_back(vectorAt(start, rest - partial, last, mask));
      partial = 0;
    }
    if (!tile.empty())
      sums = body(tile, sums);
    // Without masks: halves, quarters ... single elements.
    for (int64_t part = lanes / 2; part > 0; part /= 2) {
      if (partial < part)
        continue;
      sums = body(vectorAt(start, rest - partial, part, Value()), sums);
      partial -= part;
    }
    return sums;
  }
  // The length is known at run time only.
  Value length = extentValue(range.extent);
  auto roundDown = [&](int64_t to) -> Value {
    Value by = arith::ConstantIndexOp::create(builder, loc, to);
    Value rest = arith::RemUIOp::create(builder, loc, length, by);
    return arith::SubIOp::create(builder, loc, length, rest);
  };
  Value whole = roundDown(width);
  Range main = {range.start, {whole, Monomial::ofSize(space.sizeOf(whole))}};
  sums = emitLoop(main, width, sums, [&](IndexValue start, ValueRange inner) {
    return full(start, vectors, inner);
  });
  auto after = [&](Value done, int64_t multiple) {
    IndexValue start = range.start;
    start += IndexValue::ofAtom(
        space.addAtom(done, multiple, evaluator.level()));
    return start;
  };
  auto left = [&](Value done, Value until) {
    Value count = arith::SubIOp::create(builder, loc, until, done);
    return Extent{count, Monomial::ofSize(space.sizeOf(count))};
  };
  if (maskable) {
    Range tail = {after(whole, width), left(whole, length)};
    Value end = arith::AddIOp::create(
        builder, loc, space.materialize(range.start), length);
    return emitLoop(tail, lanes, sums, [&](IndexValue start, ValueRange inner) {
      Value count = arith::SubIOp::create(builder, loc, end,
                                          space.materialize(start));
      return body(vectorAt(start, 0, lanes, laneMask(lanes, count)), inner);
    });
  }
  if (vectors > 1) {
    Value single = roundDown(lanes);
    Range tail = {after(whole, width), left(whole, single)};
    sums = emitLoop(tail, lanes, sums, [&](IndexValue start, ValueRange inner) {
      return full(start, 1, inner);
    });
    whole = single;
  }
  Range tail = {after(whole, lanes), left(whole, length)};
  return emitLoop(tail, 1, sums, [&](IndexValue start, ValueRange inner) {
    return body(vectorAt(start, 0, 1, Value()), inner);
  });
}

void NestEmitter::emitStretch(
    const Extent &extent, const IndexValue &number, int64_t lanes,
    int64_t vectors, bool maskable,
    llvm::function_ref<void(ArrayRef<TileVector>)> body) {
  int64_t width = lanes * vectors;
  auto fixed = extent.fixed();
  auto run = [&](const Range &range, int64_t count) {
    emitLanes(range, lanes, count, maskable, {},
              [&](ArrayRef<TileVector> tile, ValueRange) {
                body(tile);
                return Carried();
              });
  };
  Range whole = {number * Monomial(width),
                 analysis.extentOf(builder.getIndexAttr(width))};
  if (fixed && *fixed <= width)
    return run({IndexValue(), extent}, vectors);
  if (fixed && *fixed % width == 0)
    return run(whole, vectors);
  Location loc = builder.getUnknownLoc();
  Value length = extentValue(extent);
  Value end = space.materialize(plus(whole.start, width));
  Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule,
                                     end, length);
  emitIf(
      fits, [&] { run(whole, vectors); },
      [&] {
        // There is one shorter stretch, and where it begins may be known.
        if (fixed)
          return run({IndexValue::ofConstant(*fixed / width * width),
                      analysis.extentOf(builder.getIndexAttr(*fixed % width))},
                     vectors);
        Value rest = arith::SubIOp::create(builder, loc, length,
                                           space.materialize(whole.start));
        run({whole.start, {rest, Monomial::ofSize(space.sizeOf(rest))}}, 1);
      });
}

void NestEmitter::emitRows(Range range, int64_t rows, RowsBody body) {
  Location loc = builder.getUnknownLoc();
  auto tile = [&](IndexValue start, int64_t count) {
    SmallVector<IndexValue, 0> indices;
    for (int64_t row = 0; row < count; ++row)
      indices.push_back(plus(start, row));
    body(indices);
    return Carried();
  };
  if (std::optional<int64_t> fixed = range.extent.fixed()) {
    int64_t whole = *fixed / rows * rows;
    Range main = {range.start, analysis.extentOf(builder.getIndexAttr(whole))};
    emitLoop(main, rows, {}, [&](IndexValue start, ValueRange) {
      return tile(start, rows);
    });
    if (*fixed > whole)
      tile(plus(range.start, whole), *fixed - whole);
    return;
  }
  // What whole tiles leave is one smaller tile, so that rows that are fewer than
  // a tile's read the other operand once.
  Value length = extentValue(range.extent);
  Value by = arith::ConstantIndexOp::create(builder, loc, rows);
  Value rest = arith::RemUIOp::create(builder, loc, length, by);
  Value whole = arith::SubIOp::create(builder, loc, length, rest);
  Range main = {range.start, {whole, Monomial::ofSize(space.sizeOf(whole))}};
  emitLoop(main, rows, {}, [&](IndexValue start, ValueRange) {
    return tile(start, rows);
  });
  IndexValue start = range.start;
  start += IndexValue::ofAtom(space.addAtom(whole, rows, evaluator.level()));
  for (int64_t count = 1; count < rows; ++count) {
    Value fits = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, rest,
        arith::ConstantIndexOp::create(builder, loc, count));
    emitIf(fits, [&] { tile(start, count); }, [] {});
  }
}

void NestEmitter::emitIf(Value condition, llvm::function_ref<void()> then,
                         llvm::function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(builder, builder.getUnknownLoc(), condition,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  auto fill = [&](Block *block, llvm::function_ref<void()> body) {
    builder.setInsertionPointToStart(block);
    evaluator.enter(block);
    body();
    evaluator.leave();
  };
  fill(branch.thenBlock(), then);
  fill(branch.elseBlock(), otherwise);
}

void NestEmitter::emitParallel(
    ArrayRef<Extent> counts,
    llvm::function_ref<void(ArrayRef<IndexValue>)> body) {
  Location loc = builder.getUnknownLoc();
  SmallVector<Value> lower, upper, step;
  SmallVector<unsigned> looped;
  for (auto [position, count] : llvm::enumerate(counts)) {
    if (count.fixed() == 1)
      continue;
    looped.push_back(position);
    lower.push_back(arith::ConstantIndexOp::create(builder, loc, 0));
    upper.push_back(extentValue(count));
    step.push_back(arith::ConstantIndexOp::create(builder, loc, 1));
  }
  Indices indices(counts.size());
  if (looped.empty())
    return body(indices);
  auto parallel = scf::ParallelOp::create(builder, loc, lower, upper, step);
  parallel->setAttr(kCollapseAttr, builder.getUnitAttr());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(parallel.getBody());
  evaluator.enter(parallel.getBody());
  for (auto [iv, position] : llvm::zip(parallel.getInductionVars(), looped))
    indices[position] =
        IndexValue::ofAtom(space.addAtom(iv, 1, evaluator.level()));
  body(indices);
  evaluator.leave();
}

void NestEmitter::emitPlain(ArrayRef<unsigned> order, StageLoops &loops,
                            Indices bound,
                            llvm::function_ref<void(Indices)> body) {
  if (order.empty())
    return body(bound);
  unsigned loop = order.front();
  emitLoop({IndexValue(), loops.extents[loop]}, 1, {},
           [&](IndexValue index, ValueRange) {
             bound[loop] = index;
             emitPlain(order.drop_front(), loops, bound, body);
             return Carried();
           });
}

} // namespace swage
