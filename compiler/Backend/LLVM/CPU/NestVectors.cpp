//===- NestVectors.cpp - nests of one stage along vectors -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Everything that is no contraction: along the loop that the accesses favour,
// with several rows where they share what they read.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"

using namespace mlir;

namespace swage {

unsigned NestEmitter::bestLane(const StageLoops &loops, bool commonToo,
                               int64_t lanes, double *cost) {
  unsigned best = kNone;
  double least = analysis.costAlong(loops, kNone, lanes);
  for (unsigned loop = 0; loop < loops.extents.size(); ++loop) {
    if (loops.gone[loop] || (loops.common[loop] && !commonToo))
      continue;
    double along = analysis.costAlong(loops, loop, lanes);
    // Of equals the innermost.
    if (along <= least) {
      least = along;
      best = loop;
    }
  }
  if (cost)
    *cost = least;
  return best;
}

/// Elements that `access` moves by with an iteration of a loop, if known.
static std::optional<int64_t> stepOf(const StageLoops &loops,
                                     const Access &access, unsigned loop) {
  std::optional<Monomial> step =
      access.address ? access.address->coefficientOf(loops.atoms[loop])
                     : std::nullopt;
  if (!step || !step->isConstant())
    return std::nullopt;
  return std::abs(step->factor);
}

/// An operand whose memory runs along another loop than the vectors do: each of
/// its cache lines holds elements of several iterations of that loop.
static const Access *findTransposed(const StageLoops &loops, unsigned lane,
                                    ArrayRef<unsigned> outer) {
  constexpr int64_t kFar = 16; // elements: no line holds two of a vector's
  for (const Access &access : loops.loads)
    if (stepOf(loops, access, lane).value_or(0) >= kFar)
      for (unsigned loop : outer)
        if (stepOf(loops, access, loop) == 1)
          return &access;
  return nullptr;
}

/// How many iterations of `lane` read one element of some operand, as in a
/// convolution in groups, or one panel; 0 where none do.
static int64_t findSharing(const StageLoops &loops, unsigned lane,
                           const IndexSpace &space) {
  for (const Access &access : loops.loads)
    if (access.address)
      if (int64_t by = space.divisorOf(*access.address, loops.atoms[lane]))
        return by;
  return 0;
}

void NestEmitter::emitLight(StageLoops &loops, unsigned lane, int64_t lanes) {
  bool reducedLane = lane != kNone && loops.isReduction(lane);
  int64_t sharing = lane == kNone ? 0 : findSharing(loops, lane, space);
  bool sharesElements = sharing > 0 && sharing < lanes;
  // A processor that multiplies in two halves takes half the time for half a
  // vector. Where all of its lanes share an element, none is brought to its
  // lane.
  bool inHalves =
      target.multipliesHalves && !reducedLane && sharing == lanes / 2;
  if (inHalves)
    lanes = sharing;
  SmallVector<unsigned> outer = loops.remaining(/*reductions=*/false);
  llvm::erase(outer, lane);
  bool reduces = loops.stage->reduction != nullptr;

  // Rows share what a window reads for several of them, and hide the latency
  // of sums.
  unsigned rowLoop = kNone;
  int64_t rows = 1, vectors = 1;
  if (reduces && !outer.empty() && lane != kNone) {
    rowLoop = outer.pop_back_val();
    // Lanes that share elements need no registers for them, but time. Of halves
    // twice as many are multiplied before the first is done.
    rows = reducedLane                                   ? 4
           : inHalves                                    ? 14
           : sharing > 0 || target.vectorRegisters >= 32 ? 8
                                                         : 4;
    if (auto fixed = loops.extents[rowLoop].fixed())
      rows = std::min(rows, *fixed);
  }
  // What is transposed is done a vector at a time, with the loop that
  // the operand's memory runs along inside: it then finds its lines in the
  // cache.
  const Access *transposed =
      lane != kNone && !reduces ? findTransposed(loops, lane, outer) : nullptr;
  if (transposed)
    llvm::stable_sort(outer, [&](unsigned left, unsigned right) {
      return stepOf(loops, *transposed, left).value_or(0) >
             stepOf(loops, *transposed, right).value_or(0);
    });

  if (lane != kNone) {
    int64_t most = transposed               ? 1
                   : reducedLane            ? (rows > 1 ? 2 : 4)
                   : reduces                ? (rows > 1 ? 1 : 4)
                   : loops.operations >= 16 ? 2
                                            : 4;
    auto fixed = loops.extents[lane].fixed();
    // Weights of half the size take several operations a line, so that loads
    // reach less far ahead: two panels at a time are two streams, to which
    // memory gives more. Threads still want a few tasks each.
    constexpr int64_t kPanels = 8;
    bool widens = llvm::any_of(loops.loads, [](const Access &access) {
      auto type = dyn_cast<FloatType>(access.elementType);
      return type && type.getWidth() == 16;
    });
    if (reduces && !reducedLane && rows == 1 && widens &&
        panelWidth(loops.stage->reduction, lane) == most * lanes &&
        fixed.value_or(kPanels * most * lanes) >= kPanels * most * lanes)
      most *= 2;
    vectors = fixed ? std::clamp<int64_t>(*fixed / lanes, 1, most) : most;
  }
  if (ArrayRef<int64_t> wanted = parameter("register_tile");
      wanted.size() == 2 && lane != kNone) {
    rows = rowLoop == kNone ? 1 : std::max<int64_t>(1, wanted[0]);
    vectors = std::max<int64_t>(1, wanted[1] / lanes);
  }
  int64_t width = vectors * lanes;

  SmallVector<Extent> counts;
  double tasks = 1;
  for (unsigned loop : outer) {
    counts.push_back(loops.extents[loop]);
    tasks *= analysis.expect(loops.extents[loop], 8);
  }
  // With few outer iterations, threads share the vectors too.
  int64_t chunk = 0;
  Extent chunks = analysis.extentOf(builder.getIndexAttr(1));
  if (transposed) {
    chunk = width;
    chunks = ceilDiv(loops.extents[lane], chunk);
  } else if (tasks < 32 && lane != kNone && !reducedLane) {
    chunk = width * std::max<int64_t>(1, 4096 / width);
    if (reduces)
      chunk = width;
    chunks = ceilDiv(loops.extents[lane], chunk);
  }
  // The stretches of a transposed operand are the outermost loop, within blocks
  // of one that its memory does not run along: what all stretches of a block
  // touch are few pages.
  constexpr int64_t kBlock = 32;
  size_t chunkAt = transposed ? 0 : outer.size(),
         firstOuter = transposed ? 1 : 0;
  counts.insert(counts.begin() + chunkAt, chunks);
  bool inBlocks = false;
  if (transposed && stepOf(loops, *transposed, outer.front()) != 1)
    if (auto fixed = loops.extents[outer.front()].fixed();
        fixed && *fixed > kBlock && *fixed % kBlock == 0) {
      inBlocks = true;
      counts[firstOuter] = analysis.extentOf(builder.getIndexAttr(kBlock));
      counts.insert(counts.begin(),
                    analysis.extentOf(builder.getIndexAttr(*fixed / kBlock)));
      ++chunkAt;
      ++firstOuter;
    }
  Extent rowChunks = analysis.extentOf(builder.getIndexAttr(1));
  int64_t rowChunk = 0;
  if (tasks < 32 && rowLoop != kNone && chunks.fixed() == 1) {
    rowChunk = rows * 4;
    rowChunks = ceilDiv(loops.extents[rowLoop], rowChunk);
  }
  counts.push_back(rowChunks);
  StringRef form = !reduces ? "elementwise" : reducedLane ? "rows" : "window";
  record(form, loops, rows, width, lanes, counts.size());

  auto stretch = [&](unsigned loop, const IndexValue &number, int64_t size) {
    Range range = {IndexValue(), loops.extents[loop]};
    if (!size || range.extent.fixed().value_or(size + 1) <= size)
      return range;
    range.start = number * Monomial(size);
    auto fixed = range.extent.fixed();
    if (fixed && *fixed % size == 0) {
      range.extent = analysis.extentOf(builder.getIndexAttr(size));
      return range;
    }
    Location loc = builder.getUnknownLoc();
    Value left =
        arith::SubIOp::create(builder, loc, extentValue(loops.extents[loop]),
                              space.materialize(range.start));
    Value most = arith::ConstantIndexOp::create(builder, loc, size);
    Value length = arith::MinUIOp::create(builder, loc, left, most);
    range.extent = {length, Monomial::ofSize(space.sizeOf(length))};
    return range;
  };
  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    Tile tile;
    tile.loops.resize(loops.extents.size());
    for (auto [position, loop] : llvm::enumerate(outer))
      tile.loops[loop] = at[firstOuter + position];
    if (inBlocks)
      tile.loops[outer.front()] += at[0] * Monomial(kBlock);
    tile.rowLoop = rowLoop;
    tile.chains = chainsFor(rows, vectors);
    tile.sharesElements = sharesElements;
    auto rowsOf = [&] {
      if (rowLoop == kNone) {
        tile.rows.assign(1, IndexValue());
        return emitTile(loops, tile, lanes, vectors);
      }
      emitRows(stretch(rowLoop, at[outer.size() + 1], rowChunk), rows,
               [&](ArrayRef<IndexValue> indices) {
                 tile.rows.assign(indices.begin(), indices.end());
                 emitTile(loops, tile, lanes, vectors);
               });
    };
    if (lane == kNone || reducedLane) {
      tile.vectors.assign(1, TileVector());
      tile.reducedLane = lane;
      return rowsOf();
    }
    tile.laneLoop = lane;
    emitLanes(stretch(lane, at[chunkAt], chunk), lanes, vectors,
              analysis.isMaskable(loops), {},
              [&](ArrayRef<TileVector> tileVectors, ValueRange) {
                tile.vectors.assign(tileVectors.begin(), tileVectors.end());
                rowsOf();
                return Carried();
              });
  });
}

} // namespace swage
