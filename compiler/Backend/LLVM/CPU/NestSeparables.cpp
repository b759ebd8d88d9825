//===- NestSeparables.cpp - windows and products of their results ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A task is a band of rows: the window writes all of their channels into memory
// that stays near the first-level cache, and the product reads that for each
// panel of its columns.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"

using namespace mlir;

namespace swage {

struct NestEmitter::SeparableNest {
  explicit SeparableNest(StageGroup &group)
      : group(group), separable(*group.separable) {}

  StageGroup &group;
  Separable &separable;
  StageLoops window, product;
  Contraction nest;
  /// Dimensions of what lies between.
  unsigned channel = kNone, row = kNone, column = kNone;
  SmallVector<unsigned> outer; ///< besides, of more than one

  RankedTensorType type() const {
    return cast<RankedTensorType>(separable.image.getType());
  }
  int64_t size(unsigned dim) const { return type().getDimSize(dim); }
  const SeparableDim &at(unsigned dim) const { return separable.dims[dim]; }

  /// Memory of `rows` rows, with strides for all dimensions.
  SmallVector<int64_t> strides() const {
    SmallVector<int64_t> result(separable.dims.size(), 0);
    result[channel] = 1;
    result[column] = size(channel);
    result[row] = size(channel) * size(column);
    return result;
  }
};

/// Tells apart the dimensions of what lies between; false where they are not
/// those of images with channels.
bool NestEmitter::matchDims(SeparableNest &nest, unsigned lane) {
  SmallVector<unsigned> places;
  for (unsigned dim = 0; dim < nest.separable.dims.size(); ++dim) {
    const SeparableDim &loops = nest.at(dim);
    if (loops.product != kNone && nest.product.isReduction(loops.product))
      nest.channel = dim;
    else if (nest.size(dim) != 1)
      places.push_back(dim);
  }
  if (places.size() < 2 || nest.channel == kNone)
    return false;
  // A task knows no loops but these.
  auto isOfDim = [&](unsigned SeparableDim::*loop, unsigned wanted) {
    return llvm::any_of(nest.separable.dims, [&](const SeparableDim &dim) {
      return dim.*loop == wanted;
    });
  };
  for (unsigned loop : nest.window.remaining(/*reductions=*/false))
    if (!isOfDim(&SeparableDim::window, loop))
      return false;
  for (unsigned loop : nest.product.remaining(/*reductions=*/false))
    if (loop != lane && !isOfDim(&SeparableDim::product, loop))
      return false;
  for (unsigned dim : places)
    if (nest.at(dim).product == kNone)
      return false;
  nest.column = places.pop_back_val();
  nest.row = places.pop_back_val();
  nest.outer = places;
  return true;
}

/// Rows of a band such that what lies between takes a sixteenth of the
/// second-level cache, and still fills a few of the product's tiles.
void NestEmitter::chooseBandRows(SeparableNest &nest) {
  constexpr int64_t kPart = 16, kTiles = 3;
  Contraction &product = nest.nest;
  int64_t rows = nest.size(nest.row), columns = nest.size(nest.column);
  int64_t rowBytes =
      columns * nest.size(nest.channel) * bytesOf(nest.type().getElementType());
  int64_t least = (kTiles * product.shape.rows + columns - 1) / columns;
  int64_t wanted = std::max(least, target.l2Bytes / kPart / rowBytes);
  wanted = std::min(wanted, rows);
  product.blockSize = llvm::divideCeil(rows, llvm::divideCeil(rows, wanted));
  if (ArrayRef<int64_t> given = parameter("band_rows"); given.size() == 1)
    product.blockSize = std::clamp<int64_t>(given[0], 1, rows);
  product.blockCount =
      ceilDiv(nest.product.extents[product.blockLoop], product.blockSize);
}

/// Finds the vectors' loops and the product's tiles; false where the stages are
/// better off one by one.
bool NestEmitter::prepareSeparable(SeparableNest &nest) {
  StageGroup &group = nest.group;
  placeForAnalysis(nest.separable.image);
  nest.window = analysis.analyze(group.stages.front(), {});
  nest.product = analysis.analyze(group.stages.back(), {});
  int64_t lanes =
      std::min(analysis.lanesOf(nest.product), analysis.lanesOf(nest.window));
  std::optional<unsigned> lane = findProductLane(nest.product, lanes);
  if (!lane || !findStrided(nest.product, *lane).empty() ||
      !matchDims(nest, *lane) || !nest.window.vectorizable ||
      analysis.gathersAlong(nest.window, nest.at(nest.channel).window))
    return false;
  std::optional<int64_t> panel =
      panelWidth(group.stages.back().reduction, *lane);
  if (!panel || *panel % lanes)
    return false;
  nest.nest =
      contractInRows(nest.product, *lane, lanes, *panel,
                     nest.at(nest.column).product, nest.at(nest.row).product);
  chooseBandRows(nest);
  return true;
}

/// Memory for what lies between, of the rows of `band`.
Place NestEmitter::placeBetween(const SeparableNest &nest, const Range &band) {
  Place place =
      tensors.allocate(nest.type().getElementType(),
                       {builder.getIndexAttr(nest.nest.blockSize),
                        builder.getIndexAttr(nest.size(nest.column)),
                        builder.getIndexAttr(nest.size(nest.channel))});
  SmallVector<int64_t> strides = nest.strides();
  place.strides.clear();
  for (int64_t stride : strides)
    place.strides.push_back(Monomial(stride));
  place.offset = band.start * Monomial(-strides[nest.row]);
  place.level = evaluator.level();
  return place;
}

void NestEmitter::emitSeparableTask(SeparableNest &nest,
                                    ArrayRef<IndexValue> at) {
  Stage &front = nest.group.stages.front();
  Contraction &product = nest.nest;
  Range band = blockOf(product, at[nest.outer.size()]);
  front.stores.front().place = placeBetween(nest, band);
  Indices inWindow(nest.window.extents.size()),
      inProduct(nest.product.extents.size());
  for (auto [number, dim] : llvm::enumerate(nest.outer)) {
    inWindow[nest.at(dim).window] = at[number];
    inProduct[nest.at(dim).product] = at[number];
  }
  constexpr int64_t kVectors = 1;
  unsigned channels = nest.at(nest.channel).window;
  emitLanes({IndexValue(), nest.window.extents[channels]}, product.lanes,
            kVectors, analysis.isMaskable(nest.window), {},
            [&](ArrayRef<TileVector> vectors, ValueRange) {
              emitWindow(nest.window,
                         {nest.at(nest.row).window, nest.at(nest.column).window,
                          channels, product.lanes},
                         band, inWindow, vectors);
              return Carried();
            });
  settle(front);
  const Extent &columns = nest.product.extents[product.lane];
  Range panels{IndexValue(), ceilDiv(columns, product.width())};
  emitLoop(panels, 1, {}, [&](IndexValue panel, ValueRange) {
    emitStretch(columns, panel, product.lanes, product.shape.vectors,
                analysis.isMaskable(nest.product),
                [&](ArrayRef<TileVector> vectors) {
                  emitParts(product, inProduct, band, vectors);
                });
    return Carried();
  });
  tensors.forget(nest.separable.image);
}

void NestEmitter::emitSeparable(StageGroup &group) {
  SeparableNest nest(group);
  bool possible = prepareSeparable(nest);
  tensors.forget(nest.separable.image);
  if (!possible) {
    for (StageGroup &part : group.apart)
      emitGroup(part);
    return;
  }
  Stage &back = group.stages.back();
  allocateWhole(back, group.locals);
  const Contraction &product = nest.nest;
  SmallVector<Extent> counts;
  for (unsigned dim : nest.outer)
    counts.push_back(nest.product.extents[nest.at(dim).product]);
  counts.push_back(product.blockCount);
  record("separable", nest.product, product.shape.rows, product.width(),
         product.lanes, counts.size(), {"band_rows", product.blockSize});
  emitParallel(counts,
               [&](ArrayRef<IndexValue> at) { emitSeparableTask(nest, at); });
  settle(back);
}

} // namespace swage
