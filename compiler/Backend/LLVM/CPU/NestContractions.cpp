//===- NestContractions.cpp - contractions in register tiles --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Contractions whose operands are used again and again: a tile of sums in
// registers, over panels of the operand along the vectors, within blocks of
// rows that stay in cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace swage {

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
  if (ArrayRef<int64_t> wanted = parameter("register_tile");
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
        panels.value_or(chooseContractionTile(target, -1, columns.value_or(-1),
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

} // namespace swage
