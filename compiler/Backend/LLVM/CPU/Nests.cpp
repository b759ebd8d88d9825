//===- Nests.cpp - loops and vectors for planned kernels ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Chooses the shape of each nest: contractions in register tiles within cache
// blocks, everything else along the vectors that its accesses favour, stages of
// a group within the loops that they share.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace swage {

/// The parameter of this name, when the schedule has it.
static ArrayRef<int64_t> parameter(kernel::ScheduleAttr schedule,
                                   StringRef name) {
  return schedule ? schedule.getIntegers(name) : ArrayRef<int64_t>();
}

void NestEmitter::record(StringRef form, const StageLoops &loops, int64_t rows,
                         int64_t columns, int64_t lanes, int64_t parallel) {
  double size = analysis.volume(loops) * std::max<int64_t>(1, loops.operations);
  if (size <= largest)
    return;
  largest = size;
  NamedAttrList parameters;
  parameters.set("register_tile",
                 builder.getDenseI64ArrayAttr({rows, columns}));
  parameters.set("parallel", builder.getDenseI64ArrayAttr({parallel}));
  parameters.set("vector", builder.getDenseI64ArrayAttr({lanes}));
  schedule = kernel::ScheduleAttr::get(
      builder.getContext(), form,
      parameters.getDictionary(builder.getContext()));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void NestEmitter::allocateWhole(StageGroup &group) {
  for (Stage &stage : group.stages)
    for (StageStore &store : stage.stores) {
      if (store.place.isValid() || group.locals.contains(store.whole))
        continue;
      if (const Place *known = tensors.find(store.whole)) {
        store.place = *known; // a part of a tensor begun before
        continue;
      }
      auto type = cast<RankedTensorType>(store.whole.getType());
      SmallVector<OpFoldResult> sizes;
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        sizes.push_back(tensors.getSize(store.whole, dim));
      store.place = tensors.allocate(type.getElementType(), sizes);
    }
}

void NestEmitter::settle(const Stage &stage) {
  for (const StageStore &store : stage.stores) {
    if (!store.whole)
      continue;
    Place place = store.place;
    place.level = evaluator.level(); // reads stay behind the writes
    tensors.place(store.whole, place);
  }
}

void NestEmitter::placeLocals(StageGroup &group, unsigned lane, int64_t width,
                              const IndexValue &base, bool real) {
  for (auto [number, stage] : llvm::enumerate(group.stages)) {
    for (StageStore &store : stage.stores) {
      if (!group.locals.contains(store.whole))
        continue;
      auto type = cast<RankedTensorType>(store.whole.getType());
      Place place;
      SmallVector<OpFoldResult> sizes;
      SmallVector<int64_t> inner;
      std::optional<unsigned> laneDim;
      for (auto [dim, expr] : llvm::enumerate(store.fromLoops.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        auto common = loop ? llvm::find(group.outer[number], loop.getPosition())
                           : group.outer[number].end();
        if (common != group.outer[number].end()) {
          if (common - group.outer[number].begin() == lane)
            laneDim = dim;
          continue;
        }
        inner.push_back(dim);
        sizes.push_back(tensors.getSize(store.whole, dim));
      }
      if (laneDim)
        sizes.push_back(builder.getIndexAttr(width));
      if (real) {
        place = tensors.allocate(type.getElementType(), sizes);
      } else {
        Monomial stride(1);
        place.strides.resize(sizes.size());
        for (unsigned dim = sizes.size(); dim-- > 0;) {
          place.strides[dim] = stride;
          stride = stride * space.monomialOf(sizes[dim]);
        }
      }
      SmallVector<Monomial, 0> strides(type.getRank(), Monomial(0));
      for (auto [position, dim] : llvm::enumerate(inner))
        strides[dim] = place.strides[position];
      if (laneDim) {
        strides[*laneDim] = Monomial(1);
        place.offset = base * Monomial(-1);
      }
      place.strides = strides;
      place.level = evaluator.level();
      if (real)
        store.place = place;
      else
        tensors.place(store.whole, place);
    }
  }
}

SmallVector<Value> NestEmitter::findStrided(const StageLoops &loops,
                                            unsigned lane) {
  linalg::GenericOp op = loops.stage->reduction;
  SmallVector<Value> strided;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    const Place *place = tensors.find(operand->get());
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (!place || place->layout)
      continue;
    auto along = map.getResultPosition(builder.getAffineDimExpr(lane));
    if (along && !place->strides[*along].isOne())
      strided.push_back(operand->get());
  }
  return strided;
}

void NestEmitter::relayout(StageLoops &loops, unsigned lane, int64_t width) {
  linalg::GenericOp op = loops.stage->reduction;
  SmallVector<Value> strided = findStrided(loops, lane);
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value tensor = operand->get();
    if (!llvm::is_contained(strided, tensor))
      continue;
    AffineMap map = op.getMatchingIndexingMap(operand);
    unsigned panelDim =
        *map.getResultPosition(builder.getAffineDimExpr(lane));
    // [what the result has too][panels][what is summed over][width]
    SmallVector<AffineExpr> front, middle;
    SmallVector<OpFoldResult> frontSizes, middleSizes;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      if (dim == panelDim)
        continue;
      auto loop = dyn_cast<AffineDimExpr>(expr);
      bool parallel = loop && !loops.isReduction(loop.getPosition());
      (parallel ? front : middle).push_back(builder.getAffineDimExpr(dim));
      (parallel ? frontSizes : middleSizes)
          .push_back(tensors.getSize(tensor, dim));
    }
    AffineExpr panel = builder.getAffineDimExpr(panelDim);
    SmallVector<AffineExpr> layout = front;
    layout.push_back(panel.floorDiv(width));
    llvm::append_range(layout, middle);
    layout.push_back(panel % width);
    SmallVector<OpFoldResult> sizes = frontSizes;
    Extent columns = analysis.extentOf(tensors.getSize(tensor, panelDim));
    sizes.push_back(ceilDiv(columns, width).value);
    llvm::append_range(sizes, middleSizes);
    sizes.push_back(builder.getIndexAttr(width));

    auto type = cast<RankedTensorType>(tensor.getType());
    Place packed = tensors.allocate(type.getElementType(), sizes);
    packed.layout =
        AffineMap::get(type.getRank(), 0, layout, builder.getContext());
    StageGroup copy;
    Stage stage;
    StageStore store;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      stage.extents.push_back(tensors.getSize(tensor, dim));
      stage.isReduction.push_back(false);
    }
    store.tensor = tensor;
    store.fromLoops = AffineMap::getMultiDimIdentityMap(type.getRank(),
                                                        builder.getContext());
    store.place = packed;
    stage.stores.push_back(store);
    copy.stages.push_back(stage);
    emitSingle(copy);
    tensors.place(tensor, packed);
  }
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// The width of the panels that an operand is packed into along `loop`.
static std::optional<int64_t> panelWidth(linalg::GenericOp op, unsigned loop) {
  std::optional<int64_t> width;
  for (OpOperand *operand : op.getDpsInputOperands())
    for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults())
      expr.walk([&](AffineExpr part) {
        auto binary = dyn_cast<AffineBinaryOpExpr>(part);
        if (!binary || binary.getKind() != AffineExprKind::Mod ||
            !binary.getLHS().isFunctionOfDim(loop))
          return;
        if (auto by = dyn_cast<AffineConstantExpr>(binary.getRHS()))
          width = by.getValue();
      });
  return width;
}

NestEmitter::Reuse NestEmitter::findReuse(StageLoops &loops, unsigned lane) {
  linalg::GenericOp op = loops.stage->reduction;
  Reuse reuse;
  bool usesIndices = false;
  Indices symbols;
  for (auto [atom, gone] : llvm::zip(loops.atoms, loops.gone))
    symbols.push_back(gone ? IndexValue() : IndexValue::ofAtom(atom));
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()))
      evaluator.listAccesses(
          operand->get(),
          indicesOf(op.getMatchingIndexingMap(operand), symbols, 1), 1,
          reuse.inputs, usesIndices);
  for (unsigned loop : loops.remaining(/*reductions=*/false)) {
    if (loop == lane)
      continue;
    bool again = llvm::all_of(reuse.inputs, [&](const Access &access) {
      return !dependsOn(loops, access, lane) || !dependsOn(loops, access, loop);
    });
    (again ? reuse.reused : reuse.batch).push_back(loop);
  }
  return reuse;
}

bool NestEmitter::dependsOn(const StageLoops &loops, const Access &access,
                            unsigned loop) {
  return !access.address ||
         space.dividesBy(*access.address, loops.atoms[loop]) ||
         access.address->coefficientOf(loops.atoms[loop]) != Monomial(0);
}

void NestEmitter::emitHeavy(StageLoops &loops, unsigned lane, int64_t lanes) {
  linalg::GenericOp op = loops.stage->reduction;
  // Loops that the operand along the vectors does not know: it is used again
  // for each of their iterations.
  auto [batch, reused, inputs] = findReuse(loops, lane);
  unsigned rowLoop = reused.empty() ? kNone : reused.pop_back_val();

  int64_t rowExtent =
      rowLoop == kNone ? 1 : loops.extents[rowLoop].fixed().value_or(-1);
  int64_t columns = loops.extents[lane].fixed().value_or(-1);
  std::optional<int64_t> vectors;
  if (std::optional<int64_t> width = panelWidth(op, lane);
      width && *width % lanes == 0 && *width / lanes <= 4)
    vectors = *width / lanes;
  RegisterTile shape =
      chooseContractionTile(target, rowExtent, columns, lanes, vectors);
  if (ArrayRef<int64_t> wanted = parameter(given, "register_tile");
      wanted.size() == 2) {
    shape.rows = rowLoop == kNone ? 1 : std::max<int64_t>(1, wanted[0]);
    shape.vectors = std::max<int64_t>(1, wanted[1] / lanes);
  }
  int64_t width = shape.vectors * lanes;

  // The rows' operand is read once for every panel: a part of it that stays in
  // the second-level cache, for all panels, before the next part.
  double inputBytes = 0;
  for (const Access &access : inputs) {
    auto type = cast<RankedTensorType>(access.tensor.getType());
    if (dependsOn(loops, access, lane))
      continue;
    double bytes = 4;
    for (int64_t size : type.getShape())
      bytes *= ShapedType::isDynamic(size) ? 128 : size;
    for (unsigned loop : batch)
      if (dependsOn(loops, access, loop))
        bytes /= loops.extents[loop].fixed().value_or(128);
    inputBytes += bytes;
  }
  unsigned blockLoop = reused.empty() ? rowLoop : reused.front();
  int64_t blocks = std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(inputBytes / (target.l2Bytes / 2))));
  // Threads want several tasks each.
  double tasks = columns < 0 ? 8 : std::ceil(double(columns) / width);
  for (unsigned loop : batch)
    tasks *= loops.extents[loop].fixed().value_or(8);
  double work = analysis.volume(loops);
  constexpr double kTasks = 16, kTaskWork = 1 << 20;
  if (tasks * blocks < kTasks)
    blocks = std::max<int64_t>(
        blocks, std::min(kTasks / tasks, std::ceil(work / tasks / kTaskWork)));
  Extent blockCount = analysis.extentOf(builder.getIndexAttr(1));
  int64_t blockSize = 0;
  if (blockLoop != kNone && blocks > 1) {
    int64_t unit = blockLoop == rowLoop ? shape.rows : 1;
    int64_t extent = loops.extents[blockLoop].fixed().value_or(1024);
    int64_t units = (extent + unit - 1) / unit;
    blockSize = unit * std::max<int64_t>(1, (units + blocks - 1) / blocks);
    // Blocks of one size need no code for a smaller last one.
    for (int64_t count = blocks; count < 2 * blocks; ++count)
      if (loops.extents[blockLoop].fixed() && extent % count == 0) {
        blockSize = extent / count;
        break;
      }
    blockCount = ceilDiv(loops.extents[blockLoop], blockSize);
  }

  SmallVector<Extent> counts;
  for (unsigned loop : batch)
    counts.push_back(loops.extents[loop]);
  counts.push_back(blockCount);
  counts.push_back(ceilDiv(loops.extents[lane], width));
  record("contraction", loops, shape.rows, width, lanes, counts.size());

  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    Location loc = builder.getUnknownLoc();
    Indices bound(loops.extents.size());
    for (auto [position, loop] : llvm::enumerate(batch))
      bound[loop] = at[position];
    // The block's stretch of its loop.
    Range block;
    if (blockLoop != kNone)
      block.extent = loops.extents[blockLoop];
    if (blockSize) {
      block.start = at[batch.size()] * Monomial(blockSize);
      auto fixed = loops.extents[blockLoop].fixed();
      if (fixed && *fixed % blockSize == 0) {
        block.extent = analysis.extentOf(builder.getIndexAttr(blockSize));
      } else {
        Value start = space.materialize(block.start);
        Value left = arith::SubIOp::create(
            builder, loc, extentValue(loops.extents[blockLoop]), start);
        Value most = arith::ConstantIndexOp::create(builder, loc, blockSize);
        Value length = arith::MinUIOp::create(builder, loc, left, most);
        block.extent = {length, Monomial::ofSize(space.sizeOf(length))};
      }
    }
    auto tiles = [&](ArrayRef<TileVector> tileVectors) {
      auto rowsOf = [&](Indices outer) {
        Tile tile;
        tile.loops = outer;
        tile.laneLoop = lane;
        tile.vectors.assign(tileVectors.begin(), tileVectors.end());
        tile.rowLoop = rowLoop;
        if (rowLoop == kNone) {
          tile.rows.push_back(IndexValue());
          return emitTile(loops, tile, lanes, 1);
        }
        Range rows = blockLoop == rowLoop
                         ? block
                         : Range{IndexValue(), loops.extents[rowLoop]};
        emitRows(rows, shape.rows, [&](ArrayRef<IndexValue> indices) {
          tile.rows.assign(indices.begin(), indices.end());
          emitTile(loops, tile, lanes, 1);
        });
      };
      if (reused.empty())
        return rowsOf(bound);
      emitLoop(block, 1, {}, [&](IndexValue index, ValueRange) {
        Indices outer = bound;
        outer[blockLoop] = index;
        emitPlain(ArrayRef(reused).drop_front(), loops, outer, rowsOf);
        return Carried();
      });
    };
    auto body = [&](ArrayRef<TileVector> tileVectors, ValueRange) {
      tiles(tileVectors);
      return Carried();
    };
    bool maskable = analysis.isMaskable(loops);
    IndexValue start = at.back() * Monomial(width);
    auto fixed = loops.extents[lane].fixed();
    Range whole = {start, analysis.extentOf(builder.getIndexAttr(width))};
    if (fixed && *fixed < width)
      whole.extent = loops.extents[lane];
    if (fixed && (*fixed % width == 0 || *fixed < width)) {
      emitLanes(whole, lanes, shape.vectors, maskable, {}, body);
      return;
    }
    Value length = extentValue(loops.extents[lane]);
    Value end = space.materialize(plus(start, width));
    Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule,
                                       end, length);
    emitIf(
        fits,
        [&] { emitLanes(whole, lanes, shape.vectors, maskable, {}, body); },
        [&] {
          Range tail;
          if (fixed) {
            // There is one such tile, and where it begins is known.
            tail.start = IndexValue::ofConstant(*fixed / width * width);
            tail.extent =
                analysis.extentOf(builder.getIndexAttr(*fixed % width));
          } else {
            tail.start = start;
            Value rest = arith::SubIOp::create(builder, loc, length,
                                               space.materialize(start));
            tail.extent = {rest, Monomial::ofSize(space.sizeOf(rest))};
          }
          emitLanes(tail, lanes, fixed ? shape.vectors : 1, maskable, {}, body);
        });
  });
}

//===----------------------------------------------------------------------===//
// Everything else
//===----------------------------------------------------------------------===//

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

void NestEmitter::emitLight(StageLoops &loops, unsigned lane, int64_t lanes) {
  bool reducedLane = lane != kNone && loops.isReduction(lane);
  SmallVector<unsigned> outer = loops.remaining(/*reductions=*/false);
  llvm::erase(outer, lane);
  bool reduces = loops.stage->reduction != nullptr;

  // Rows share what a window reads for several of them, and hide the latency
  // of sums.
  unsigned rowLoop = kNone;
  int64_t rows = 1, vectors = 1;
  if (reduces && !outer.empty() && lane != kNone) {
    rowLoop = outer.pop_back_val();
    rows = reducedLane ? 4 : target.vectorRegisters >= 32 ? 8 : 4;
    if (auto fixed = loops.extents[rowLoop].fixed())
      rows = std::min(rows, *fixed);
  }
  if (lane != kNone) {
    int64_t most = reducedLane ? (rows > 1 ? 2 : 4)
                   : reduces   ? (rows > 1 ? 1 : 4)
                   : loops.operations >= 16 ? 2
                                            : 4;
    auto fixed = loops.extents[lane].fixed();
    vectors = fixed ? std::clamp<int64_t>(*fixed / lanes, 1, most) : most;
  }
  if (ArrayRef<int64_t> wanted = parameter(given, "register_tile");
      wanted.size() == 2 && lane != kNone) {
    rows = rowLoop == kNone ? 1 : std::max<int64_t>(1, wanted[0]);
    vectors = std::max<int64_t>(1, wanted[1] / lanes);
  }
  int64_t width = vectors * lanes;

  SmallVector<Extent> counts;
  double tasks = 1;
  for (unsigned loop : outer) {
    counts.push_back(loops.extents[loop]);
    tasks *= loops.extents[loop].fixed().value_or(8);
  }
  // With few outer iterations, threads share the vectors too.
  int64_t chunk = 0;
  Extent chunks = analysis.extentOf(builder.getIndexAttr(1));
  if (tasks < 32 && lane != kNone && !reducedLane) {
    chunk = width * std::max<int64_t>(1, 4096 / width);
    if (reduces)
      chunk = width;
    chunks = ceilDiv(loops.extents[lane], chunk);
  }
  counts.push_back(chunks);
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
      tile.loops[loop] = at[position];
    tile.rowLoop = rowLoop;
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
    emitLanes(stretch(lane, at[outer.size()], chunk), lanes, vectors,
              analysis.isMaskable(loops), {},
              [&](ArrayRef<TileVector> tileVectors, ValueRange) {
                tile.vectors.assign(tileVectors.begin(), tileVectors.end());
                rowsOf();
                return Carried();
              });
  });
}

/// The loop along which all results are stored contiguously.
unsigned NestEmitter::storedAlong(const StageLoops &loops) {
  unsigned along = kNone;
  for (unsigned loop = 0; loop < loops.extents.size(); ++loop)
    if (!loops.gone[loop] && !loops.isReduction(loop) &&
        llvm::all_of(loops.stores, [&](const Access &access) {
          return access.address && access.address->coefficientOf(
                                       loops.atoms[loop]) == Monomial(1);
        }))
      along = loop;
  return along;
}

bool NestEmitter::emitContraction(Stage &stage, int64_t lanes) {
  StageLoops loops = analysis.analyze(stage, {});
  unsigned along = storedAlong(loops);
  if (!loops.vectorizable || lanes < 2 || along == kNone)
    return false;
  auto columns = loops.extents[along].fixed();
  if (columns.value_or(lanes) * 2 < lanes)
    return false;
  std::optional<int64_t> panels = panelWidth(stage.reduction, along);
  if (panels) // of another target's width, perhaps
    lanes = std::gcd(lanes, *panels);
  if (lanes < 2)
    return false;
  auto packAndEmit = [&] {
    int64_t width =
        panels
            .value_or(chooseContractionTile(target, -1, columns.value_or(-1),
                                            lanes, std::nullopt)
                          .vectors *
                      lanes);
    relayout(loops, along, width);
    StageLoops packed = analysis.analyze(stage, {});
    analysis.merge(packed, {});
    emitHeavy(packed, along, lanes);
  };
  auto emitUnpacked = [&] {
    StageLoops plain = analysis.analyze(stage, {});
    analysis.merge(plain, {});
    emitLight(plain, bestLane(plain, false, lanes), lanes);
  };
  bool gathers = analysis.gathersAlong(loops, along);
  SmallVector<Value> strided = findStrided(loops, along);
  if (gathers && strided.empty())
    return false;
  if (strided.empty()) {
    packAndEmit();
    return true;
  }
  // Bringing an operand in order takes as long as a number of rows.
  constexpr int64_t kRowsThatPay = 24;
  Extent rows = analysis.extentOf(builder.getIndexAttr(1));
  for (unsigned loop : findReuse(loops, along).reused)
    rows = analysis.product(rows, loops.extents[loop]);
  if (auto fixed = rows.fixed()) {
    if (*fixed >= kRowsThatPay)
      packAndEmit();
    else
      emitUnpacked();
    return true;
  }
  Location loc = builder.getUnknownLoc();
  Value many = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::uge, extentValue(rows),
      arith::ConstantIndexOp::create(builder, loc, kRowsThatPay));
  SmallVector<std::pair<Value, Place>, 0> before;
  for (Value tensor : strided)
    before.push_back({tensor, *tensors.find(tensor)});
  emitIf(many, packAndEmit, [&] {
    for (auto &[tensor, place] : before)
      tensors.place(tensor, place);
    emitUnpacked();
  });
  for (auto &[tensor, place] : before)
    tensors.place(tensor, place);
  return true;
}

void NestEmitter::emitSingle(StageGroup &group) {
  allocateWhole(group);
  Stage &stage = group.stages.front();
  StageLoops loops = analysis.analyze(stage, {});
  int64_t lanes = analysis.lanesOf(loops);
  if (!stage.heavy || !emitContraction(stage, lanes)) {
    analysis.merge(loops, {});
    emitLight(loops, bestLane(loops, false, lanes), lanes);
  }
  settle(stage);
}

void NestEmitter::emitInside(StageLoops &loops, Indices bound,
                             unsigned laneLoop, ArrayRef<TileVector> vectors,
                             int64_t lanes) {
  unsigned lane = laneLoop == kNone ? bestLane(loops, false, lanes) : kNone;
  SmallVector<unsigned> inner;
  for (unsigned loop : loops.remaining(/*reductions=*/false))
    if (!loops.common[loop] && loop != lane)
      inner.push_back(loop);
  int64_t count = loops.operations >= 16 ? 2 : 4;
  if (lane != kNone)
    if (auto fixed = loops.extents[lane].fixed())
      count = std::clamp<int64_t>(*fixed / lanes, 1, count);
  emitPlain(inner, loops, bound, [&](Indices at) {
    Tile tile;
    tile.loops = at;
    tile.rows.assign(1, IndexValue());
    if (laneLoop != kNone) {
      tile.laneLoop = laneLoop;
      tile.vectors.assign(vectors.begin(), vectors.end());
      return emitTile(loops, tile, lanes, 1);
    }
    if (lane == kNone || loops.isReduction(lane)) {
      tile.vectors.assign(1, TileVector());
      tile.reducedLane = lane;
      return emitTile(loops, tile, lanes, count);
    }
    tile.laneLoop = lane;
    emitLanes({IndexValue(), loops.extents[lane]}, lanes, count,
              analysis.isMaskable(loops), {},
              [&](ArrayRef<TileVector> along, ValueRange) {
                tile.vectors.assign(along.begin(), along.end());
                emitTile(loops, tile, lanes, count);
                return Carried();
              });
  });
}

void NestEmitter::emitTogether(StageGroup &group) {
  allocateWhole(group);
  placeLocals(group, kNone, 1, IndexValue(), /*real=*/false);
  SmallVector<StageLoops, 0> stages;
  for (auto [stage, common] : llvm::zip(group.stages, group.outer))
    stages.push_back(analysis.analyze(stage, common));
  analysis.merge(stages, group.outer);
  int64_t lanes = target.vectorBits / 8;
  for (StageLoops &loops : stages)
    lanes = std::min(lanes, analysis.lanesOf(loops));

  // Vectors along a common loop, or along each stage's own.
  double own = 0;
  for (StageLoops &loops : stages) {
    double cost;
    bestLane(loops, false, lanes, &cost);
    own += cost * analysis.volume(loops);
  }
  unsigned lane = kNone;
  for (unsigned c = 0; c < group.outer[0].size(); ++c) {
    double cost = 0;
    for (auto [loops, common] : llvm::zip(stages, group.outer))
      cost += loops.gone[common[c]]
                  ? std::numeric_limits<double>::infinity()
                  : analysis.costAlong(loops, common[c], lanes) *
                        analysis.volume(loops);
    if (cost < own) {
      own = cost;
      lane = c;
    }
  }
  for (Stage &stage : group.stages)
    for (StageStore &store : stage.stores)
      if (group.locals.contains(store.whole))
        tensors.forget(store.whole);

  SmallVector<unsigned> looped;
  SmallVector<Extent> counts;
  for (unsigned c = 0; c < group.outer[0].size(); ++c)
    if (c != lane && !stages[0].gone[group.outer[0][c]]) {
      looped.push_back(c);
      counts.push_back(stages[0].extents[group.outer[0][c]]);
    }
  constexpr int64_t kVectors = 2;
  if (lane != kNone)
    counts.push_back(
        ceilDiv(stages[0].extents[group.outer[0][lane]], lanes * kVectors));
  record("rows", stages.back(), 1, lane == kNone ? lanes : lanes * kVectors,
         lanes, counts.size());

  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    auto run = [&](ArrayRef<TileVector> vectors, const IndexValue &base) {
      placeLocals(group, lane, lanes * kVectors, base, /*real=*/true);
      for (auto [number, loops] : llvm::enumerate(stages)) {
        Indices bound(loops.extents.size());
        for (auto [position, c] : llvm::enumerate(looped))
          bound[group.outer[number][c]] = at[position];
        emitInside(loops, bound,
                   lane == kNone ? kNone : group.outer[number][lane], vectors,
                   lanes);
        settle(*loops.stage);
      }
      for (Stage &stage : group.stages)
        for (StageStore &store : stage.stores)
          tensors.forget(store.whole);
    };
    if (lane == kNone)
      return run({}, IndexValue());
    Location loc = builder.getUnknownLoc();
    const Extent &extent = stages[0].extents[group.outer[0][lane]];
    int64_t width = lanes * kVectors;
    bool maskable = llvm::all_of(stages, [&](const StageLoops &loops) {
      return analysis.isMaskable(loops);
    });
    Range range = {at.back() * Monomial(width), extent};
    auto fixed = extent.fixed();
    auto body = [&](ArrayRef<TileVector> vectors, ValueRange) {
      IndexValue base = vectors.front().index;
      base.lane = Monomial(0);
      run(vectors, base);
      return Carried();
    };
    if (fixed && *fixed <= width)
      return (void)emitLanes({IndexValue(), extent}, lanes, kVectors, maskable,
                             {}, body);
    Range whole = {range.start, analysis.extentOf(builder.getIndexAttr(width))};
    if (fixed && *fixed % width == 0)
      return (void)emitLanes(whole, lanes, kVectors, maskable, {}, body);
    Value length = extentValue(extent);
    Value start = space.materialize(range.start);
    Value end = space.materialize(plus(range.start, width));
    Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule,
                                       end, length);
    emitIf(
        fits,
        [&] { emitLanes(whole, lanes, kVectors, maskable, {}, body); },
        [&] {
          Range tail;
          if (fixed) {
            tail.start = IndexValue::ofConstant(*fixed / width * width);
            tail.extent =
                analysis.extentOf(builder.getIndexAttr(*fixed % width));
          } else {
            tail.start = range.start;
            Value rest = arith::SubIOp::create(builder, loc, length, start);
            tail.extent = {rest, Monomial::ofSize(space.sizeOf(rest))};
          }
          emitLanes(tail, lanes, fixed ? kVectors : 1, maskable, {}, body);
        });
  });
  for (Stage &stage : group.stages)
    for (StageStore &store : stage.stores)
      if (store.whole && !group.locals.contains(store.whole))
        tensors.place(store.whole, store.place);
}

void NestEmitter::emit(MutableArrayRef<StageGroup> groups,
                       kernel::ScheduleAttr wanted) {
  given = wanted;
  auto isEmpty = [](const Stage &stage) {
    return llvm::any_of(llvm::seq<unsigned>(0, stage.numLoops()),
                        [&](unsigned loop) {
                          return !stage.isReduction[loop] &&
                                 getConstantIntValue(stage.extents[loop]) == 0;
                        });
  };
  for (StageGroup &group : groups) {
    if (llvm::all_of(group.stages, isEmpty)) {
      // No elements: nothing to do, but later stages ask for the place.
      allocateWhole(group);
      for (Stage &stage : group.stages)
        settle(stage);
      continue;
    }
    if (group.stages.size() == 1)
      emitSingle(group);
    else
      emitTogether(group);
  }
}

} // namespace swage
