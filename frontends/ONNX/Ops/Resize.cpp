//===- Resize.cpp - images of another size --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reads what the operator's many versions, modes and inputs say of each axis;
// Interpolation.cpp resizes one axis after the other.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Interpolation.h"
#include "frontends/ONNX/Ops/Quantization.h"
#include "frontends/ONNX/Registry.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

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

static SmallVector<ResizedAxis, 4>
getAxes(NodeContext &node, const Request &request, Value value) {
  SmallVector<ResizedAxis, 4> axes;
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
    ResizedAxis axis{number,
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

static Results resize(NodeContext &node, const ResizeModes &modes,
                      Request request, Value value) {
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
  SmallVector<ResizedAxis, 4> axes = getAxes(node, request, value);
  if (node.failed())
    return {};
  Type type = node.elementType(value), wide = accumulator(type);
  if (modes.interpolation == ResizeModes::Nearest)
    wide = type;
  else if (isa<IntegerType>(type))
    wide = node.builder().getF64Type();
  Value result = node.cast(value, wide);
  // Axes that shrink the image come first, so that there is less to do.
  for (bool shrinks : {true, false})
    for (const ResizedAxis &axis : axes)
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

static void readInterpolation(NodeContext &node, ResizeModes &modes) {
  std::string mode = node.stringAttr("mode", "nearest");
  if (mode == "linear" || mode == "bilinear" || mode == "trilinear")
    modes.interpolation = ResizeModes::Linear;
  else if (mode == "cubic")
    modes.interpolation = ResizeModes::Cubic;
  else if (mode != "nearest")
    node.bad("its attribute 'mode' must be nearest, linear or cubic");
}

static void readPlaces(NodeContext &node, ResizeModes &modes) {
  std::string name =
      node.stringAttr("coordinate_transformation_mode", "half_pixel");
  auto places =
      llvm::StringSwitch<std::optional<decltype(modes.places)>>(name)
          .Case("half_pixel", ResizeModes::HalfPixel)
          .Case("half_pixel_symmetric", ResizeModes::HalfPixelSymmetric)
          .Case("pytorch_half_pixel", ResizeModes::PytorchHalfPixel)
          .Case("tf_half_pixel_for_nn", ResizeModes::HalfPixelForNearest)
          .Case("align_corners", ResizeModes::AlignCorners)
          .Case("asymmetric", ResizeModes::Asymmetric)
          .Case("tf_crop_and_resize", ResizeModes::Crop)
          .Default(std::nullopt);
  if (!places)
    node.bad("its attribute 'coordinate_transformation_mode' is none that the "
             "standard has");
  modes.places = places.value_or(ResizeModes::HalfPixel);
  std::string nearest = node.stringAttr("nearest_mode", "round_prefer_floor");
  auto rounding =
      llvm::StringSwitch<std::optional<decltype(modes.rounding)>>(nearest)
          .Case("round_prefer_floor", ResizeModes::PreferDown)
          .Case("round_prefer_ceil", ResizeModes::PreferUp)
          .Case("floor", ResizeModes::Floor)
          .Case("ceil", ResizeModes::Ceil)
          .Default(std::nullopt);
  if (!rounding)
    node.bad("its attribute 'nearest_mode' is none that the standard has");
  modes.rounding = rounding.value_or(ResizeModes::PreferDown);
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
  ResizeModes modes;
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
  if (modes.places == ResizeModes::Crop) {
    request.roi = orAbsent(node, 1);
    if (!request.roi)
      return node.bad("it needs a region to crop");
  }
  return resize(node, modes, request, value);
}

/// Upsample, and the first version of Resize: places are divided by the scale.
static Results importOldResize(NodeContext &node, Value scales) {
  ResizeModes modes;
  readInterpolation(node, modes);
  modes.places = ResizeModes::Asymmetric;
  modes.rounding = ResizeModes::Old;
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
