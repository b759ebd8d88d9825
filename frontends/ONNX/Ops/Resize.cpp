//===- Resize.cpp - images of another size --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Every axis is resized by itself: each element along it is a weighted sum of
// few elements of the input, whose places and weights the operator's many modes
// define. Those are tables that are constant unless sizes depend on the run.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Numbers.h"
#include "frontends/ONNX/Ops/Quantization.h"
#include "frontends/ONNX/Registry.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// What all axes have in common.
struct Modes {
  enum { Nearest, Linear, Cubic } interpolation = Nearest;
  enum {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    HalfPixelForNearest,
    AlignCorners,
    Asymmetric,
    Crop
  } places = HalfPixel;
  /// PreferDown rounds halves down, Old rounds away from the origin when the
  /// image shrinks.
  enum { PreferDown, PreferUp, Floor, Ceil, Old } rounding = PreferDown;
  bool antialias = false;
  bool excludeOutside = false;
  double cubic = -0.75;
  double outside = 0;
};

/// One axis: the sizes of input and output, how much longer the output is, and
/// which part of the input is shown.
struct Axis {
  int64_t number;
  Numbers size, target, scale, start, end;
  /// Whether the scale was given, as an f32.
  bool isGiven = false;

  /// Given scales are seldom exact, but a quotient rounded like them mostly is.
  Numbers divide(const Numbers &places) const {
    return isGiven ? (places / scale).rounded() : places / scale;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Places and weights
//===----------------------------------------------------------------------===//

/// Where in the input each element of the output is.
static Numbers getPlaces(NodeContext &node, const Modes &modes,
                         const Axis &axis) {
  Numbers x = Numbers::count(axis.target), zero(node, 0.0);
  // The standard's formulas take the output's size before it is rounded.
  Numbers extent = axis.scale * axis.size, single = extent == 1;
  Numbers centred = axis.divide(x + 0.5) - 0.5;
  Numbers step =
      single.choose(zero, (axis.size - 1) / single.choose(extent, extent - 1));
  switch (modes.places) {
  case Modes::HalfPixel:
    return centred;
  case Modes::HalfPixelSymmetric:
    // In the order of the standard's formula, and without rounding between:
    // sums that are whole there have to be whole here.
    return axis.size / 2 * (Numbers(node, 1.0) - axis.target / extent) +
           (x + 0.5) / axis.scale - 0.5;
  case Modes::PytorchHalfPixel:
    return single.choose(x * 0 - 0.5, centred);
  case Modes::HalfPixelForNearest:
    return axis.divide(x + 0.5);
  case Modes::AlignCorners:
    return x * step;
  case Modes::Asymmetric:
    return axis.divide(x);
  case Modes::Crop: {
    Numbers last = axis.size - 1, shown = axis.end - axis.start;
    Numbers within = single.choose(x * 0 + shown * last / 2, x * step * shown);
    return within + axis.start * last;
  }
  }
  llvm_unreachable("all modes are handled");
}

/// The place of one element each.
static Numbers roundPlaces(NodeContext &node, const Modes &modes,
                           const Axis &axis, const Numbers &places) {
  switch (modes.rounding) {
  case Modes::PreferDown:
    return (places - 0.5).ceil();
  case Modes::PreferUp:
    return (places + 0.5).floor();
  case Modes::Floor:
    return places.floor();
  case Modes::Ceil:
    return places.ceil();
  case Modes::Old:
    return (axis.scale < 1).choose(places.ceil(), places.floor());
  }
  llvm_unreachable("all modes are handled");
}

/// What an element at a distance counts.
static Numbers weigh(NodeContext &node, const Modes &modes,
                     const Numbers &distance) {
  Numbers d = distance.abs(), one(node, 1.0), zero(node, 0.0);
  if (modes.interpolation == Modes::Linear)
    return (one - d).max(zero);
  double a = modes.cubic;
  Numbers near = (d * (a + 2) - (a + 3)) * d * d + 1;
  Numbers far = ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
  return (one < d).choose((d < 2).choose(far, zero), near);
}

//===----------------------------------------------------------------------===//
// One axis
//===----------------------------------------------------------------------===//

/// Numbers with an entry for each place of `axis`, to broadcast against a
/// tensor of `rank` dimensions.
static Value along(NodeContext &node, Value vector, int64_t axis,
                   int64_t rank) {
  return node.failed() ? Value() : alongAxis(node, vector, axis, rank);
}

/// Elements that are shown from outside of the input have a value of their own.
static Value maskOutside(NodeContext &node, const Modes &modes,
                         const Axis &axis, const Numbers &places,
                         Value result) {
  if (node.failed() || modes.places != Modes::Crop)
    return result;
  Numbers outside = (places < 0) + (axis.size - 1 < places);
  if (outside.isKnown() &&
      llvm::all_of(outside.values(), [](double x) { return x == 0; }))
    return result;
  Value mask = node.cast(outside.vector(node.builder().getI64Type()),
                         node.builder().getI1Type());
  return node.create<nn::SelectOp>(
      along(node, mask, axis.number, node.rank(result)),
      node.scalarLike(result, modes.outside), result);
}

/// The sum over `taps` neighbours of each place.
static Value interpolate(NodeContext &node, const Modes &modes,
                         const Axis &axis, const Numbers &places, Value value) {
  Type i64 = node.builder().getI64Type(), type = node.elementType(value);
  bool linear = modes.interpolation == Modes::Linear;
  Numbers one(node, 1.0), reach(node, linear ? 1.0 : 2.0), shrink = one;
  if (modes.antialias) {
    // A shrinking image averages over more of the input.
    shrink = axis.scale.min(one);
    reach = reach / shrink;
  }
  Numbers first = (reach * -1).floor() + 1;
  Numbers offsets = (Numbers::count(first * -2 + 2) + first).row();
  Numbers base = places.floor();
  Numbers weights = weigh(node, modes, (offsets - (places - base)) * shrink);
  Numbers taps = base + offsets, last = axis.size - 1;
  if (modes.excludeOutside) {
    Numbers inside = one - ((taps < 0) + (last < taps));
    weights = weights * inside;
  }
  if (modes.excludeOutside || modes.antialias)
    weights = weights / weights.sumRows();
  Value indices = taps.clamp(Numbers(node, 0.0), last).matrix(i64);
  Value factors = weights.matrix(type);
  if (node.failed())
    return {};
  int64_t count = node.shape(factors)[1], rank = node.rank(value);
  constexpr int64_t unrolled = 4;
  if (!ShapedType::isDynamic(count) && count <= unrolled) {
    Value sum;
    for (int64_t i = 0; i < count; ++i) {
      auto column = [&](Value table) {
        return node.squeeze(node.slice(table, 1, i, i + 1), {1});
      };
      Value part = node.create<nn::MulOp>(
          node.create<nn::GatherOp>(value, column(indices), axis.number),
          along(node, column(factors), axis.number, rank));
      sum = sum ? node.create<nn::AddOp>(sum, part) : part;
    }
    return sum;
  }
  // The axis becomes the rows of a matrix, in which each result is a sum.
  SmallVector<int64_t> order{axis.number}, back;
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis.number)
      order.push_back(i);
  for (int64_t i = 0; i < rank; ++i)
    back.push_back(llvm::find(order, i) - order.begin());
  Value rows = node.transpose(value, order);
  Value sums = node.create<nn::GatherSumOp>(flattenTo2D(node, rows, 1), indices,
                                            factors, false);
  if (node.failed())
    return {};
  Value sizes = node.concat({node.create<nn::ShapeOp>(sums, 0, 1),
                             node.create<nn::ShapeOp>(rows, 1, rank)},
                            0);
  return node.transpose(
      node.create<nn::ReshapeOp>(sums, sizes, /*allow_zero=*/true), back);
}

static Value resizeAxis(NodeContext &node, const Modes &modes, const Axis &axis,
                        Value value) {
  if (node.failed())
    return {};
  bool same = axis.scale.scalar() == 1.0 && axis.size.scalar() &&
              axis.size.scalar() == axis.target.scalar();
  if (same && modes.places != Modes::Crop)
    return value;
  Numbers places = getPlaces(node, modes, axis);
  Value result;
  if (modes.interpolation == Modes::Nearest) {
    Numbers nearest = roundPlaces(node, modes, axis, places)
                          .clamp(Numbers(node, 0.0), axis.size - 1);
    result = node.create<nn::GatherOp>(
        value, nearest.vector(node.builder().getI64Type()), axis.number);
  } else {
    result = interpolate(node, modes, axis, places, value);
  }
  return maskOutside(node, modes, axis, places, result);
}

//===----------------------------------------------------------------------===//
// Sizes and scales
//===----------------------------------------------------------------------===//

namespace {
/// What a node says of the output's sizes, for each of `axes`.
struct Request {
  SmallVector<int64_t> axes;
  Value scales, sizes, roi;
  std::string policy = "stretch";
};
} // namespace

/// Element `place` of a vector.
static Numbers element(NodeContext &node, Value vector, int64_t place) {
  if (auto known = nn::getKnownElements(vector);
      known && place < int64_t(known->size()) && (*known)[place])
    return Numbers(node, double(*(*known)[place]));
  return Numbers(node, node.slice(vector, 0, place, place + 1));
}

/// Whether element `place` of `sizes` is the input's own size along `axis`,
/// also where neither is known.
static bool isOwnSize(Value sizes, int64_t place, Value input, int64_t axis) {
  while (auto concat = sizes.getDefiningOp<nn::ConcatOp>()) {
    Value part;
    for (Value each : concat.getInputs()) {
      int64_t count = nn::shapeOf(each)[0];
      if (ShapedType::isDynamic(count))
        return false;
      if (place < count) {
        part = each;
        break;
      }
      place -= count;
    }
    if (!part)
      return false;
    sizes = part;
  }
  auto shape = sizes.getDefiningOp<nn::ShapeOp>();
  return shape && shape.getInput() == input &&
         int64_t(shape.getStart()) + place == axis;
}

static SmallVector<Axis, 4> getAxes(NodeContext &node, const Request &request,
                                    Value value) {
  SmallVector<Axis, 4> axes;
  SmallVector<Numbers, 4> sizes;
  for (int64_t axis : request.axes)
    sizes.push_back(
        Numbers(node, node.create<nn::ShapeOp>(value, axis, axis + 1)));
  // The least or greatest scale, where the aspect ratio is kept.
  std::optional<Numbers> common;
  bool smaller = request.policy == "not_larger";
  if (request.sizes && request.policy != "stretch")
    for (auto [i, size] : llvm::enumerate(sizes)) {
      Numbers scale = element(node, request.sizes, i) / size;
      common = !common   ? scale
               : smaller ? common->min(scale)
                         : common->max(scale);
    }
  for (auto [i, number] : llvm::enumerate(request.axes)) {
    if (node.failed())
      return {};
    if (request.sizes && !common && isOwnSize(request.sizes, i, value, number))
      continue;
    Numbers size = sizes[i], one(node, 1.0);
    Numbers scale = one, target = size;
    if (request.scales) {
      scale = element(node, request.scales, i);
      if (scale.scalar() && !(*scale.scalar() > 0)) {
        node.bad("its scales must be positive");
        return {};
      }
      // A scale of 1 keeps a size, also one that is not known.
      if (scale.scalar() != 1.0)
        target = (scale * size).floor();
      else if (!size.isKnown() && !request.roi)
        continue;
    } else if (common) {
      scale = *common;
      target = (scale * size + 0.5).floor();
    } else {
      target = element(node, request.sizes, i);
      if (target.scalar() && *target.scalar() < 0) {
        node.bad("its sizes must not be negative");
        return {};
      }
      scale = target / size;
    }
    Axis axis{number,
              size,
              target,
              scale,
              Numbers(node, 0.0),
              one,
              bool(request.scales)};
    if (request.roi) {
      axis.start = element(node, request.roi, i);
      axis.end = element(node, request.roi, request.axes.size() + i);
    }
    axes.push_back(axis);
  }
  return axes;
}

static Results resize(NodeContext &node, const Modes &modes, Request request,
                      Value value) {
  if (node.failed())
    return {};
  int64_t number = request.axes.size();
  for (auto [list, count] :
       {std::pair(&request.scales, number), std::pair(&request.sizes, number),
        std::pair(&request.roi, 2 * number)}) {
    if (!*list)
      continue;
    *list = node.vectorOf(*list, count);
    if (node.failed() || node.shape(*list) != ArrayRef<int64_t>{count})
      return node.bad("it needs a size or scale for each axis, and two corners "
                      "where it crops");
  }
  SmallVector<Axis, 4> axes = getAxes(node, request, value);
  if (node.failed())
    return {};
  Type type = node.elementType(value), wide = accumulator(type);
  if (modes.interpolation == Modes::Nearest)
    wide = type;
  else if (isa<IntegerType>(type))
    wide = node.builder().getF64Type();
  Value result = node.cast(value, wide);
  // Axes that shrink the image come first, so that there is less to do.
  for (bool shrinks : {true, false})
    for (const Axis &axis : axes)
      if ((axis.scale.scalar().value_or(1) < 1) == shrinks)
        result = resizeAxis(node, modes, axis, result);
  if (node.failed())
    return {};
  // What overshoots an integer's range stays at its end.
  if (type != wide && isa<IntegerType>(type) && !type.isInteger(1))
    return roundTo(node, result, Value(), type, /*saturate=*/true);
  return node.cast(result, type);
}

//===----------------------------------------------------------------------===//
// The operators
//===----------------------------------------------------------------------===//

static void readInterpolation(NodeContext &node, Modes &modes) {
  std::string mode = node.stringAttr("mode", "nearest");
  if (mode == "linear" || mode == "bilinear" || mode == "trilinear")
    modes.interpolation = Modes::Linear;
  else if (mode == "cubic")
    modes.interpolation = Modes::Cubic;
  else if (mode != "nearest")
    node.bad("its attribute 'mode' must be nearest, linear or cubic");
}

static void readPlaces(NodeContext &node, Modes &modes) {
  std::string name =
      node.stringAttr("coordinate_transformation_mode", "half_pixel");
  auto places = llvm::StringSwitch<std::optional<decltype(modes.places)>>(name)
                    .Case("half_pixel", Modes::HalfPixel)
                    .Case("half_pixel_symmetric", Modes::HalfPixelSymmetric)
                    .Case("pytorch_half_pixel", Modes::PytorchHalfPixel)
                    .Case("tf_half_pixel_for_nn", Modes::HalfPixelForNearest)
                    .Case("align_corners", Modes::AlignCorners)
                    .Case("asymmetric", Modes::Asymmetric)
                    .Case("tf_crop_and_resize", Modes::Crop)
                    .Default(std::nullopt);
  if (!places)
    node.bad("its attribute 'coordinate_transformation_mode' is none that the "
             "standard has");
  modes.places = places.value_or(Modes::HalfPixel);
  std::string nearest = node.stringAttr("nearest_mode", "round_prefer_floor");
  auto rounding =
      llvm::StringSwitch<std::optional<decltype(modes.rounding)>>(nearest)
          .Case("round_prefer_floor", Modes::PreferDown)
          .Case("round_prefer_ceil", Modes::PreferUp)
          .Case("floor", Modes::Floor)
          .Case("ceil", Modes::Ceil)
          .Default(std::nullopt);
  if (!rounding)
    node.bad("its attribute 'nearest_mode' is none that the standard has");
  modes.rounding = rounding.value_or(Modes::PreferDown);
}

/// An input that is not there, or empty, which means the same.
static Value orAbsent(NodeContext &node, unsigned index) {
  Value value = node.input(index);
  if (!value || node.failed() ||
      (node.rank(value) == 1 && node.shape(value)[0] == 0))
    return {};
  return value;
}

static Results importResize(NodeContext &node) {
  Modes modes;
  readInterpolation(node, modes);
  readPlaces(node, modes);
  modes.cubic = node.floatAttr("cubic_coeff_a", -0.75);
  modes.excludeOutside = node.boolAttr("exclude_outside", false);
  modes.outside = node.floatAttr("extrapolation_value", 0);
  modes.antialias = node.boolAttr("antialias", false);
  Value value = node.input(0);
  if (node.failed())
    return {};
  Request request;
  request.axes = node.intsAttr("axes").value_or(
      llvm::to_vector(llvm::seq<int64_t>(0, node.rank(value))));
  for (int64_t &axis : request.axes)
    axis = node.axis(axis, node.rank(value));
  request.policy = node.stringAttr("keep_aspect_ratio_policy", "stretch");
  if (!llvm::is_contained({"stretch", "not_larger", "not_smaller"},
                          request.policy))
    return node.bad("its attribute 'keep_aspect_ratio_policy' must be stretch, "
                    "not_larger or not_smaller");
  request.scales = orAbsent(node, 2);
  request.sizes = orAbsent(node, 3);
  if (node.failed())
    return {};
  // Sizes count where both are there, which files of version 11 have.
  if (request.sizes)
    request.scales = {};
  if (!request.scales && !request.sizes)
    return node.bad("it needs scales or sizes");
  if (modes.places == Modes::Crop) {
    request.roi = orAbsent(node, 1);
    if (!request.roi)
      return node.bad("it needs a region to crop");
  }
  return resize(node, modes, request, value);
}

/// Upsample, and the first version of Resize: places are divided by the scale.
static Results importOldResize(NodeContext &node, Value scales) {
  Modes modes;
  readInterpolation(node, modes);
  modes.places = Modes::Asymmetric;
  modes.rounding = Modes::Old;
  Value value = node.input(0);
  if (node.failed())
    return {};
  Request request;
  request.axes = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(value)));
  request.scales = scales;
  return resize(node, modes, request, value);
}

static Results importResizeByScales(NodeContext &node) {
  return importOldResize(node, node.input(1));
}

static Value floats(NodeContext &node, ArrayRef<double> values) {
  return node.floatTensor(node.builder().getF32Type(), {int64_t(values.size())},
                          values);
}

static Results importUpsampleByAttribute(NodeContext &node) {
  return importOldResize(node, floats(node, node.floatsAttr("scales")));
}

static Results importFirstUpsample(NodeContext &node) {
  return importOldResize(node,
                         floats(node, {1, 1, node.floatAttr("height_scale", 1),
                                       node.floatAttr("width_scale", 1)}));
}

void swage::onnx::registerResizeOps(Registry &registry) {
  registry.add("Resize", 10, {2, 2}, importResizeByScales);
  registry.add("Resize", 11, {1, 4}, importResize);
  registry.add("Upsample", 1, {1, 1}, importFirstUpsample);
  registry.add("Upsample", 7, {1, 1}, importUpsampleByAttribute);
  registry.add("Upsample", 9, {2, 2}, importResizeByScales);
}
