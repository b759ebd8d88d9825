//===- NestContractions.cpp - contractions in register tiles --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Contractions whose operands are used again and again: a tile of sums in
// registers, over panels of the operand along the vectors, within blocks of
// rows that stay in cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/PackingCost.h"
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace swage {

std::optional<int64_t> NestEmitter::panelWidth(linalg::GenericOp op,
                                               unsigned loop) {
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

/// Elements between the scalars of two rows, where one distance is known.
static int64_t rowDistance(const SmallVectorImpl<Access> &inputs, Atom row,
                           llvm::function_ref<bool(const Access &)> isVector) {
  for (const Access &access : inputs) {
    if (!access.address || isVector(access))
      continue;
    auto step = access.address->coefficientOf(row);
    if (step && step->isConstant() && !step->isZero())
      return std::abs(step->factor) * bytesOf(access.elementType);
  }
  return 0;
}

/// Blocks of the loop `blockLoop`: the rows' operand is read once for every
/// panel, so a part of it that stays in the second-level cache goes past all
/// panels before the next part; and threads want several tasks each.
void NestEmitter::chooseBlocks(Contraction &nest) {
  StageLoops &loops = *nest.loops;
  double inputBytes = 0;
  for (const Access &access : nest.reuse.inputs) {
    auto type = cast<RankedTensorType>(access.tensor.getType());
    if (dependsOn(loops, access, nest.lane))
      continue;
    double bytes = 4;
    for (int64_t size : type.getShape())
      bytes *= ShapedType::isDynamic(size) ? 128 : size;
    for (unsigned loop : nest.reuse.batch)
      if (dependsOn(loops, access, loop))
        bytes /= analysis.expect(loops.extents[loop], 128);
    inputBytes += bytes;
  }
  int64_t columns = loops.extents[nest.lane].fixed().value_or(-1);
  int64_t blocks = std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(inputBytes / (target.l2Bytes / 2))));
  double tasks = columns < 0 ? 8 : std::ceil(double(columns) / nest.width());
  for (unsigned loop : nest.reuse.batch)
    tasks *= analysis.expect(loops.extents[loop], 8);
  double work = analysis.volume(loops);
  constexpr double kTasks = 16, kTaskWork = 1 << 20;
  if (tasks * blocks < kTasks)
    blocks = std::max<int64_t>(
        blocks, std::min(kTasks / tasks, std::ceil(work / tasks / kTaskWork)));
  nest.blockLoop =
      nest.reuse.reused.empty() ? nest.rowLoop : nest.reuse.reused.front();
  nest.blockCount = analysis.extentOf(builder.getIndexAttr(1));
  if (nest.blockLoop == kNone || blocks <= 1)
    return;
  const Extent &whole = loops.extents[nest.blockLoop];
  int64_t unit = nest.blockLoop == nest.rowLoop ? nest.shape.rows : 1;
  int64_t extent = analysis.expect(whole, 1024);
  int64_t units = (extent + unit - 1) / unit;
  nest.blockSize = unit * std::max<int64_t>(1, (units + blocks - 1) / blocks);
  // Blocks of one size need no code for a smaller last one.
  for (int64_t count = blocks; count < 2 * blocks; ++count)
    if (whole.fixed() && extent % count == 0) {
      nest.blockSize = extent / count;
      break;
    }
  nest.blockCount = ceilDiv(whole, nest.blockSize);
}

ContractionShape NestEmitter::shapeOf(const StageLoops &loops,
                                      const Reuse &reuse, unsigned lane) {
  ContractionShape shape;
  auto known = [&](unsigned loop) {
    constexpr int64_t kMany = 1024;
    int64_t expected = analysis.expect(loops.extents[loop], kMany);
    return loops.extents[loop].fixed() || expected < kMany ? expected : -1;
  };
  shape.columns = known(lane);
  shape.rows = 1;
  if (reuse.reused.empty())
    return shape;
  unsigned row = reuse.reused.back();
  shape.rows = known(row);
  shape.rowBytes =
      rowDistance(reuse.inputs, loops.atoms[row], [&](const Access &access) {
        return dependsOn(loops, access, lane);
      });
  return shape;
}

NestEmitter::Contraction
NestEmitter::chooseContraction(StageLoops &loops, unsigned lane, int64_t lanes,
                               std::optional<int64_t> panel) {
  Contraction nest;
  nest.loops = &loops;
  nest.lane = lane;
  nest.lanes = lanes;
  // Loops that the operand along the vectors does not know: it is used again
  // for each of their iterations.
  nest.reuse = findReuse(loops, lane);
  ContractionShape shape = shapeOf(loops, nest.reuse, lane);
  if (!nest.reuse.reused.empty())
    nest.rowLoop = nest.reuse.reused.pop_back_val();
  if (panel && *panel % lanes == 0 && *panel / lanes <= 4)
    shape.vectors = *panel / lanes;
  nest.shape = chooseContractionTile(target, shape, lanes);
  if (ArrayRef<int64_t> wanted = parameter("register_tile");
      wanted.size() == 2) {
    nest.shape.rows =
        nest.rowLoop == kNone ? 1 : std::max<int64_t>(1, wanted[0]);
    nest.shape.vectors = std::max<int64_t>(1, wanted[1] / lanes);
  }
  nest.isPacked = panel == nest.width();
  chooseBlocks(nest);
  chooseReductionParts(nest);
  chooseFetching(nest);
  return nest;
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

std::optional<unsigned> NestEmitter::findProductLane(const StageLoops &loops,
                                                     int64_t &lanes) {
  unsigned along = storedAlong(loops);
  if (!loops.vectorizable || lanes < 2 || along == kNone)
    return std::nullopt;
  auto columns = loops.extents[along].fixed();
  if (columns.value_or(lanes) * 2 < lanes)
    return std::nullopt;
  // Of another target's width, perhaps.
  if (auto panels = panelWidth(loops.stage->reduction, along))
    lanes = std::gcd(lanes, *panels);
  if (lanes < 2 || (analysis.gathersAlong(loops, along) &&
                    findStrided(loops, along).empty()))
    return std::nullopt;
  return along;
}

bool NestEmitter::emitContraction(Stage &stage, int64_t lanes) {
  StageLoops loops = analysis.analyze(stage, {});
  std::optional<unsigned> found = findProductLane(loops, lanes);
  if (!found)
    return false;
  unsigned along = *found;
  std::optional<int64_t> panels = panelWidth(stage.reduction, along);
  SmallVector<Value> strided = findStrided(loops, along);
  SmallVector<Value> across = strided;
  Extent rows = analysis.extentOf(builder.getIndexAttr(1));
  for (unsigned loop : findReuse(loops, along).reused)
    rows = analysis.product(rows, loops.extents[loop]);
  if (rows.fixed().value_or(0) >= kRowsThatPay)
    llvm::append_range(across, findConflicting(loops, along));
  auto packAndEmit = [&] {
    straightenRows(loops, along, lanes);
    StageLoops merged = analysis.analyze(stage, {});
    analysis.merge(merged, {});
    ContractionShape shape = shapeOf(merged, findReuse(merged, along), along);
    int64_t width = panels.value_or(
        chooseContractionTile(target, shape, lanes).vectors * lanes);
    bool packs = panels || !across.empty();
    relayout(loops, across, along, width);
    StageLoops packed = analysis.analyze(stage, {});
    analysis.merge(packed, {});
    emitHeavy(chooseContraction(packed, along, lanes,
                                packs ? std::optional(width) : std::nullopt));
  };
  auto emitUnpacked = [&] {
    StageLoops plain = analysis.analyze(stage, {});
    analysis.merge(plain, {});
    emitLight(plain, bestLane(plain, false, lanes), lanes);
  };
  if (strided.empty()) {
    packAndEmit();
    return true;
  }
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
