//===- NestPanels.cpp - the loops of a contraction ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A task is a panel of columns and a block of rows. Over a part of the
// reduction that keeps the panel's piece in the first-level cache, all rows of
// the block pass in tiles of sums; between parts the sums wait in memory.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

/// Rows of a task, when they are known.
static std::optional<int64_t> rowsOf(const StageLoops &loops,
                                     ArrayRef<unsigned> reused,
                                     unsigned blockLoop, int64_t blockSize) {
  int64_t rows = 1;
  for (unsigned loop : reused) {
    std::optional<int64_t> extent = loops.extents[loop].fixed();
    if (!extent)
      return std::nullopt;
    rows *= loop == blockLoop && blockSize ? blockSize : *extent;
  }
  return rows;
}

void NestEmitter::chooseReductionParts(Contraction &nest) {
  StageLoops &loops = *nest.loops;
  linalg::GenericOp op = loops.stage->reduction;
  if (nest.rowLoop == kNone || op.getNumDpsInits() != 1)
    return;
  SmallVector<unsigned> order = loops.remaining(/*reductions=*/true);
  SmallVector<int64_t> extents;
  for (unsigned loop : order) {
    std::optional<int64_t> extent = loops.extents[loop].fixed();
    if (!extent || *extent == 0)
      return;
    extents.push_back(*extent);
  }
  SmallVector<unsigned> rowLoops(nest.reuse.reused);
  rowLoops.push_back(nest.rowLoop);
  std::optional<int64_t> rows =
      rowsOf(loops, rowLoops, nest.blockLoop, nest.blockSize);
  std::optional<int64_t> most;
  if (ArrayRef<int64_t> wanted = parameter("reduction_block");
      wanted.size() == 1)
    most = wanted[0];
  // What is used by a few tiles only may as well come from further away.
  constexpr int64_t kTilesThatPay = 4;
  if (!rows || (!most && *rows < kTilesThatPay * nest.shape.rows))
    return;
  int64_t bytes = 0;
  for (const Access &access : nest.reuse.inputs)
    if (dependsOn(loops, access, nest.lane))
      bytes += bytesOf(access.elementType);
  LoopBlock block =
      chooseReductionBlock(target, extents, bytes * nest.width(), most);
  if (block.size == 0)
    return;
  nest.prefix.assign(order.begin(), order.begin() + block.loop);
  nest.cut = order[block.loop];
  nest.partSize = block.size;
  nest.parts = extents[block.loop] / block.size;
  for (unsigned outer = 0; outer < block.loop; ++outer)
    nest.parts *= extents[outer];
}

NestEmitter::Range NestEmitter::blockOf(const Contraction &nest,
                                        const IndexValue &number) {
  Range block;
  if (nest.blockLoop == kNone)
    return block;
  block.extent = nest.loops->extents[nest.blockLoop];
  if (!nest.blockSize)
    return block;
  block.start = number * Monomial(nest.blockSize);
  std::optional<int64_t> fixed = block.extent.fixed();
  if (fixed && *fixed % nest.blockSize == 0) {
    block.extent = analysis.extentOf(builder.getIndexAttr(nest.blockSize));
    return block;
  }
  Location loc = builder.getUnknownLoc();
  Value left = arith::SubIOp::create(builder, loc, extentValue(block.extent),
                                     space.materialize(block.start));
  Value most = arith::ConstantIndexOp::create(builder, loc, nest.blockSize);
  Value length = arith::MinUIOp::create(builder, loc, left, most);
  block.extent = {length, Monomial::ofSize(space.sizeOf(length))};
  return block;
}

void NestEmitter::emitHeavy(const Contraction &nest) {
  StageLoops &loops = *nest.loops;
  SmallVector<Extent> counts;
  for (unsigned loop : nest.reuse.batch)
    counts.push_back(loops.extents[loop]);
  counts.push_back(nest.blockCount);
  counts.push_back(ceilDiv(loops.extents[nest.lane], nest.width()));
  record("contraction", loops, nest.shape.rows, nest.width(), nest.lanes,
         counts.size(), {"reduction_block", nest.partSize});
  bool maskable = analysis.isMaskable(loops);
  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    Indices bound(loops.extents.size());
    for (auto [position, loop] : llvm::enumerate(nest.reuse.batch))
      bound[loop] = at[position];
    Range block = blockOf(nest, at[nest.reuse.batch.size()]);
    emitStretch(loops.extents[nest.lane], at.back(), nest.lanes,
                nest.shape.vectors, maskable,
                [&](ArrayRef<TileVector> vectors) {
                  emitParts(nest, bound, block, vectors);
                });
  });
}

//===----------------------------------------------------------------------===//
// Parts of the reduction
//===----------------------------------------------------------------------===//

NestEmitter::Part NestEmitter::partAt(const Contraction &nest,
                                      const IndexValue &number) {
  StageLoops &loops = *nest.loops;
  Part part;
  part.bound.resize(loops.extents.size());
  part.cut = nest.cut;
  part.range.extent = analysis.extentOf(builder.getIndexAttr(nest.partSize));
  // The number's digits, from the innermost, as values of their own: they are
  // used in many addresses.
  AffineExpr rest = builder.getAffineDimExpr(0);
  auto digit = [&](AffineExpr expr) {
    IndexValue value = *space.evaluate(expr, number, 1);
    if (value.isConstant() || expr == builder.getAffineDimExpr(0))
      return value;
    return IndexValue::ofAtom(
        space.addAtom(space.materialize(value), 1, evaluator.level()));
  };
  int64_t pieces = *loops.extents[nest.cut].fixed() / nest.partSize;
  part.range.start = digit(nest.prefix.empty() ? rest : rest % pieces) *
                     Monomial(nest.partSize);
  rest = rest.floorDiv(pieces);
  for (unsigned loop : llvm::reverse(nest.prefix)) {
    int64_t extent = *loops.extents[loop].fixed();
    part.bound[loop] =
        digit(loop == nest.prefix.front() ? rest : rest % extent);
    rest = rest.floorDiv(extent);
  }
  return part;
}

void NestEmitter::emitParts(const Contraction &nest, const Indices &bound,
                            const Range &block, ArrayRef<TileVector> vectors) {
  StageLoops &loops = *nest.loops;
  if (nest.parts == 1) {
    Part whole;
    return emitRowTiles(nest, bound, block, vectors, [&](Tile &tile) {
      tile.part = &whole;
      emitTile(loops, tile, nest.lanes, 1);
    });
  }
  Place sums = allocateSums(nest, block);
  Part first;
  first.sums = &sums;
  emitRowTiles(nest, bound, block, vectors, [&](Tile &tile) {
    tile.part = &first;
    storeSums(tile, emitInits(loops, tile));
  });
  auto run = [&](const IndexValue &number, bool last) {
    Part part = partAt(nest, number);
    part.sums = &sums;
    part.last = last;
    emitRowTiles(nest, bound, block, vectors, [&](Tile &tile) {
      tile.part = &part;
      emitTile(loops, tile, nest.lanes, 1);
    });
  };
  Extent before = analysis.extentOf(builder.getIndexAttr(nest.parts - 1));
  emitLoop({IndexValue(), before}, 1, {}, [&](IndexValue number, ValueRange) {
    run(number, /*last=*/false);
    return Carried();
  });
  run(IndexValue::ofConstant(nest.parts - 1), /*last=*/true);
}

void NestEmitter::emitRowTiles(const Contraction &nest, const Indices &bound,
                               const Range &block, ArrayRef<TileVector> vectors,
                               llvm::function_ref<void(Tile &)> body) {
  StageLoops &loops = *nest.loops;
  ArrayRef<unsigned> reused = nest.reuse.reused;
  auto rowsOf = [&](Indices outer) {
    Tile tile;
    tile.loops = outer;
    tile.laneLoop = nest.lane;
    tile.vectors.assign(vectors.begin(), vectors.end());
    tile.rowLoop = nest.rowLoop;
    tile.nest = &nest;
    if (nest.blockLoop != kNone)
      tile.blockStart = block.start;
    if (nest.rowLoop == kNone) {
      tile.rows.push_back(IndexValue());
      return body(tile);
    }
    Range rows = nest.blockLoop == nest.rowLoop
                     ? block
                     : Range{IndexValue(), loops.extents[nest.rowLoop]};
    emitRows(rows, nest.shape.rows, [&](ArrayRef<IndexValue> indices) {
      tile.rows.assign(indices.begin(), indices.end());
      body(tile);
    });
  };
  if (reused.empty())
    return rowsOf(bound);
  emitLoop(block, 1, {}, [&](IndexValue index, ValueRange) {
    Indices outer = bound;
    outer[nest.blockLoop] = index;
    emitPlain(reused.drop_front(), loops, outer, rowsOf);
    return Carried();
  });
}

//===----------------------------------------------------------------------===//
// Sums between parts
//===----------------------------------------------------------------------===//

Place NestEmitter::allocateSums(const Contraction &nest, const Range &block) {
  SmallVector<OpFoldResult> sizes;
  SmallVector<unsigned> rowLoops(nest.reuse.reused);
  rowLoops.push_back(nest.rowLoop);
  for (unsigned loop : rowLoops)
    sizes.push_back(
        builder.getIndexAttr(loop == nest.blockLoop && nest.blockSize
                                 ? nest.blockSize
                                 : *nest.loops->extents[loop].fixed()));
  sizes.push_back(builder.getIndexAttr(nest.width()));
  Type type = nest.loops->stage->reduction->getResult(0).getType();
  Place sums = tensors.allocate(getElementTypeOrSelf(type), sizes);
  // The block's loop is the first.
  sums.offset = block.start * (sums.strides.front() * Monomial(-1));
  return sums;
}

Indices NestEmitter::sumAt(const Tile &tile, unsigned row, unsigned vector) {
  const Contraction &nest = *tile.nest;
  Indices indices;
  for (unsigned loop : nest.reuse.reused)
    indices.push_back(tile.loops[loop]);
  indices.push_back(tile.rows[row]);
  indices.push_back(IndexValue::ofConstant(vector * nest.lanes));
  if (tile.vectors[vector].context.lanes > 1)
    indices.back().lane = Monomial(1);
  return indices;
}

SmallVector<Type> NestEmitter::sumTypes(const Tile &tile) {
  Type element = getElementTypeOrSelf(
      tile.nest->loops->stage->reduction->getResult(0).getType());
  SmallVector<Type> types;
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (const TileVector &vector : tile.vectors) {
      int64_t lanes = vector.context.lanes;
      types.push_back(lanes > 1 ? VectorType::get({lanes}, element) : element);
    }
  return types;
}

NestEmitter::Carried NestEmitter::loadSums(const Tile &tile) {
  Place sums = *tile.part->sums;
  sums.level = evaluator.level(); // behind the stores of the part before
  Type type = tile.nest->loops->stage->reduction->getResult(0).getType();
  Carried values;
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (unsigned vector = 0; vector < tile.vectors.size(); ++vector) {
      // There is room for whole vectors.
      VectorContext whole;
      whole.lanes = tile.vectors[vector].context.lanes;
      IndexValue address =
          *tensors.address(sums, sumAt(tile, row, vector), whole.lanes);
      values.push_back(
          evaluator.load(sums, address, getElementTypeOrSelf(type), whole));
    }
  return values;
}

void NestEmitter::storeSums(const Tile &tile, ValueRange values) {
  unsigned next = 0;
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (unsigned vector = 0; vector < tile.vectors.size(); ++vector) {
      VectorContext whole;
      whole.lanes = tile.vectors[vector].context.lanes;
      evaluator.write(*tile.part->sums, sumAt(tile, row, vector),
                      values[next++], whole);
    }
}

//===----------------------------------------------------------------------===//
// The next panel
//===----------------------------------------------------------------------===//

void NestEmitter::chooseFetching(Contraction &nest) {
  StageLoops &loops = *nest.loops;
  if (!nest.isPacked || nest.rowLoop == kNone)
    return;
  linalg::GenericOp op = loops.stage->reduction;
  int64_t steps = nest.width();
  for (unsigned loop : loops.remaining(/*reductions=*/true)) {
    std::optional<int64_t> extent = loops.extents[loop].fixed();
    if (!extent)
      return;
    steps *= llvm::is_contained(nest.prefix, loop) ? 1
             : loop == nest.cut                    ? nest.partSize
                                                   : *extent;
  }
  // Loops over windows of a few taps are unrolled: there is little to fetch.
  constexpr int64_t kFewSteps = 32;
  if (steps <= kFewSteps * nest.width())
    return;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand->get().getType());
    const Place *place = type ? tensors.find(operand->get()) : nullptr;
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (!place || !type.hasStaticShape() || !map.isFunctionOfDim(nest.lane))
      continue;
    // What fits into the second-level cache is there from the run before.
    if (type.getNumElements() * bytesOf(type.getElementType()) >
        target.l2Bytes / 2) {
      nest.fetched = operand;
      nest.fetchedElements = steps;
    }
  }
}

void NestEmitter::emitFetch(const Tile &tile, const Indices &bound,
                            int64_t steps) {
  const Contraction &nest = *tile.nest;
  StageLoops &loops = *nest.loops;
  linalg::GenericOp op = loops.stage->reduction;
  OpOperand *operand = nest.fetched;
  const Place *place = tensors.find(operand->get());
  constexpr int64_t kLineBytes = 64;
  int64_t line =
      kLineBytes / bytesOf(getElementTypeOrSelf(operand->get().getType()));

  // The part of the panel that this reduction begins with, and the one behind.
  Indices start = pointOf(tile, tile.loops, 0, 0);
  start[nest.lane].lane = Monomial(0);
  IndexValue done; // steps of the reduction until here
  Monomial inner(1);
  SmallVector<unsigned> order = loops.remaining(/*reductions=*/true);
  for (unsigned loop : llvm::reverse(order)) {
    if (llvm::is_contained(nest.prefix, loop)) {
      start[loop] = tile.part->bound[loop];
      continue;
    }
    bool isCut = loop == nest.cut;
    start[loop] = isCut ? tile.part->range.start : IndexValue();
    IndexValue position = bound[loop];
    position += start[loop] * Monomial(-1);
    done += position * inner;
    inner = inner * (isCut ? tile.part->range.extent.monomial
                           : loops.extents[loop].monomial);
  }
  std::optional<IndexValue> address = tensors.address(
      *place, indicesOf(op.getMatchingIndexingMap(operand), start, 1), 1);
  if (!address)
    return;
  address->constant += nest.fetchedElements;

  // Every few steps a line, from tile to tile, until all of it has been asked
  // for: spread out, it never waits for the memory.
  IndexValue progress = done * Monomial(std::max<int64_t>(1, line / steps));
  int64_t perTile = inner.factor * std::max<int64_t>(1, line / steps);
  IndexValue rows = tile.rows.front();
  Monomial weight(1);
  if (nest.blockLoop == nest.rowLoop)
    rows += tile.blockStart * Monomial(-1);
  weight = loops.extents[nest.rowLoop].monomial;
  for (unsigned loop : llvm::reverse(nest.reuse.reused)) {
    IndexValue position = tile.loops[loop];
    if (loop == nest.blockLoop)
      position += tile.blockStart * Monomial(-1);
    rows += position * weight;
    weight = weight * loops.extents[loop].monomial;
  }
  progress += rows * Monomial(std::max<int64_t>(1, perTile / nest.shape.rows));

  Location loc = builder.getUnknownLoc();
  Value most =
      arith::ConstantIndexOp::create(builder, loc, nest.fetchedElements - line);
  Value offset =
      arith::MinUIOp::create(builder, loc, space.materialize(progress), most);
  Value index =
      arith::AddIOp::create(builder, loc, space.materialize(*address), offset);
  memref::PrefetchOp::create(builder, loc, place->flat, index,
                             /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}

} // namespace swage
