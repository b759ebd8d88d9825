//===- Interpolation.cpp - one axis of another size -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Interpolation.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Quantization.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

//===----------------------------------------------------------------------===//
// Places and weights
//===----------------------------------------------------------------------===//

/// Where in the input each element of the output is.
static Numbers getPlaces(NodeContext &node, const ResizeModes &modes,
                         const ResizedAxis &axis) {
  Numbers x = Numbers::count(axis.target), zero(node, 0.0);
  // The standard's formulas take the output's size before it is rounded.
  Numbers extent = axis.scale * axis.size, single = extent == 1;
  Numbers centred = axis.divide(x + 0.5) - 0.5;
  Numbers step =
      single.choose(zero, (axis.size - 1) / single.choose(extent, extent - 1));
  switch (modes.places) {
  case ResizeModes::HalfPixel:
    return centred;
  case ResizeModes::HalfPixelSymmetric:
    // In the order of the standard's formula, and without rounding between:
    // sums that are whole there have to be whole here.
    return axis.size / 2 * (Numbers(node, 1.0) - axis.target / extent) +
           (x + 0.5) / axis.scale - 0.5;
  case ResizeModes::PytorchHalfPixel:
    return single.choose(x * 0 - 0.5, centred);
  case ResizeModes::HalfPixelForNearest:
    return axis.divide(x + 0.5);
  case ResizeModes::AlignCorners:
    return x * step;
  case ResizeModes::Asymmetric:
    return axis.divide(x);
  case ResizeModes::Crop: {
    Numbers last = axis.size - 1, shown = axis.end - axis.start;
    Numbers within = single.choose(x * 0 + shown * last / 2, x * step * shown);
    return within + axis.start * last;
  }
  }
  llvm_unreachable("all modes are handled");
}

/// The place of one element each.
static Numbers roundPlaces(NodeContext &node, const ResizeModes &modes,
                           const ResizedAxis &axis, const Numbers &places) {
  switch (modes.rounding) {
  case ResizeModes::PreferDown:
    return (places - 0.5).ceil();
  case ResizeModes::PreferUp:
    return (places + 0.5).floor();
  case ResizeModes::Floor:
    return places.floor();
  case ResizeModes::Ceil:
    return places.ceil();
  case ResizeModes::Old:
    return (axis.scale < 1).choose(places.ceil(), places.floor());
  }
  llvm_unreachable("all modes are handled");
}

/// What an element at a distance counts.
static Numbers weigh(NodeContext &node, const ResizeModes &modes,
                     const Numbers &distance) {
  Numbers d = distance.abs(), one(node, 1.0), zero(node, 0.0);
  if (modes.interpolation == ResizeModes::Linear)
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
static Value maskOutside(NodeContext &node, const ResizeModes &modes,
                         const ResizedAxis &axis, const Numbers &places,
                         Value result) {
  if (node.failed() || modes.places != ResizeModes::Crop)
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
static Value interpolate(NodeContext &node, const ResizeModes &modes,
                         const ResizedAxis &axis, const Numbers &places,
                         Value value) {
  Type i64 = node.builder().getI64Type(), type = node.elementType(value);
  bool linear = modes.interpolation == ResizeModes::Linear;
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

Value swage::onnx::resizeAxis(NodeContext &node, const ResizeModes &modes,
                              const ResizedAxis &axis, Value value) {
  if (node.failed())
    return {};
  bool same = axis.scale.scalar() == 1.0 && axis.size.scalar() &&
              axis.size.scalar() == axis.target.scalar();
  if (same && modes.places != ResizeModes::Crop)
    return value;
  Numbers places = getPlaces(node, modes, axis);
  Value result;
  if (modes.interpolation == ResizeModes::Nearest) {
    Numbers nearest = roundPlaces(node, modes, axis, places)
                          .clamp(Numbers(node, 0.0), axis.size - 1);
    result = node.create<nn::GatherOp>(
        value, nearest.vector(node.builder().getI64Type()), axis.number);
  } else {
    result = interpolate(node, modes, axis, places, value);
  }
  return maskOutside(node, modes, axis, places, result);
}
