//===- NestBands.cpp - windows over what a product gives ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A task is a panel of channels and a band of rows: the product writes what the
// window needs, within borders if there are any, into memory that stays in the
// second-level cache, and the window passes over that. Rows that two bands need
// are computed twice.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

struct NestEmitter::BandNest {
  explicit BandNest(StageGroup &group) : group(group), band(*group.band) {}

  StageGroup &group;
  Band &band;
  StageLoops product, window;
  SmallVector<StageLoops, 0> borders;
  Contraction nest;
  unsigned channel = 0;        ///< dimension of the padded tensor
  SmallVector<unsigned> outer; ///< dimensions besides, of more than one
  int64_t rows = 0;            ///< of the window's result in a band
  int64_t bands = 1;

  const BandDim &rowDim() const { return band.dims[band.windowed[0]]; }
  const BandDim &columnDim() const { return band.dims[band.windowed[1]]; }
  int64_t size(unsigned dim) const {
    return cast<RankedTensorType>(band.padded.getType()).getDimSize(dim);
  }
  int64_t results() const { return *window.extents[rowDim().window].fixed(); }
  /// Padded rows that `count` rows of the result need.
  int64_t needed(int64_t count) const {
    const BandDim &dim = rowDim();
    int64_t taps = dim.tap == kNone ? 1 : *window.extents[dim.tap].fixed();
    return (count - 1) * dim.stride + (taps - 1) * dim.dilation + 1;
  }
  SmallVector<int64_t> strides() const {
    SmallVector<int64_t> result(band.dims.size(), 0);
    result[channel] = 1;
    result[band.windowed[1]] = nest.width();
    result[band.windowed[0]] = nest.width() * size(band.windowed[1]);
    return result;
  }
};

/// Strides of `tensor`, of known shape, as if it had memory as a whole.
void NestEmitter::placeForAnalysis(Value tensor) {
  Place whole;
  Monomial stride(1);
  ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.getType()).getShape();
  whole.strides.resize(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    whole.strides[dim] = stride;
    stride = stride * Monomial(shape[dim]);
  }
  tensors.place(tensor, whole);
}

NestEmitter::Contraction
NestEmitter::contractInRows(StageLoops &loops, unsigned lane, int64_t lanes,
                            int64_t panel, unsigned columnLoop,
                            unsigned rowLoop) {
  Contraction product;
  product.loops = &loops;
  product.lane = lane;
  product.lanes = lanes;
  product.reuse = findReuse(loops, lane);
  product.rowLoop = columnLoop;
  product.blockLoop = rowLoop;
  product.reuse.batch.clear();
  product.reuse.reused.assign(1, columnLoop);
  ContractionShape shape = shapeOf(loops, product.reuse, lane);
  shape.vectors = panel / lanes;
  product.shape = chooseContractionTile(target, shape, lanes);
  product.reuse.reused.assign(1, rowLoop);
  product.isPacked = true;
  return product;
}

/// Rows of a band such that the memory between takes half of the second-level
/// cache, in bands of about one size.
void NestEmitter::chooseBands(BandNest &nest) {
  int64_t rowBytes = nest.strides()[nest.band.windowed[0]] *
                     bytesOf(getElementTypeOrSelf(nest.band.padded.getType()));
  int64_t most = target.l2Bytes / 2 / rowBytes;
  int64_t results = nest.results();
  nest.rows = results;
  while (nest.rows > 1 && nest.needed(nest.rows) > most)
    --nest.rows;
  nest.rows = llvm::divideCeil(results, llvm::divideCeil(results, nest.rows));
  if (ArrayRef<int64_t> wanted = parameter("band_rows"); wanted.size() == 1)
    nest.rows = std::clamp<int64_t>(wanted[0], 1, results);
  nest.bands = llvm::divideCeil(results, nest.rows);
}

/// Finds the vectors' loop and the product's tiles; false where the stages are
/// better off one by one.
bool NestEmitter::prepareBand(BandNest &nest) {
  StageGroup &group = nest.group;
  Band &band = nest.band;
  auto type = cast<RankedTensorType>(band.padded.getType());
  placeForAnalysis(band.padded);
  nest.product = analysis.analyze(group.stages.front(), {});
  nest.window = analysis.analyze(group.stages.back(), {});
  for (Stage &stage : MutableArrayRef(group.stages).drop_front().drop_back())
    nest.borders.push_back(analysis.analyze(stage, {}));

  int64_t lanes =
      std::min(analysis.lanesOf(nest.product), analysis.lanesOf(nest.window));
  std::optional<unsigned> lane = findProductLane(nest.product, lanes);
  if (!lane || !findStrided(nest.product, *lane).empty())
    return false;
  auto along = llvm::find_if(
      band.dims, [&](const BandDim &dim) { return dim.product == *lane; });
  if (along == band.dims.end() || along->isWindowed() ||
      along->window == BandDim::kNone || along->low != 0 ||
      !nest.window.vectorizable ||
      analysis.gathersAlong(nest.window, along->window))
    return false;
  nest.channel = along - band.dims.begin();
  for (unsigned dim = 0; dim < band.dims.size(); ++dim) {
    if (dim == nest.channel || band.dims[dim].isWindowed() ||
        type.getDimSize(dim) == 1)
      continue;
    if (band.dims[dim].low != 0 || band.dims[dim].product == BandDim::kNone)
      return false;
    nest.outer.push_back(dim);
  }
  std::optional<int64_t> panel =
      panelWidth(group.stages.front().reduction, *lane);
  if (!panel || *panel % lanes)
    return false;
  nest.nest = contractInRows(nest.product, *lane, lanes, *panel,
                             nest.columnDim().product, nest.rowDim().product);
  chooseBands(nest);
  return true;
}

/// The part of `count` rows from padded row `first` on that lies within
/// `window`, counted from `first`.
NestEmitter::Range NestEmitter::clip(int64_t first, int64_t count,
                                     const Range &window) {
  Location loc = builder.getUnknownLoc();
  std::optional<int64_t> extent = window.extent.fixed();
  if (extent && window.start.isConstant()) {
    int64_t begin = std::max(first, window.start.constant);
    int64_t end = std::min(first + count, window.start.constant + *extent);
    return {IndexValue::ofConstant(begin - first),
            analysis.extentOf(
                builder.getIndexAttr(std::max<int64_t>(0, end - begin)))};
  }
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  Value start = space.materialize(window.start);
  Value end =
      arith::AddIOp::create(builder, loc, start, extentValue(window.extent));
  start = arith::MaxSIOp::create(builder, loc, start, constant(first));
  end = arith::MinSIOp::create(builder, loc, end, constant(first + count));
  Value length = arith::SubIOp::create(builder, loc, end, start);
  length = arith::MaxSIOp::create(builder, loc, length, constant(0));
  start = arith::SubIOp::create(builder, loc, start, constant(first));
  return {IndexValue::ofAtom(space.addAtom(start, 1, evaluator.level())),
          {length, Monomial::ofSize(space.sizeOf(length))}};
}

/// The window's rows of band `number`, and the padded ones that they need.
std::pair<NestEmitter::Range, NestEmitter::Range>
NestEmitter::rowsOfBand(const BandNest &nest, const IndexValue &number) {
  Location loc = builder.getUnknownLoc();
  Range results, padded;
  results.start = number * Monomial(nest.rows);
  padded.start = results.start * Monomial(nest.rowDim().stride);
  if (nest.results() % nest.rows == 0) {
    results.extent = analysis.extentOf(builder.getIndexAttr(nest.rows));
    padded.extent =
        analysis.extentOf(builder.getIndexAttr(nest.needed(nest.rows)));
    return {results, padded};
  }
  Value left = arith::SubIOp::create(
      builder, loc,
      arith::ConstantIndexOp::create(builder, loc, nest.results()),
      space.materialize(results.start));
  Value count = arith::MinSIOp::create(
      builder, loc, left,
      arith::ConstantIndexOp::create(builder, loc, nest.rows));
  results.extent = {count, Monomial::ofSize(space.sizeOf(count))};
  // needed(count) = needed(1) + (count - 1) * stride
  int64_t stride = nest.rowDim().stride;
  Value need = arith::MulIOp::create(
      builder, loc, count,
      arith::ConstantIndexOp::create(builder, loc, stride));
  need = arith::AddIOp::create(
      builder, loc, need,
      arith::ConstantIndexOp::create(builder, loc, nest.needed(1) - stride));
  padded.extent = {need, Monomial::ofSize(space.sizeOf(need))};
  return {results, padded};
}

/// Memory for one band's padded rows of the channels from `channel` on.
Place NestEmitter::placeBand(BandNest &nest, const Range &padded,
                             IndexValue channel) {
  Band &band = nest.band;
  auto type = cast<RankedTensorType>(band.padded.getType());
  Place place = tensors.allocate(
      type.getElementType(), {builder.getIndexAttr(nest.needed(nest.rows)),
                              builder.getIndexAttr(nest.size(band.windowed[1])),
                              builder.getIndexAttr(nest.nest.width())});
  SmallVector<int64_t> strides = nest.strides();
  place.strides.clear();
  for (int64_t stride : strides)
    place.strides.push_back(Monomial(stride));
  place.offset = padded.start * Monomial(-strides[band.windowed[0]]);
  place.offset += channel * Monomial(-1);
  place.level = evaluator.level();
  return place;
}

/// The borders of a band, with what they are filled with.
void NestEmitter::emitBorders(BandNest &nest, const Range &padded,
                              const Indices &outer,
                              ArrayRef<TileVector> vectors) {
  unsigned row = nest.band.windowed[0], column = nest.band.windowed[1];
  for (StageLoops &loops : nest.borders) {
    const StageStore &store = loops.stage->stores.front();
    Range rows = clip(*getConstantIntValue(store.offsets[row]),
                      *loops.extents[row].fixed(), padded);
    emitLoop(rows, 1, {}, [&](IndexValue index, ValueRange) {
      Indices bound = outer;
      bound[row] = index;
      emitPlain({column}, loops, bound, [&](Indices at) {
        Tile tile;
        tile.loops = at;
        tile.rows.assign(1, IndexValue());
        tile.laneLoop = nest.channel;
        tile.vectors.assign(vectors.begin(), vectors.end());
        emitTile(loops, tile, nest.nest.lanes, 1);
      });
      return Carried();
    });
  }
}

/// The window over a band, a vector of channels at a time.
void NestEmitter::emitWindow(StageLoops &loops, const WindowLoops &along,
                             const Range &rows, Indices bound,
                             ArrayRef<TileVector> vectors) {
  int64_t columns = target.vectorRegisters >= 32 ? 8 : 4;
  emitLoop(rows, 1, {}, [&](IndexValue row, ValueRange) {
    Tile tile;
    tile.loops = bound;
    tile.loops[along.row] = row;
    tile.rowLoop = along.column;
    tile.laneLoop = along.channel;
    for (const TileVector &vector : vectors) {
      tile.vectors.assign(1, vector);
      emitRows({IndexValue(), loops.extents[along.column]}, columns,
               [&](ArrayRef<IndexValue> indices) {
                 tile.rows.assign(indices.begin(), indices.end());
                 emitTile(loops, tile, along.lanes, 1);
               });
    }
    return Carried();
  });
}

/// A panel of channels of one band.
void NestEmitter::emitBandTask(BandNest &nest, ArrayRef<IndexValue> at,
                               ArrayRef<TileVector> vectors) {
  Band &band = nest.band;
  auto [results, padded] = rowsOfBand(nest, at[nest.outer.size()]);
  IndexValue channel = vectors.front().index;
  channel.lane = Monomial(0);
  Place place = placeBand(nest, padded, channel);
  for (Stage &stage : MutableArrayRef(nest.group.stages).drop_back())
    stage.stores.front().place = place;
  Indices inProduct(nest.product.extents.size()), inBorders(band.dims.size()),
      inWindow(nest.window.extents.size());
  for (auto [number, dim] : llvm::enumerate(nest.outer)) {
    inProduct[band.dims[dim].product] = at[number];
    inBorders[dim] = at[number];
    inWindow[band.dims[dim].window] = at[number];
  }
  const BandDim &row = nest.rowDim();
  Range inside =
      clip(row.low, *nest.product.extents[row.product].fixed(), padded);
  emitBorders(nest, padded, inBorders, vectors);
  emitParts(nest.nest, inProduct, inside, vectors);
  settle(nest.group.stages.front());
  emitWindow(nest.window,
             {row.window, nest.columnDim().window,
              band.dims[nest.channel].window, nest.nest.lanes},
             results, inWindow, vectors);
  tensors.forget(band.padded);
}

void NestEmitter::emitBand(StageGroup &group) {
  BandNest nest(group);
  bool possible = prepareBand(nest);
  tensors.forget(nest.band.padded);
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
    counts.push_back(nest.product.extents[nest.band.dims[dim].product]);
  counts.push_back(analysis.extentOf(builder.getIndexAttr(nest.bands)));
  const Extent &channels = nest.product.extents[product.lane];
  counts.push_back(ceilDiv(channels, product.width()));
  record("bands", nest.product, product.shape.rows, product.width(),
         product.lanes, counts.size(), {"band_rows", nest.rows});
  bool maskable =
      analysis.isMaskable(nest.product) && analysis.isMaskable(nest.window);
  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    emitStretch(
        channels, at.back(), product.lanes, product.shape.vectors, maskable,
        [&](ArrayRef<TileVector> vectors) { emitBandTask(nest, at, vectors); });
  });
  settle(back);
}

} // namespace swage
