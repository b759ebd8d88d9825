//===- SplitBorders.cpp - windows within the image and at its borders -----===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Of a window at the border of a padded image a part lies on zeros, which the
// sums do not need. In small images that is much of the work: of a window of 3
// by 3 on an image of 2 by 2, more than half. So the places of a window are
// divided into those that have the same part of it on the image,
//
//   y[o] = sum_r x[o s + r d - p] w[r]   over r with 0 <= o s + r d - p < size,
//
// and each such region is a contraction of its own, of slices of the image and
// of the filter. A filter's gradient is of this form too: its places are the
// elements of the filter, and its window is the result's gradient; a region of
// one place is a matrix product then.
//
// The greatest elements of windows are found in the same way, without a copy of
// the image with borders around it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/SplitBorders.h"
#include "compiler/Backend/LLVM/CPU/PaddedWindows.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {
namespace {

class BorderSplitter {
public:
  explicit BorderSplitter(Sliding &sliding)
      : sliding(sliding), builder(sliding.op) {}

  /// Whether the regions take less time than the whole.
  bool pays() const;
  void split();

private:
  using Region = SmallVector<Stretch>; ///< one of each axis
  SmallVector<Region> listRegions() const;
  int64_t stepsTogether(const Region &region, ArrayRef<int64_t> ranges) const;
  double costOf(const Region &region) const;
  Value sliceOf(OpOperand &operand, const Region &region);
  SmallVector<int64_t> rangesOf(const Region &region) const;
  Value createRegion(const Region &region, Value whole);

  Sliding &sliding;
  OpBuilder builder;
};

} // namespace

SmallVector<BorderSplitter::Region> BorderSplitter::listRegions() const {
  SmallVector<Region> regions(1);
  for (const Axis &axis : sliding.axes) {
    SmallVector<Region> longer;
    for (const Region &region : regions)
      for (const Stretch &stretch : axis.stretches) {
        longer.push_back(region);
        longer.back().push_back(stretch);
      }
    regions = std::move(longer);
  }
  return regions;
}

SmallVector<int64_t> BorderSplitter::rangesOf(const Region &region) const {
  SmallVector<int64_t> ranges = sliding.ranges;
  for (auto [axis, stretch] : llvm::zip(sliding.axes, region)) {
    ranges[axis.place] = stretch.count;
    ranges[axis.tap] = stretch.taps;
  }
  return ranges;
}

/// How many steps of the sums follow one another without another loop around
/// them: the innermost loop, with a window's over elements that lie together.
int64_t BorderSplitter::stepsTogether(const Region &region,
                                      ArrayRef<int64_t> ranges) const {
  int64_t steps = 1;
  SmallVector<utils::IteratorType> iterators =
      sliding.op.getIteratorTypesArray();
  for (unsigned loop = ranges.size(); loop-- > 0;) {
    if (iterators[loop] != utils::IteratorType::reduction)
      continue;
    const Stretch *stretch = nullptr;
    const Axis *axis = nullptr;
    for (auto [own, part] : llvm::zip(sliding.axes, region))
      if (own.tap == loop)
        axis = &own, stretch = &part;
    if (axis && (stretch->count != 1 || axis->dilation != 1))
      break;
    steps *= ranges[loop];
    if (axis &&
        ranges[loop] != sliding.pad.getSourceType().getDimSize(axis->dim))
      break;
  }
  return steps;
}

double BorderSplitter::costOf(const Region &region) const {
  // To go through the filter takes as long as some rows of products, and to
  // begin a loop as long as some steps of it.
  constexpr double kPass = 24, kBegin = 4;
  AffineMap filter = sliding.op.getMatchingIndexingMap(sliding.filter);
  SmallVector<int64_t> ranges = rangesOf(region);
  double rows = 1, steps = 1;
  for (auto [loop, range] : llvm::enumerate(ranges))
    (filter.isFunctionOfDim(loop) ? steps : rows) *= range;
  return (rows + kPass) * steps * (1 + kBegin / stepsTogether(region, ranges));
}

bool BorderSplitter::pays() const {
  constexpr size_t kMostRegions = 9;
  constexpr double kGain = 0.92;
  size_t count = 1;
  Region whole;
  for (const Axis &axis : sliding.axes) {
    count *= axis.stretches.size();
    whole.push_back(
        {0, sliding.ranges[axis.place], 0, sliding.ranges[axis.tap]});
  }
  if (count == 1 || count > kMostRegions)
    return false;
  // A pooling is over before the copy of its image with borders would be made.
  // No copy is made of what the kernel itself computes.
  if (!sliding.hasProducts)
    return !sliding.pad.getSource().getDefiningOp<linalg::GenericOp>() &&
           llvm::all_of(sliding.op->getUsers(),
                        llvm::IsaPred<kernel::ReturnOp>);
  double split = 0;
  for (const Region &region : listRegions())
    split += costOf(region);
  return split < kGain * costOf(whole);
}

/// The part of an operand that `region` reads, with the borders left out.
Value BorderSplitter::sliceOf(OpOperand &operand, const Region &region) {
  AffineMap map = sliding.op.getMatchingIndexingMap(&operand);
  Value source =
      &operand == sliding.image ? sliding.pad.getSource() : operand.get();
  auto type = cast<RankedTensorType>(source.getType());
  SmallVector<int64_t> offsets(type.getRank(), 0), sizes(type.getShape());
  for (auto [axis, stretch] : llvm::zip(sliding.axes, region)) {
    if (&operand == sliding.image) {
      offsets[axis.dim] = stretch.first * axis.stride +
                          stretch.firstTap * axis.dilation - axis.low;
      sizes[axis.dim] = (stretch.count - 1) * axis.stride +
                        (stretch.taps - 1) * axis.dilation + 1;
      continue;
    }
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      unsigned loop = cast<AffineDimExpr>(expr).getPosition();
      if (loop == axis.tap) {
        offsets[dim] = stretch.firstTap;
        sizes[dim] = stretch.taps;
      } else if (loop == axis.place) {
        offsets[dim] = stretch.first;
        sizes[dim] = stretch.count;
      }
    }
  }
  SmallVector<int64_t> ones(type.getRank(), 1);
  return tensor::ExtractSliceOp::create(
      builder, sliding.op.getLoc(), source,
      getAsIndexOpFoldResult(builder.getContext(), offsets),
      getAsIndexOpFoldResult(builder.getContext(), sizes),
      getAsIndexOpFoldResult(builder.getContext(), ones));
}

/// Inserts the results of `region` into `whole`.
Value BorderSplitter::createRegion(const Region &region, Value whole) {
  linalg::GenericOp op = sliding.op;
  Location loc = op.getLoc();
  MLIRContext *context = builder.getContext();
  OpOperand *init = op.getDpsInitOperand(0);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  // A loop over one place is no part of where the image is read.
  SmallVector<AffineExpr> kept;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
    kept.push_back(getAffineDimExpr(loop, context));
  for (auto [axis, stretch] : llvm::zip(sliding.axes, region))
    if (stretch.count == 1)
      kept[axis.place] = getAffineConstantExpr(0, context);
  AffineMap &image = maps[sliding.image->getOperandNumber()];
  image = image.replaceDimsAndSymbols(kept, {}, op.getNumLoops(), 0);

  SmallVector<int64_t> ranges = rangesOf(region), sizes, offsets;
  for (AffineExpr expr : op.getMatchingIndexingMap(init).getResults()) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    sizes.push_back(ranges[loop]);
    offsets.push_back(0);
    for (auto [axis, stretch] : llvm::zip(sliding.axes, region))
      if (loop == axis.place)
        offsets.back() = stretch.first;
  }
  auto fill = init->get().getDefiningOp<linalg::FillOp>();
  Type element = cast<RankedTensorType>(whole.getType()).getElementType();
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  Value start = linalg::FillOp::create(builder, loc, fill.getInputs(), empty)
                    .getResult(0);
  SmallVector<Value> inputs(2);
  inputs[sliding.image->getOperandNumber()] = sliceOf(*sliding.image, region);
  inputs[sliding.filter->getOperandNumber()] = sliceOf(*sliding.filter, region);
  auto part =
      linalg::GenericOp::create(builder, loc, start.getType(), inputs, start,
                                maps, op.getIteratorTypesArray());
  IRMapping mapping;
  op.getRegion().cloneInto(&part.getRegion(), mapping);
  SmallVector<int64_t> ones(sizes.size(), 1);
  return tensor::InsertSliceOp::create(builder, loc, part.getResult(0), whole,
                                       getAsIndexOpFoldResult(context, offsets),
                                       getAsIndexOpFoldResult(context, sizes),
                                       getAsIndexOpFoldResult(context, ones));
}

void BorderSplitter::split() {
  auto type = cast<RankedTensorType>(sliding.op.getResult(0).getType());
  Value whole = tensor::EmptyOp::create(builder, sliding.op.getLoc(),
                                        type.getShape(), type.getElementType());
  for (const Region &region : listRegions())
    whole = createRegion(region, whole);
  sliding.op.getResult(0).replaceAllUsesWith(whole);
  sliding.op.erase();
}

void splitBorders(kernel::FuncOp kernel) {
  SmallVector<Sliding> found;
  for (auto op : kernel.getBody().getOps<linalg::GenericOp>())
    if (std::optional<Sliding> sliding = matchSliding(op))
      found.push_back(*sliding);
  for (Sliding &sliding : found) {
    BorderSplitter splitter(sliding);
    if (splitter.pays())
      splitter.split();
  }
}

} // namespace swage
