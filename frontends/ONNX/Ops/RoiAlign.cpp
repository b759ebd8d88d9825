//===- RoiAlign.cpp - regions of images brought to one size ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each element of a region's result is the mean, or the greatest, of samples of
// the image in its bin. Where the region's size decides how many samples there
// are, the table has room for the largest region, and entries that count
// nothing elsewhere.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Taps.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// One axis of all regions.
struct RegionAxis {
  Value start, end; ///< [regions], in pixels
  Value size;       ///< of the image, a scalar of i64
  int64_t bins;     ///< of each region
};

class Regions {
public:
  Regions(NodeContext &node, Type type) : node(node), type(type) {
    maximum = node.stringAttr("mode", "avg") == "max";
    if (!maximum && node.stringAttr("mode", "avg") != "avg")
      node.bad("its attribute 'mode' must be avg or max");
    samples = node.intAttr("sampling_ratio", 0);
    scale = node.floatAttr("spatial_scale", 1);
    // The first version had no name for what it does.
    std::string places =
        node.stringAttr("coordinate_transformation_mode",
                        node.opset() < 16 ? "output_half_pixel" : "half_pixel");
    halfPixel = places == "half_pixel";
    if (!halfPixel && places != "output_half_pixel")
      node.bad("its attribute 'coordinate_transformation_mode' must be "
               "half_pixel or output_half_pixel");
  }

  bool isMaximum() const { return maximum; }

  /// The bounds of the regions, which column `index` of the boxes gives.
  Value bound(Value boxes, int64_t index) {
    Value corner =
        mul(node.squeeze(node.slice(boxes, 1, index, index + 1), {1}),
            number(scale));
    return halfPixel ? sub(corner, number(0.5)) : corner;
  }

  /// The taps of each bin along an axis: [regions, bins, taps].
  Taps sample(const RegionAxis &axis) {
    Value extent = sub(axis.end, axis.start);
    if (!halfPixel)
      extent = node.create<nn::MaxOp>(extent, number(1));
    Value bin = div(extent, number(axis.bins));
    // How many samples a bin has: given, or about one a pixel.
    Value count, numbers;
    if (samples > 0) {
      count = number(samples);
      numbers = iota(node, node.builder().getI64Type(), samples);
    } else {
      count = node.create<nn::CeilOp>(bin);
      Value most = node.create<nn::ReduceMaxOp>(count, ArrayRef<int64_t>{0},
                                                /*keep_dims=*/false);
      most = node.create<nn::MaxOp>(most, number(1));
      count = node.unsqueeze(count, {1, 2});
      if (node.failed())
        return {};
      numbers = countTo(node, node.cast(most, node.builder().getI64Type()));
    }
    if (node.failed())
      return {};
    Value sample = node.cast(numbers, type);
    Value counts = node.create<nn::LessOp>(sample, count);
    // For a maximum, what is too much repeats the last sample.
    if (maximum)
      sample = node.create<nn::MinOp>(sample, sub(count, number(1)));
    // [regions, bins, samples]
    Value start = node.unsqueeze(axis.start, {1, 2});
    bin = node.unsqueeze(bin, {1, 2});
    Value bins = node.unsqueeze(iota(node, type, axis.bins), {1});
    Value least = node.create<nn::MaxOp>(count, number(1));
    Value within = div(add(sample, number(0.5)), least);
    Value place = add(start, mul(add(bins, within), bin));
    Value some = node.create<nn::GreaterOp>(count, number(0));
    return pixels(place, axis.size, maximum ? some : counts, least);
  }

private:
  Value add(Value a, Value b) { return node.create<nn::AddOp>(a, b); }
  Value sub(Value a, Value b) { return node.create<nn::SubOp>(a, b); }
  Value mul(Value a, Value b) { return node.create<nn::MulOp>(a, b); }
  Value div(Value a, Value b) { return node.create<nn::DivOp>(a, b); }
  Value number(double value) { return node.scalar(type, value); }

  /// The two pixels around each place that is in the image and `counts`.
  Taps pixels(Value place, Value size, Value counts, Value count) {
    if (node.failed())
      return {};
    Type i64 = node.builder().getI64Type();
    Value length = node.cast(size, type), last = sub(length, number(1));
    Value inside = node.create<nn::AndOp>(
        node.create<nn::GreaterEqualOp>(place, number(-1)),
        node.create<nn::LessEqualOp>(place, length));
    inside = node.create<nn::AndOp>(inside, counts);
    Value x = node.create<nn::MaxOp>(place, number(0));
    Value base = node.create<nn::MinOp>(node.create<nn::FloorOp>(x), last);
    x = node.create<nn::MinOp>(x, last);
    if (node.failed())
      return {};
    int64_t rank = node.rank(base);
    Value offsets = iota(node, type, 2);
    Value places =
        node.create<nn::MinOp>(addOffsets(node, base, offsets), last);
    places = node.create<nn::SelectOp>(node.unsqueeze(inside, {rank}), places,
                                       number(-1));
    Value distance = addOffsets(node, sub(base, x), offsets);
    Value weights = sub(number(1), node.create<nn::AbsOp>(distance));
    if (!maximum)
      weights =
          div(weights,
              node.rank(count) == 0 ? count : node.unsqueeze(count, {rank}));
    if (node.failed())
      return {};
    places = node.cast(places, i64);
    return {flattenLast(places), flattenLast(weights)};
  }

  /// [regions, bins, samples, 2] -> [regions, bins, samples * 2].
  Value flattenLast(Value value) {
    Value sizes = node.create<nn::ShapeOp>(value, 2, 3);
    return reshapeBy(node, value,
                     {node.create<nn::ShapeOp>(value, 0, 2),
                      node.create<nn::MulOp>(sizes, node.ints({2}))});
  }

  NodeContext &node;
  Type type;
  bool maximum, halfPixel;
  int64_t samples;
  double scale;
};

} // namespace

/// A row of taps for each of regions x rows x columns, where `value` does not
/// vary along one of the last two.
static Value spreadRows(NodeContext &node, Value value, int64_t missing,
                        Value outer) {
  if (node.failed())
    return {};
  value = node.unsqueeze(value, {missing});
  Value sizes = node.concat({outer, node.create<nn::ShapeOp>(value, 3, 4)}, 0);
  return flattenTo2D(node, node.create<nn::ExpandOp>(value, sizes), 3);
}

/// [regions, channels, rows, columns] of pixels chosen by the taps of both
/// axes, [regions, bins, taps] each.
static Value sampleRegions(NodeContext &node, Value image, Value batches,
                           const Taps &vertical, const Taps &horizontal,
                           ArrayRef<int64_t> bins, bool maximum) {
  if (node.failed())
    return {};
  Value outer = node.concat(
      {node.create<nn::ShapeOp>(batches, 0, 1), node.ints(bins)}, 0);
  Value numbers =
      node.create<nn::ExpandOp>(node.unsqueeze(batches, {1, 2}), outer);
  Taps taps =
      singleTaps(node, node.reshape(numbers, {-1}), node.elementType(image));
  auto join = [&](const Taps &next, int64_t missing, int64_t axis) {
    taps = joinTaps(node, taps,
                    {spreadRows(node, next.places, missing, outer),
                     spreadRows(node, next.weights, missing, outer)},
                    sizeAt(node, image, axis));
  };
  join(vertical, 2, 2);
  join(horizontal, 1, 3);
  Value sampled = node.create<nn::GatherSumOp>(
      pixelRows(node, image), taps.places, taps.weights, maximum);
  Value result =
      reshapeBy(node, sampled, {outer, node.create<nn::ShapeOp>(image, 1, 2)});
  return node.transpose(result, {0, 3, 1, 2});
}

static Results importRoiAlign(NodeContext &node) {
  Value image = node.input(0), boxes = node.input(1), batches = node.input(2);
  int64_t height = node.intAttr("output_height", 1),
          width = node.intAttr("output_width", 1);
  if (!node.requireSameType({image, boxes}))
    return {};
  if (node.rank(boxes) == 2)
    boxes = withSize(node, boxes, 1, 4);
  if (node.failed() || node.rank(image) != 4 || node.rank(boxes) != 2 ||
      node.rank(batches) != 1 || node.shape(boxes)[1] != 4)
    return node.bad("it needs an image of 4 dimensions, boxes of 4 numbers and "
                    "the image of each");
  if (height < 1 || width < 1)
    return node.bad("its output must not be empty");
  Type type = node.elementType(image), wide = accumulator(type);
  Type i64 = node.builder().getI64Type();
  Regions regions(node, wide);
  boxes = node.cast(boxes, wide);
  auto axis = [&](int64_t column, Value size, int64_t bins) {
    return regions.sample({regions.bound(boxes, column),
                           regions.bound(boxes, column + 2), size, bins});
  };
  Taps vertical = axis(1, sizeAt(node, image, 2), height);
  Taps horizontal = axis(0, sizeAt(node, image, 3), width);
  if (node.failed())
    return {};
  Value result =
      sampleRegions(node, node.cast(image, wide), node.cast(batches, i64),
                    vertical, horizontal, {height, width}, regions.isMaximum());
  return node.failed() ? Results() : Results(node.cast(result, type));
}

//===----------------------------------------------------------------------===//
// MaxRoiPool
//===----------------------------------------------------------------------===//

/// The pixels of each bin along an axis: [regions, bins, taps]. Bins begin and
/// end at whole pixels, and may be empty.
static Taps poolAxis(NodeContext &node, Value start, Value end, Value size,
                     int64_t bins) {
  if (node.failed())
    return {};
  Type type = node.elementType(start), i64 = node.builder().getI64Type();
  Value one = node.scalar(type, 1), zero = node.scalar(type, 0);
  auto add = [&](Value a, Value b) { return node.create<nn::AddOp>(a, b); };
  auto sub = [&](Value a, Value b) { return node.create<nn::SubOp>(a, b); };
  auto mul = [&](Value a, Value b) { return node.create<nn::MulOp>(a, b); };
  Value extent = node.create<nn::MaxOp>(add(sub(end, start), one), one);
  Value bin = node.unsqueeze(
      node.create<nn::DivOp>(extent, node.scalar(type, double(bins))), {1});
  Value numbers = iota(node, type, bins), from = node.unsqueeze(start, {1});
  Value length = node.cast(size, type);
  auto within = [&](Value place) {
    return node.create<nn::MinOp>(node.create<nn::MaxOp>(place, zero), length);
  };
  Value first = within(add(node.create<nn::FloorOp>(mul(numbers, bin)), from));
  Value last =
      within(add(node.create<nn::CeilOp>(mul(add(numbers, one), bin)), from));
  Value count = sub(last, first);
  Value most = node.create<nn::MaxOp>(
      node.create<nn::ReduceMaxOp>(count, ArrayRef<int64_t>{0, 1},
                                   /*keep_dims=*/false),
      one);
  if (node.failed())
    return {};
  Value taps = countTo(node, node.cast(most, i64));
  if (node.failed())
    return {};
  // What is too much repeats the last pixel.
  count = node.unsqueeze(count, {2});
  Value step = node.create<nn::MinOp>(node.cast(taps, type), sub(count, one));
  Value places = add(node.unsqueeze(first, {2}), step);
  places = node.create<nn::SelectOp>(node.create<nn::GreaterOp>(count, zero),
                                     places, node.scalar(type, -1));
  if (node.failed())
    return {};
  return {node.cast(places, i64), fill(node, one, node.shapeOf(places))};
}

/// The greatest pixels of regions, whose rows of numbers begin with the image.
static Results importMaxRoiPool(NodeContext &node) {
  Value image = node.input(0), regions = node.input(1);
  auto bins = node.intsAttr("pooled_shape");
  double scale = node.floatAttr("spatial_scale", 1);
  if (!node.requireSameType({image, regions}))
    return {};
  if (node.rank(regions) == 2)
    regions = withSize(node, regions, 1, 5);
  if (node.failed() || node.rank(image) != 4 || node.rank(regions) != 2 ||
      node.shape(regions)[1] != 5 || !bins || bins->size() != 2 ||
      (*bins)[0] < 1 || (*bins)[1] < 1)
    return node.bad("it needs an image of 4 dimensions, regions of 5 numbers "
                    "and the shape of its result");
  Type type = node.elementType(image), wide = accumulator(type);
  regions = node.cast(regions, wide);
  auto column = [&](int64_t index) {
    return node.squeeze(node.slice(regions, 1, index, index + 1), {1});
  };
  // Halves are rounded up.
  auto bound = [&](int64_t index) {
    Value scaled =
        node.create<nn::MulOp>(column(index), node.scalar(wide, scale));
    return node.create<nn::FloorOp>(
        node.create<nn::AddOp>(scaled, node.scalar(wide, 0.5)));
  };
  Taps vertical =
      poolAxis(node, bound(2), bound(4), sizeAt(node, image, 2), (*bins)[0]);
  Taps horizontal =
      poolAxis(node, bound(1), bound(3), sizeAt(node, image, 3), (*bins)[1]);
  if (node.failed())
    return {};
  Value batches = node.cast(column(0), node.builder().getI64Type());
  Value result = sampleRegions(node, node.cast(image, wide), batches, vertical,
                               horizontal, *bins, /*maximum=*/true);
  return node.failed() ? Results() : Results(node.cast(result, type));
}

void swage::onnx::registerRoiAlignOps(Registry &registry) {
  registry.add("RoiAlign", 10, {3, 3}, importRoiAlign);
  registry.add("MaxRoiPool", 1, {2, 2}, importMaxRoiPool);
}
