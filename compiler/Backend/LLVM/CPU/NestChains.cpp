//===- NestChains.cpp - products of what a product's rows become ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A chain in blocks of rows: the first product for a block's rows, what is made
// of each row, and the second product, all in memory that stays in the
// second-level cache. That memory is all that a chain needs, so that attention
// over a long sequence takes no more than linear space.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <cmath>

using namespace mlir;

namespace swage {

struct NestEmitter::Chain {
  explicit Chain(StageGroup &group)
      : group(group), rows(*group.chainRows), last(group.stages.size() - 1),
        loops(group.stages.size()) {}

  StageGroup &group;
  unsigned rows;                    ///< of the common loops the one in blocks
  unsigned last;                    ///< the second product's stage
  SmallVector<StageLoops, 0> loops; ///< of all stages
  Contraction first, second;
  int64_t blockSize = 0; ///< 0: all rows at once

  unsigned rowLoop(unsigned stage) const { return group.outer[stage][rows]; }
  Contraction &product(unsigned stage) { return stage ? second : first; }
};

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Gives the chain's tensors memory for one block of rows, which begins at
/// `base`. Only strides, and no memory, unless `real`.
void NestEmitter::placeChain(Chain &chain, const IndexValue &base, bool real) {
  StageGroup &group = chain.group;
  Location loc = builder.getUnknownLoc();
  llvm::DenseMap<Value, Place> places;
  for (auto [number, stage] : llvm::enumerate(group.stages)) {
    for (StageStore &store : stage.stores) {
      if (!group.locals.contains(store.whole))
        continue;
      auto type = cast<RankedTensorType>(store.whole.getType());
      SmallVector<int64_t> inner;
      std::optional<unsigned> rowDim;
      for (auto [dim, expr] : llvm::enumerate(store.fromLoops.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        if (loop && loop.getPosition() == chain.rowLoop(number))
          rowDim = dim;
        else if (!loop ||
                 !llvm::is_contained(group.outer[number], loop.getPosition()))
          inner.push_back(dim);
      }
      // Rows begin with a cache line, and not all of them in the same set.
      SmallVector<Monomial, 0> strides(type.getRank(), Monomial(0));
      Extent stride = analysis.extentOf(builder.getIndexAttr(1));
      constexpr int64_t kLine = 16, kSets = 128; // elements
      for (int64_t dim : llvm::reverse(inner)) {
        strides[dim] = stride.monomial;
        Extent size = analysis.extentOf(tensors.getSize(store.whole, dim));
        if (size.fixed() == 1)
          continue;
        stride = analysis.product(stride, size);
      }
      if (auto fixed = stride.fixed(); fixed && *fixed > 1) {
        int64_t padded = llvm::alignTo(*fixed, kLine);
        stride = analysis.extentOf(
            builder.getIndexAttr(padded % kSets ? padded : padded + kLine));
      } else if (!fixed) {
        Value value = tensors.atEntry([&]() -> Value {
          Value line = arith::ConstantIndexOp::create(builder, loc, kLine);
          Value lines = arith::CeilDivUIOp::create(builder, loc,
                                                   extentValue(stride), line);
          Value one = arith::ConstantIndexOp::create(builder, loc, 1);
          // An odd number of lines.
          lines = arith::OrIOp::create(builder, loc, lines, one);
          return arith::MulIOp::create(builder, loc, lines, line);
        });
        stride = analysis.extentOf(value);
      }
      Place place;
      if (Value taken = group.inPlaceOf.lookup(store.whole)) {
        place = places.lookup(taken);
      } else {
        if (real)
          place = tensors.allocate(
              type.getElementType(),
              {builder.getIndexAttr(chain.blockSize), stride.value});
        if (rowDim) {
          strides[*rowDim] = stride.monomial;
          place.offset = base * (stride.monomial * Monomial(-1));
        }
        place.strides = strides;
      }
      place.level = evaluator.level();
      places[store.whole] = place;
      if (real)
        store.place = place;
      else
        tensors.place(store.whole, place);
    }
  }
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

/// As many rows as leave half of the second-level cache to other operands, and
/// as give all threads work; whole tiles of registers.
void NestEmitter::chooseChainBlocks(Chain &chain) {
  const Contraction &nest = chain.first;
  StageLoops &loops = *nest.loops;
  constexpr int64_t kUnknown = 1024;
  int64_t tile = nest.shape.rows;
  int64_t columns = analysis.expect(loops.extents[nest.lane], kUnknown);
  int64_t bytes = columns * sizeof(float);
  int64_t most = std::max(tile, target.l2Bytes / 2 / bytes);
  double tasks = 1;
  for (auto [c, loop] : llvm::enumerate(chain.group.outer.front()))
    if (c != chain.rows)
      tasks *= analysis.expect(loops.extents[loop], 8);
  int64_t rows = analysis.expect(loops.extents[nest.rowLoop], kUnknown);
  constexpr double kTasks = 8;
  int64_t blocks =
      std::max<int64_t>((rows + most - 1) / most, std::ceil(kTasks / tasks));
  // With shorter blocks more can be left out.
  constexpr int64_t kLimitedBlocks = 8;
  if (chain.group.limit &&
      chain.group.limit->fromRow.isFunctionOfDim(nest.rowLoop))
    blocks = std::max(blocks, kLimitedBlocks);
  int64_t size = llvm::alignTo((rows + blocks - 1) / blocks, tile);
  auto fixed = loops.extents[nest.rowLoop].fixed();
  chain.blockSize = fixed ? std::min(size, *fixed) : size;
}

/// Brings a product's operands in order, and chooses its tiles.
void NestEmitter::prepareProduct(Chain &chain, unsigned number) {
  Stage &stage = chain.group.stages[number];
  StageLoops &loops = chain.loops[number];
  loops = analysis.analyze(stage, {});
  Contraction &nest = chain.product(number);
  nest.lanes = analysis.lanesOf(loops);
  nest.lane = *findProductLane(loops, nest.lanes);
  nest.loops = &loops;
  nest.rowLoop = chain.rowLoop(number);
  auto choose = [&] {
    nest.reuse = findReuse(loops, nest.lane);
    nest.reuse.batch.clear();
    nest.reuse.reused.assign(1, nest.rowLoop);
    ContractionShape shape = shapeOf(loops, nest.reuse, nest.lane);
    nest.reuse.reused.clear();
    if (chain.blockSize)
      shape.rows = chain.blockSize;
    nest.shape = chooseContractionTile(target, shape, nest.lanes);
  };
  choose();
  if (number == 0) {
    chooseChainBlocks(chain);
    choose();
  }
  if (SmallVector<Value> across = findStrided(loops, nest.lane);
      !across.empty()) {
    relayout(loops, across, nest.lane, nest.width());
    loops = analysis.analyze(stage, {});
    nest.isPacked = true;
    nest.reuse.inputs = findReuse(loops, nest.lane).inputs;
  }
  nest.blockLoop = nest.rowLoop;
  nest.blockSize = chain.blockSize;
  nest.blockCount = ceilDiv(loops.extents[nest.rowLoop], chain.blockSize);
  if (!chain.group.limit)
    chooseReductionParts(nest);
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

/// The elements of a block's rows that count for any of them, in whole vectors.
Extent NestEmitter::emitLimit(Chain &chain, const Indices &bound,
                              const Range &block) {
  const RowLimit &limit = *chain.group.limit;
  const Contraction &nest = chain.first;
  Location loc = builder.getUnknownLoc();
  auto read = [&](const IndexValue &row) -> Value {
    Indices at = bound;
    at[nest.rowLoop] = row;
    Value value = evaluator.read(limit.limits, indicesOf(limit.fromRow, at, 1),
                                 VectorContext());
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                      value);
  };
  Value most = read(block.start);
  if (limit.fromRow.isFunctionOfDim(nest.rowLoop))
    most = emitLoop(block, 1, most, [&](IndexValue row, ValueRange carried) {
             return Carried{
                 arith::MaxSIOp::create(builder, loc, carried[0], read(row))};
           }).front();
  Value width = arith::ConstantIndexOp::create(builder, loc, nest.width());
  most = arith::MulIOp::create(
      builder, loc, arith::CeilDivUIOp::create(builder, loc, most, width),
      width);
  most = arith::MinUIOp::create(builder, loc, most,
                                extentValue(nest.loops->extents[nest.lane]));
  return {most, Monomial::ofSize(space.sizeOf(most))};
}

/// All stages for one block of rows.
void NestEmitter::emitBlock(Chain &chain, ArrayRef<IndexValue> at) {
  StageGroup &group = chain.group;
  Range block = blockOf(chain.first, at.back());
  placeChain(chain, block.start, /*real=*/true);
  auto boundOf = [&](unsigned number) {
    Indices bound(chain.loops[number].extents.size());
    unsigned next = 0;
    for (auto [c, loop] : llvm::enumerate(group.outer[number]))
      if (c != chain.rows)
        bound[loop] = at[next++];
    return bound;
  };
  if (group.limit) {
    Extent limit = emitLimit(chain, boundOf(0), block);
    for (auto [loops, loop] : llvm::zip(chain.loops, group.limit->loops))
      loops.extents[loop] = limit;
  }
  auto emitProduct = [&](unsigned number) {
    const Contraction &nest = chain.product(number);
    StageLoops &loops = *nest.loops;
    emitLanes({IndexValue(), loops.extents[nest.lane]}, nest.lanes,
              nest.shape.vectors, analysis.isMaskable(loops), {},
              [&](ArrayRef<TileVector> vectors, ValueRange) {
                emitParts(nest, boundOf(number), block, vectors);
                return Carried();
              });
  };
  auto between = llvm::seq<unsigned>(1, chain.last);
  emitProduct(0);
  settle(group.stages.front());
  emitLoop(block, 1, {}, [&](IndexValue row, ValueRange) {
    for (unsigned number : between) {
      StageLoops &loops = chain.loops[number];
      Indices bound = boundOf(number);
      bound[chain.rowLoop(number)] = row;
      emitInside(loops, bound, kNone, {}, analysis.lanesOf(loops));
      settle(*loops.stage);
    }
    return Carried();
  });
  for (unsigned number : between)
    settle(group.stages[number]);
  emitProduct(chain.last);
}

void NestEmitter::emitInBlocks(Chain &chain) {
  StageGroup &group = chain.group;
  prepareProduct(chain, 0);
  prepareProduct(chain, chain.last);
  for (unsigned number = 1; number < chain.last; ++number)
    chain.loops[number] =
        analysis.analyze(group.stages[number], group.outer[number]);
  auto forget = [&] {
    for (Value local : group.locals)
      tensors.forget(local);
  };
  forget();
  SmallVector<Extent> counts;
  for (auto [c, loop] : llvm::enumerate(group.outer.front()))
    if (c != chain.rows)
      counts.push_back(chain.loops.front().extents[loop]);
  counts.push_back(chain.first.blockCount);
  record("chain", chain.loops.back(), chain.second.shape.rows,
         chain.second.width(), chain.second.lanes, counts.size());
  emitParallel(counts, [&](ArrayRef<IndexValue> at) { emitBlock(chain, at); });
  forget();
}

void NestEmitter::emitChain(StageGroup &group) {
  allocateWhole(group);
  Chain chain(group);
  placeChain(chain, IndexValue(), /*real=*/false);
  SmallVector<std::pair<Value, Place>, 0> before;
  bool possible = true;
  for (unsigned number : {0u, chain.last}) {
    StageLoops loops = analysis.analyze(group.stages[number], {});
    int64_t lanes = analysis.lanesOf(loops);
    std::optional<unsigned> lane = findProductLane(loops, lanes);
    possible &= lane.has_value();
    if (lane)
      for (Value tensor : findStrided(loops, *lane))
        before.push_back({tensor, *tensors.find(tensor)});
  }
  auto apart = [&] {
    for (Value local : group.locals)
      tensors.forget(local);
    for (auto &[tensor, place] : before)
      tensors.place(tensor, place);
    for (StageGroup &part : group.apart)
      emitGroup(part);
  };
  Extent rows = analysis.extentOf(group.stages[0].extents[chain.rowLoop(0)]);
  if (!possible) {
    apart();
  } else if (rows.fixed() || space.limitsOf(rows.monomial).low >= kChainRows) {
    emitInBlocks(chain);
  } else if (space.limitsOf(rows.monomial).high < kChainRows) {
    apart();
  } else {
    Location loc = builder.getUnknownLoc();
    Value many = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::uge, extentValue(rows),
        arith::ConstantIndexOp::create(builder, loc, kChainRows));
    emitIf(many, [&] { emitInBlocks(chain); }, apart);
  }
  for (auto &[tensor, place] : before)
    tensors.place(tensor, place);
  settle(group.stages.back());
}

} // namespace swage
