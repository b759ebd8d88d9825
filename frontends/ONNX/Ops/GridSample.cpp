//===- GridSample.cpp - images sampled at the points of a grid ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// GridSample over any number of spatial dimensions, and the affine grids that
// are made for it.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Numbers.h"
#include "frontends/ONNX/Ops/Taps.h"
#include "frontends/ONNX/Registry.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// The formulas of one spatial axis on tensors of floats.
class Sampler {
public:
  enum Mode { Nearest, Linear, Cubic };
  enum Padding { Zeros, Border, Reflection };

  Sampler(NodeContext &node, Mode mode, Padding padding, bool alignCorners)
      : node(node), mode(mode), padding(padding), alignCorners(alignCorners) {}

  /// The taps along an axis of `size` pixels for a vector of coordinates, in
  /// which -1 and 1 are the axis' ends.
  Taps sample(Value coordinates, Value size) {
    if (node.failed())
      return {};
    type = node.elementType(coordinates);
    Value length = node.cast(size, type);
    last = sub(length, number(1));
    low = number(alignCorners ? 0 : -0.5);
    high = alignCorners ? last : sub(length, number(0.5));
    Value x = add(coordinates, number(1));
    x = alignCorners ? mul(mul(x, number(0.5)), last)
                     : mul(sub(mul(x, length), number(1)), number(0.5));
    if (mode == Nearest)
      x = node.create<nn::RoundOp>(x);
    x = pad(x);
    if (mode == Nearest)
      return {toPlaces(node.unsqueeze(x, {1})), {}};
    SmallVector<double> offsets{0, 1};
    if (mode == Cubic)
      offsets = {-1, 0, 1, 2};
    Value base = node.create<nn::FloorOp>(x);
    Value distances =
        addOffsets(node, sub(base, x),
                   node.floatTensor(type, {int64_t(offsets.size())}, offsets));
    Value places = addOffsets(
        node, base, node.floatTensor(type, {int64_t(offsets.size())}, offsets));
    return {toPlaces(pad(places)), weigh(distances)};
  }

private:
  Value add(Value a, Value b) { return node.create<nn::AddOp>(a, b); }
  Value sub(Value a, Value b) { return node.create<nn::SubOp>(a, b); }
  Value mul(Value a, Value b) { return node.create<nn::MulOp>(a, b); }
  Value number(double value) { return node.scalar(type, value); }

  /// Brings coordinates into the image as the padding says.
  Value pad(Value x) {
    if (padding == Zeros)
      return x;
    if (padding == Border) {
      Value inside =
          node.create<nn::MinOp>(node.create<nn::MaxOp>(x, number(0)), last);
      if (mode != Cubic)
        return inside;
      // Half a pixel around the image is part of it. Only a curve through more
      // than the nearest pixels sees the difference.
      Value kept =
          node.create<nn::AndOp>(node.create<nn::GreaterEqualOp>(x, low),
                                 node.create<nn::LessEqualOp>(x, high));
      return node.create<nn::SelectOp>(kept, x, inside);
    }
    // Back and forth between the ends; an axis without extent has one place.
    Value extent = sub(high, low);
    Value sensible = node.create<nn::GreaterOp>(extent, number(0));
    Value divisor = node.create<nn::SelectOp>(sensible, extent, number(1));
    Value below = sub(low, x), above = sub(x, high);
    Value beyond = node.create<nn::MaxOp>(below, above);
    Value turns =
        node.create<nn::FloorOp>(node.create<nn::DivOp>(beyond, divisor));
    Value rest = sub(beyond, mul(turns, divisor));
    Value half = mul(turns, number(0.5));
    Value even = node.create<nn::EqualOp>(half, node.create<nn::FloorOp>(half));
    Value atStart = node.create<nn::GreaterOp>(below, above);
    // An even number of turns comes from the end that was passed.
    Value fromLow = node.create<nn::EqualOp>(atStart, even);
    Value mirrored =
        node.create<nn::SelectOp>(fromLow, add(low, rest), sub(high, rest));
    mirrored = node.create<nn::SelectOp>(sensible, mirrored, number(0));
    return node.create<nn::SelectOp>(
        node.create<nn::GreaterOp>(beyond, number(0)), mirrored, x);
  }

  /// As integers, and negative outside of the image.
  Value toPlaces(Value x) {
    if (node.failed())
      return {};
    Value inside =
        node.create<nn::AndOp>(node.create<nn::GreaterEqualOp>(x, number(0)),
                               node.create<nn::LessEqualOp>(x, last));
    // What is not a number is not inside either.
    x = node.create<nn::SelectOp>(inside, x, number(-1));
    return node.failed() ? Value() : node.cast(x, node.builder().getI64Type());
  }

  Value weigh(Value distances) {
    Value d = node.create<nn::AbsOp>(distances);
    if (mode == Linear)
      return sub(number(1), d);
    constexpr double a = -0.75;
    auto horner = [&](ArrayRef<double> factors) {
      Value sum = number(factors.front());
      for (double factor : factors.drop_front())
        sum = add(mul(sum, d), number(factor));
      return sum;
    };
    Value near = horner({a + 2, -(a + 3), 0, 1});
    Value far = horner({a, -5 * a, 8 * a, -4 * a});
    return node.create<nn::SelectOp>(node.create<nn::LessEqualOp>(d, number(1)),
                                     near, far);
  }

  NodeContext &node;
  Mode mode;
  Padding padding;
  bool alignCorners;
  Type type;
  Value low, high, last;
};

} // namespace

static std::optional<Sampler> readSampler(NodeContext &node) {
  std::string mode = node.stringAttr("mode", "linear");
  std::string padding = node.stringAttr("padding_mode", "zeros");
  bool alignCorners = node.boolAttr("align_corners", false);
  // Versions before 20 have longer names for modes.
  auto modes = llvm::StringSwitch<std::optional<Sampler::Mode>>(mode)
                   .Case("nearest", Sampler::Nearest)
                   .Cases({"linear", "bilinear"}, Sampler::Linear)
                   .Cases({"cubic", "bicubic"}, Sampler::Cubic)
                   .Default(std::nullopt);
  auto paddings = llvm::StringSwitch<std::optional<Sampler::Padding>>(padding)
                      .Case("zeros", Sampler::Zeros)
                      .Case("border", Sampler::Border)
                      .Case("reflection", Sampler::Reflection)
                      .Default(std::nullopt);
  if (!modes)
    node.bad("its attribute 'mode' must be nearest, linear or cubic");
  else if (!paddings)
    node.bad("its attribute 'padding_mode' must be zeros, border or "
             "reflection");
  if (node.failed())
    return std::nullopt;
  return Sampler(node, *modes, *paddings, alignCorners);
}

/// The pixels themselves, or zeros, where each sample is one pixel.
static Value pickPixels(NodeContext &node, Value rows, Value places) {
  if (node.failed())
    return {};
  places = node.reshape(places, {-1});
  Value zero = node.scalar(node.builder().getI64Type(), 0);
  Value outside = node.create<nn::LessOp>(places, zero);
  Value picked =
      node.create<nn::GatherOp>(rows, node.create<nn::MaxOp>(places, zero), 0);
  return node.create<nn::SelectOp>(node.unsqueeze(outside, {1}),
                                   node.scalarLike(rows, 0), picked);
}

static Results importGridSample(NodeContext &node) {
  Value image = node.input(0), grid = node.input(1);
  std::optional<Sampler> sampler = readSampler(node);
  if (!sampler || node.failed())
    return {};
  int64_t rank = node.rank(image), spatial = rank - 2;
  bool fits = spatial >= 1 && node.rank(grid) == rank;
  if (fits)
    grid = withSize(node, grid, rank - 1, spatial);
  if (node.failed() || !fits || node.shape(grid).back() != spatial)
    return node.bad("its grid must have as many dimensions as its input, the "
                    "last of them a coordinate for each spatial dimension");
  Type type = node.elementType(image);
  if (!type.isIntOrFloat())
    return node.unsupported("it computes with real numbers only");
  Type wide = type.isF64() || isa<IntegerType>(type)
                  ? Type(node.builder().getF64Type())
                  : accumulator(type);
  // [N * points, coordinate]
  Value points = flattenTo2D(node, node.cast(grid, wide), rank - 1);
  Value batches = countTo(node, node.create<nn::ShapeOp>(image, 0, 1));
  Value perBatch = node.create<nn::ShapeOp>(grid, 1, rank - 1);
  perBatch = node.create<nn::ReduceProdOp>(perBatch, ArrayRef<int64_t>{0},
                                           /*keep_dims=*/true);
  Value numbers = node.create<nn::ExpandOp>(
      node.unsqueeze(batches, {1}),
      node.concat({node.create<nn::ShapeOp>(image, 0, 1), perBatch}, 0));
  Taps taps = singleTaps(node, node.reshape(numbers, {-1}), wide);
  bool nearest = false;
  for (int64_t i = 0; i < spatial; ++i) {
    // Coordinates come in the order x, y, z.
    int64_t column = spatial - 1 - i;
    Value coordinates =
        node.squeeze(node.slice(points, 1, column, column + 1), {1});
    Value size = sizeAt(node, image, 2 + i);
    Taps axis = sampler->sample(coordinates, size);
    nearest = !axis.weights;
    if (nearest)
      axis.weights = taps.weights;
    taps = joinTaps(node, taps, axis, size);
  }
  if (node.failed())
    return {};
  Value sampled;
  if (nearest) {
    sampled = pickPixels(node, pixelRows(node, image), taps.places);
  } else {
    Value rows = pixelRows(node, node.cast(image, wide));
    sampled = node.create<nn::GatherSumOp>(rows, taps.places, taps.weights,
                                           /*maximum=*/false);
    sampled = node.failed() ? Value() : node.cast(sampled, type);
  }
  Value result = reshapeBy(node, sampled,
                           {node.create<nn::ShapeOp>(grid, 0, rank - 1),
                            node.create<nn::ShapeOp>(image, 1, 2)});
  SmallVector<int64_t> order{0, rank - 1};
  llvm::append_range(order, llvm::seq<int64_t>(1, rank - 1));
  return node.transpose(result, order);
}

//===----------------------------------------------------------------------===//
// Affine grids
//===----------------------------------------------------------------------===//

/// The coordinates of the pixels of an axis, between -1 and 1.
static Value affineAxis(NodeContext &node, Value size, bool alignCorners,
                        Type type) {
  Numbers length(node, size), one(node, 1.0);
  Numbers places = Numbers::count(length);
  if (!alignCorners)
    return ((places * 2 + 1) / length - 1).vector(type);
  // One pixel lies at the beginning.
  return (places * 2 / (length - 1).max(one) - 1).vector(type);
}

static Results importAffineGrid(NodeContext &node) {
  Value theta = node.input(0), sizes = node.input(1);
  bool alignCorners = node.boolAttr("align_corners", false);
  if (node.failed())
    return {};
  // The result's rank, which is that of the sizes, may tell more than these do.
  int64_t count = node.rank(sizes) == 1 ? node.shape(sizes)[0] : 0;
  if (ShapedType::isDynamic(count) && node.rank(theta) == 3 &&
      ShapedType::isStatic(node.shape(theta)[1]))
    count = node.shape(theta)[1] + 2;
  if (ShapedType::isDynamic(count))
    count = node.declaredRank(0).value_or(0);
  int64_t spatial = count - 2;
  if ((spatial == 2 || spatial == 3) && node.rank(theta) == 3) {
    sizes = node.vectorOf(sizes, count);
    theta = withSize(node, withSize(node, theta, 1, spatial), 2, spatial + 1);
  }
  if (node.failed() || (spatial != 2 && spatial != 3) ||
      node.rank(theta) != 3 || node.shape(sizes)[0] != count ||
      node.shape(theta)[1] != spatial || node.shape(theta)[2] != spatial + 1)
    return node.bad("it needs a size of 4 or 5 dimensions, and a matrix of 2 x "
                    "3 or 3 x 4 for each batch");
  Type type = node.elementType(theta), wide = accumulator(type);
  sizes = node.cast(sizes, node.builder().getI64Type());
  // [spatial..., x y z 1]
  Value outer = node.slice(sizes, 0, 2, count);
  SmallVector<Value> columns;
  for (int64_t i = spatial - 1; i >= 0; --i) {
    Value axis = affineAxis(node, node.slice(sizes, 0, 2 + i, 3 + i),
                            alignCorners, wide);
    axis = node.failed() ? Value() : alongAxis(node, axis, i, spatial);
    axis = node.create<nn::ExpandOp>(axis, outer);
    columns.push_back(node.unsqueeze(axis, {spatial}));
  }
  if (node.failed())
    return {};
  columns.push_back(fill(node, node.scalar(wide, 1),
                         node.concat({outer, node.ints({1})}, 0)));
  Value points = flattenTo2D(node, node.concat(columns, spatial), spatial);
  Value moved = node.create<nn::MatMulOp>(
      points, node.failed() ? Value() : node.cast(theta, wide),
      /*transpose_lhs=*/false, /*transpose_rhs=*/true);
  Value grid = reshapeBy(
      node, moved, {node.slice(sizes, 0, 0, 1), outer, node.ints({spatial})});
  return node.failed() ? Results() : Results(node.cast(grid, type));
}

void swage::onnx::registerGridSampleOps(Registry &registry) {
  registry.add("GridSample", 16, {2, 2}, importGridSample);
  registry.add("AffineGrid", 20, {2, 2}, importAffineGrid);
}
