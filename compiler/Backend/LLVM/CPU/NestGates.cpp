//===- NestGates.cpp - products of gates and what combines them -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A task is a panel of units and a block of rows: the sums of all gates of
// these units, in memory that stays in the first cache, and what is made of
// them.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"

using namespace mlir;

namespace swage {

struct NestEmitter::GateNest {
  explicit GateNest(StageGroup &group) : group(group), gates(*group.gates) {}

  StageGroup &group;
  Gates &gates;
  StageLoops product, cell;
  Contraction nest;
  SmallVector<unsigned> gateLoops; ///< of the product
  unsigned unit = 0, row = kNone;  ///< dimensions of the product's result
  int64_t gateCount = 1;

  RankedTensorType type() const {
    return cast<RankedTensorType>(gates.product.getType());
  }
};

/// Finds the vectors' loop and the product's tiles; false where the stages are
/// better off one by one.
bool NestEmitter::prepareGates(GateNest &nest) {
  Gates &gates = nest.gates;
  StageGroup &group = nest.group;
  RankedTensorType type = nest.type();
  // Strides for the analysis.
  Place whole;
  Monomial stride(1);
  whole.strides.resize(type.getRank());
  for (int64_t dim = type.getRank(); dim-- > 0;) {
    whole.strides[dim] = stride;
    if (dim && type.isDynamicDim(dim))
      return false;
    stride = stride * Monomial(dim ? type.getDimSize(dim) : 1);
  }
  tensors.place(gates.product, whole);
  nest.product = analysis.analyze(group.stages.front(), {});
  nest.cell = analysis.analyze(group.stages.back(), {});

  int64_t lanes =
      std::min(analysis.lanesOf(nest.product), analysis.lanesOf(nest.cell));
  std::optional<unsigned> lane = findProductLane(nest.product, lanes);
  if (!lane || !findStrided(nest.product, *lane).empty())
    return false;
  std::optional<int64_t> panel =
      panelWidth(group.stages.front().reduction, *lane);
  if (!panel || *panel % lanes)
    return false;
  bool hasUnit = false;
  for (auto [number, dim] : llvm::enumerate(gates.dims)) {
    if (dim.product == *lane) {
      hasUnit = dim.cell != kNone;
      nest.unit = number;
    } else if (dim.cell == kNone) {
      nest.gateLoops.push_back(dim.product);
      nest.gateCount *= type.getDimSize(number);
    } else if (type.getDimSize(number) != 1) {
      if (nest.row != kNone)
        return false;
      nest.row = number;
    }
  }
  if (!hasUnit || !nest.cell.vectorizable ||
      analysis.gathersAlong(nest.cell, gates.dims[nest.unit].cell))
    return false;
  nest.nest = chooseContraction(nest.product, *lane, lanes, panel);
  Contraction &product = nest.nest;
  unsigned rowLoop = nest.row == kNone ? kNone : gates.dims[nest.row].product;
  if (product.rowLoop != rowLoop || !product.reuse.reused.empty() ||
      product.width() != *panel)
    return false;
  for (unsigned loop : product.reuse.batch)
    if (!llvm::is_contained(nest.gateLoops, loop))
      return false;
  if (rowLoop != kNone)
    limitRows(nest);
  else
    takeGatesTogether(nest);
  return true;
}

/// Without rows of its own, the product has the gates for rows where all their
/// sums fit registers: one loop then reads the weights of all gates, and
/// between them it does not run dry.
void NestEmitter::takeGatesTogether(GateNest &nest) {
  Contraction &product = nest.nest;
  constexpr int64_t kOthers = 2; // a state, and weights
  if (nest.gateLoops.size() != 1 ||
      nest.gateCount * product.shape.vectors + kOthers > target.vectorRegisters)
    return;
  product.rowLoop = nest.gateLoops.pop_back_val();
  product.shape.rows = nest.gateCount;
}

/// Blocks of rows whose sums take a quarter of the second-level cache at most.
void NestEmitter::limitRows(GateNest &nest) {
  Contraction &product = nest.nest;
  const Extent &rows = nest.product.extents[product.rowLoop];
  int64_t rowBytes =
      nest.gateCount * product.width() * bytesOf(nest.type().getElementType());
  int64_t tile = product.shape.rows;
  int64_t most =
      std::max<int64_t>(1, target.l2Bytes / 4 / rowBytes / tile) * tile;
  int64_t size =
      product.blockSize ? product.blockSize : rows.fixed().value_or(most + 1);
  if (size <= most)
    return;
  product.blockSize = most;
  product.blockCount = ceilDiv(rows, most);
}

/// Memory for the gates' sums of a block of rows and a panel of units.
Place NestEmitter::placeGates(const GateNest &nest, const Range &block,
                              IndexValue unit) {
  const Contraction &product = nest.nest;
  RankedTensorType type = nest.type();
  int64_t rows = 1;
  if (nest.row != kNone)
    rows = product.blockSize ? product.blockSize
                             : *nest.product.extents[product.rowLoop].fixed();
  Place place = tensors.allocate(type.getElementType(),
                                 {builder.getIndexAttr(rows),
                                  builder.getIndexAttr(nest.gateCount),
                                  builder.getIndexAttr(product.width())});
  place.strides.assign(type.getRank(), Monomial(0));
  int64_t stride = product.width();
  for (int64_t dim = type.getRank(); dim-- > 0;)
    if (nest.gates.dims[dim].cell == kNone) {
      place.strides[dim] = Monomial(stride);
      stride *= type.getDimSize(dim);
    }
  place.strides[nest.unit] = Monomial(1);
  place.offset = unit * Monomial(-1);
  if (nest.row != kNone) {
    place.strides[nest.row] = Monomial(stride);
    place.offset += block.start * Monomial(-stride);
  }
  place.level = evaluator.level();
  return place;
}

/// What is made of the gates of a block of rows and a panel of units.
void NestEmitter::emitCell(GateNest &nest, const Range &block,
                           ArrayRef<TileVector> vectors) {
  constexpr size_t kTogether = 2; // vectors: more would spill registers
  auto combine = [&](Indices at) {
    Tile tile;
    tile.loops = at;
    tile.rows.assign(1, IndexValue());
    tile.laneLoop = nest.gates.dims[nest.unit].cell;
    for (ArrayRef<TileVector> rest = vectors; !rest.empty();
         rest = rest.drop_front(tile.vectors.size())) {
      tile.vectors.assign(rest.begin(),
                          rest.begin() + std::min(kTogether, rest.size()));
      emitTile(nest.cell, tile, nest.nest.lanes, 1);
    }
  };
  Indices bound(nest.cell.extents.size());
  if (nest.row == kNone)
    return combine(bound);
  emitLoop(block, 1, {}, [&](IndexValue row, ValueRange) {
    bound[nest.gates.dims[nest.row].cell] = row;
    combine(bound);
    return Carried();
  });
}

void NestEmitter::emitGates(StageGroup &group) {
  GateNest nest(group);
  bool possible = prepareGates(nest);
  tensors.forget(nest.gates.product);
  if (!possible) {
    for (StageGroup &part : group.apart)
      emitGroup(part);
    return;
  }
  Stage &front = group.stages.front(), &back = group.stages.back();
  allocateWhole(back, group.locals);
  const Contraction &product = nest.nest;
  const Extent &units = nest.product.extents[product.lane];
  record("gates", nest.product, product.shape.rows, product.width(),
         product.lanes, /*parallel=*/2);
  bool maskable =
      analysis.isMaskable(nest.product) && analysis.isMaskable(nest.cell);
  emitParallel({product.blockCount, ceilDiv(units, product.width())},
               [&](ArrayRef<IndexValue> at) {
                 Range block = blockOf(product, at.front());
                 auto emitPanel = [&](ArrayRef<TileVector> vectors) {
                   IndexValue unit = vectors.front().index;
                   unit.lane = Monomial(0);
                   front.stores.front().place = placeGates(nest, block, unit);
                   Indices bound(nest.product.extents.size());
                   emitPlain(nest.gateLoops, nest.product, bound,
                             [&](Indices gate) {
                               emitParts(product, gate, block, vectors);
                             });
                   settle(front);
                   emitCell(nest, block, vectors);
                   tensors.forget(nest.gates.product);
                 };
                 emitStretch(units, at.back(), product.lanes,
                             product.shape.vectors, maskable, emitPanel);
               });
  settle(back);
}

} // namespace swage
