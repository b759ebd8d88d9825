//===- Convolution.cpp - convolutions -------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Conv and what is a convolution of something rearranged.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Convolution.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Windows.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Checks what all convolutions ask of their filter.
static bool checkFilter(NodeContext &node, Value input, Value filter) {
  if (node.failed())
    return false;
  if (node.rank(filter) != node.rank(input) || node.rank(input) < 3) {
    node.bad("its input and filter must have the same rank, at least 3");
    return false;
  }
  return true;
}

/// The window of a filter: what its type leaves open the attributes must say,
/// and the filter gets the type with it.
static WindowAttributes readFilterWindow(NodeContext &node, Value &filter) {
  ArrayRef<int64_t> kernel = node.shape(filter).drop_front(2);
  if (!ShapedType::isDynamicShape(kernel))
    return readWindow(node, node.rank(filter), kernel);
  WindowAttributes window = readWindow(node, node.rank(filter), {});
  if (node.failed())
    return window;
  filter = node.create<nn::ReshapeOp>(
      filter,
      node.concat(
          {node.create<nn::ShapeOp>(filter, 0, 2), node.ints(window.kernel)},
          0),
      /*allow_zero=*/true);
  return window;
}

/// Whether neither the type nor the attributes tell a filter's size.
static bool hasOpenFilter(NodeContext &node, Value filter) {
  return ShapedType::isDynamicShape(node.shape(filter).drop_front(2)) &&
         !node.hasAttr("kernel_shape");
}

/// The attributes of a window whose kernel the run alone knows.
static WindowAttributes readOpenWindow(NodeContext &node, int64_t rank) {
  WindowAttributes window =
      readWindow(node, rank, SmallVector<int64_t>(rank - 2, 1));
  if (window.autoPad == WindowAttributes::SameUpper ||
      window.autoPad == WindowAttributes::SameLower)
    node.unsupported("with its auto_pad, the spatial sizes of its filter must "
                     "be known at compile time, or be its attribute "
                     "'kernel_shape'");
  return window;
}

static Value convolveOpen(NodeContext &node, Value input, Value filter,
                          Value bias, int64_t group) {
  int64_t rank = node.rank(input), spatial = rank - 2;
  WindowAttributes window = readOpenWindow(node, rank);
  if (group < 1)
    node.bad("its attribute 'group' must be positive");
  if (node.failed())
    return {};
  SmallVector<int64_t> pads(2 * rank);
  llvm::copy(ArrayRef(window.pads).take_front(spatial), &pads[2]);
  llvm::copy(ArrayRef(window.pads).drop_front(spatial), &pads[rank + 2]);
  if (llvm::any_of(pads, [](int64_t pad) { return pad != 0; }))
    input = node.create<nn::PadOp>(input, node.ints(pads), Value(), "constant");
  return convolveGathered(node, input, filter, bias, node.ints({group}),
                          window.strides, window.dilations);
}

Value swage::onnx::convolve(NodeContext &node, Value input, Value filter,
                            Value bias) {
  if (!checkFilter(node, input, filter))
    return {};
  int64_t group = node.intAttr("group", 1);
  if (hasOpenFilter(node, filter))
    return convolveOpen(node, input, filter, bias, group);
  WindowAttributes window = readFilterWindow(node, filter);
  input = resolveAutoPad(node, window, input, Value());
  return node.create<nn::ConvOp>(input, filter, bias, window.strides,
                                 window.pads, window.dilations, group,
                                 /*channels_last=*/false);
}

static Results importConv(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  if (!node.requireSameType({input, filter, bias}))
    return {};
  return convolve(node, input, filter, bias);
}

Value swage::onnx::centre(NodeContext &node, Value value, Value zeroPoint,
                          ArrayRef<int64_t> shape) {
  if (node.failed())
    return {};
  Type wide = node.builder().getI32Type();
  value = node.cast(value, wide);
  if (!zeroPoint || node.failed())
    return value;
  zeroPoint = node.cast(zeroPoint, wide);
  if (!node.failed() && node.rank(zeroPoint) > 0 &&
      node.shape(zeroPoint) != shape)
    zeroPoint = node.reshape(zeroPoint, shape);
  return node.create<nn::SubOp>(value, zeroPoint);
}

static Results importConvInteger(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1);
  if (!checkFilter(node, input, filter))
    return {};
  // A filter may have a zero point for every result channel.
  SmallVector<int64_t> perChannel(node.rank(filter), 1);
  perChannel[0] = -1;
  return convolve(node, centre(node, input, node.input(2), {}),
                  centre(node, filter, node.input(3), perChannel), Value());
}

//===----------------------------------------------------------------------===//
// Transposed convolution
//===----------------------------------------------------------------------===//

namespace {
/// A transposed convolution along its spatial dimensions. With a stride of s,
/// the results at places of the same remainder modulo s are one ordinary
/// convolution of the input, with every s-th element of the filter. So all
/// together are a convolution with s times as many filters along each
/// dimension, whose results take turns.
struct Transposed {
  WindowAttributes window;
  SmallVector<int64_t> taps;       ///< of each of the ordinary convolutions
  SmallVector<int64_t> spread;     ///< distance of the filter's elements
  SmallVector<int64_t> outputPads; ///< elements that no input reaches
};
} // namespace

/// [C, M / group, spatial...] -> [M * phases, C / group, taps...]: within a
/// group, filters are ordered by result channel, then by phase.
static Value arrangeTransposedFilter(NodeContext &node, Value filter,
                                     const Transposed &shape, int64_t group) {
  const WindowAttributes &window = shape.window;
  int64_t spatial = window.kernel.size();
  Value channels = node.create<nn::ShapeOp>(filter, 0, 1),
        filters = node.create<nn::ShapeOp>(filter, 1, 2);
  auto reshape = [&](Value value, ArrayRef<Value> leading,
                     ArrayRef<int64_t> rest) {
    SmallVector<Value> sizes(leading);
    sizes.push_back(node.ints(rest));
    return node.create<nn::ReshapeOp>(value, node.concat(sizes, 0),
                                      /*allow_zero=*/true);
  };

  // Dilation becomes zeros in the filter: [.., k, 1] -> [.., k, d] -> k * d.
  // Then as many elements as phases and taps take: taps * stride.
  SmallVector<int64_t> apart, zeros(2 * (2 + 2 * spatial)), joined,
      crop(2 * (2 + spatial));
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t dilated = window.kernel[i] * shape.spread[i];
    apart.append({window.kernel[i], 1});
    zeros[2 + 2 * spatial + 2 + 2 * i + 1] = shape.spread[i] - 1;
    joined.push_back(dilated);
    crop[2 + spatial + 2 + i] = shape.taps[i] * window.strides[i] - dilated;
  }
  if (llvm::any_of(shape.spread, [](int64_t d) { return d != 1; })) {
    filter = reshape(filter, {channels, filters}, apart);
    filter =
        node.create<nn::PadOp>(filter, node.ints(zeros), Value(), "constant");
    filter = reshape(filter, {channels, filters}, joined);
  }
  if (llvm::any_of(crop, [](int64_t pad) { return pad != 0; }))
    filter =
        node.create<nn::PadOp>(filter, node.ints(crop), Value(), "constant");

  // The taps run against the input.
  int64_t phases = group;
  SmallVector<int64_t> split, order{0, 2}, tapDims;
  for (int64_t i = 0; i < spatial; ++i) {
    split.append({shape.taps[i], window.strides[i]});
    order.push_back(3 + 2 * i + 1);
    tapDims.push_back(3 + 2 * i);
    phases *= window.strides[i];
  }
  Value each = node.create<nn::DivOp>(channels, node.ints({group}));
  filter = reshape(filter, {node.ints({group}), each, filters}, split);
  SmallVector<int64_t> last(spatial, -1), beforeFirst(spatial, INT32_MIN),
      backwards(spatial, -1);
  filter =
      node.create<nn::SliceOp>(filter, node.ints(last), node.ints(beforeFirst),
                               node.ints(backwards), tapDims);
  order.push_back(1);
  order.append(tapDims);
  return reshape(node.transpose(filter, order),
                 {node.create<nn::MulOp>(filters, node.ints({phases})), each},
                 shape.taps);
}

/// Lets the phases take turns: [N, M * phases, q...] -> [N, M, q * stride...].
static Value interleavePhases(NodeContext &node, Value image,
                              const Transposed &shape, Value filters) {
  ArrayRef<int64_t> strides = shape.window.strides;
  int64_t spatial = strides.size();
  if (llvm::all_of(strides, [](int64_t stride) { return stride == 1; }))
    return image;
  SmallVector<Value> split{node.create<nn::ShapeOp>(image, 0, 1), filters,
                           node.ints(strides)},
      joined{split[0], split[1]};
  SmallVector<int64_t> order{0, 1};
  for (int64_t i = 0; i < spatial; ++i) {
    Value size = node.create<nn::ShapeOp>(image, 2 + i, 3 + i);
    split.push_back(size);
    joined.push_back(node.create<nn::MulOp>(size, node.ints({strides[i]})));
    order.append({2 + spatial + i, 2 + i});
  }
  image = node.create<nn::ReshapeOp>(image, node.concat(split, 0),
                                     /*allow_zero=*/true);
  return node.create<nn::ReshapeOp>(node.transpose(image, order),
                                    node.concat(joined, 0),
                                    /*allow_zero=*/true);
}

/// How much padding the attributes ask for: pads, or an output shape that
/// leaves them open. As a convolution's padding is zeros around the input, a
/// transposed one's is what is cut off the result.
static void readTransposedPads(NodeContext &node, Value input,
                               Transposed &shape) {
  WindowAttributes &window = shape.window;
  size_t spatial = window.kernel.size();
  auto outputPads = node.intsAttr("output_padding");
  auto outputShape = node.intsAttr("output_shape");
  shape.outputPads = outputPads.value_or(SmallVector<int64_t>(spatial, 0));
  if (shape.outputPads.size() != spatial ||
      llvm::any_of(shape.outputPads, [](int64_t pad) { return pad < 0; })) {
    node.bad("its attribute 'output_padding' needs an entry for each spatial "
             "dimension");
    return;
  }
  if (outputShape && outputShape->size() == spatial + 2)
    outputShape->erase(outputShape->begin(), outputShape->begin() + 2);
  if (outputShape && outputShape->size() != spatial) {
    node.bad("its attribute 'output_shape' needs an entry for each spatial "
             "dimension");
    return;
  }
  bool same = window.autoPad == WindowAttributes::SameUpper ||
              window.autoPad == WindowAttributes::SameLower;
  if (!outputShape && !same)
    return;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size = node.shape(input)[2 + i], stride = window.strides[i];
    // Without an output shape the result is stride times the input, so that
    // the size does not matter.
    int64_t total = shape.outputPads[i] + window.extent(i) - stride;
    if (outputShape) {
      if (ShapedType::isDynamic(size)) {
        node.unsupported("an output shape over dimensions of unknown size is "
                         "not supported; fix the sizes with --dim");
        return;
      }
      total += size * stride - (*outputShape)[i];
    }
    if (total < 0) {
      shape.outputPads[i] -= total;
      total = 0;
    }
    bool upper = window.autoPad == WindowAttributes::SameUpper;
    int64_t lesser = total / 2;
    window.pads[i] = upper ? lesser : total - lesser;
    window.pads[spatial + i] = total - window.pads[i];
  }
}

/// With a filter of unknown size: the convolution of the input, with zeros
/// between its elements, with the filter turned around.
static Value transposeOpen(NodeContext &node, Value input, Value filter,
                           Value bias, int64_t group) {
  int64_t rank = node.rank(input), spatial = rank - 2;
  WindowAttributes window = readOpenWindow(node, rank);
  auto outputPads = node.intsAttr("output_padding")
                        .value_or(SmallVector<int64_t>(spatial, 0));
  if (int64_t(outputPads.size()) != spatial)
    node.bad("its attribute 'output_padding' needs an entry for each spatial "
             "dimension");
  else if (node.hasAttr("output_shape"))
    node.unsupported("with its output_shape, the spatial sizes of its filter "
                     "must be known at compile time, or be its attribute "
                     "'kernel_shape'");
  if (group < 1)
    node.bad("its attribute 'group' must be positive");
  if (node.failed())
    return {};
  // [.., size, 1] -> [.., size, stride] -> size * stride, and as many zeros at
  // the ends as the filter reaches out.
  SmallVector<Value> apart{node.create<nn::ShapeOp>(input, 0, 2)},
      joined = apart, before{node.ints({0, 0})}, after = before;
  SmallVector<int64_t> zeros(4 * rank - 4), flipped;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t stride = window.strides[i];
    Value size = node.create<nn::ShapeOp>(input, 2 + i, 3 + i);
    apart.append({size, node.ints({1})});
    joined.push_back(node.create<nn::MulOp>(size, node.ints({stride})));
    zeros[2 * rank - 2 + 2 + 2 * i + 1] = stride - 1;
    Value reach = node.create<nn::MulOp>(
        node.create<nn::SubOp>(node.create<nn::ShapeOp>(filter, 2 + i, 3 + i),
                               node.ints({1})),
        node.ints({window.dilations[i]}));
    before.push_back(
        node.create<nn::SubOp>(reach, node.ints({window.pads[i]})));
    after.push_back(node.create<nn::AddOp>(
        reach,
        node.ints({outputPads[i] - window.pads[spatial + i] - stride + 1})));
    flipped.push_back(2 + i);
  }
  if (llvm::any_of(window.strides, [](int64_t stride) { return stride != 1; }))
    input =
        reshapeBy(node,
                  node.create<nn::PadOp>(reshapeBy(node, input, apart),
                                         node.ints(zeros), Value(), "constant"),
                  joined);
  before.append(after);
  input = node.create<nn::PadOp>(input, node.concat(before, 0), Value(),
                                 "constant");
  filter = node.create<nn::SliceOp>(
      filter, node.ints(SmallVector<int64_t>(spatial, -1)),
      node.ints(SmallVector<int64_t>(spatial, INT32_MIN)),
      node.ints(SmallVector<int64_t>(spatial, -1)), flipped);
  // [C, M / groups, ...] -> [M, C / groups, ...]
  Value groups = node.ints({group});
  Value filters = node.create<nn::ShapeOp>(filter, 1, 2);
  Value channels =
      node.create<nn::DivOp>(node.create<nn::ShapeOp>(filter, 0, 1), groups);
  Value kernel = node.create<nn::ShapeOp>(filter, 2, rank);
  filter = reshapeBy(node, filter, {groups, channels, filters, kernel});
  SmallVector<int64_t> order{0, 2, 1};
  llvm::append_range(order, llvm::seq<int64_t>(3, rank + 1));
  filter =
      reshapeBy(node, node.transpose(filter, order),
                {node.create<nn::MulOp>(filters, groups), channels, kernel});
  return convolveGathered(node, input, filter, bias, groups,
                          SmallVector<int64_t>(spatial, 1), window.dilations);
}

static Results importConvTranspose(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  if (!node.requireSameType({input, filter, bias}) ||
      !checkFilter(node, input, filter))
    return {};
  int64_t rank = node.rank(input), group = node.intAttr("group", 1);
  if (hasOpenFilter(node, filter))
    return transposeOpen(node, input, filter, bias, group);
  Transposed shape;
  shape.window = readFilterWindow(node, filter);
  if (node.failed())
    return {};
  readTransposedPads(node, input, shape);
  WindowAttributes &window = shape.window;
  int64_t spatial = rank - 2, channels = node.shape(filter)[0];
  if (group < 1 || (ShapedType::isStatic(channels) && channels % group))
    return node.bad("its attribute 'group' does not divide the filter's " +
                    llvm::Twine(channels) + " channels");
  Value filters = node.create<nn::MulOp>(node.create<nn::ShapeOp>(filter, 1, 2),
                                         node.ints({group}));

  // Without strides it is one ordinary convolution, whose dilation and padding
  // do what else has to be done to filter and result.
  bool plain = llvm::all_of(window.strides, [](int64_t s) { return s == 1; });
  SmallVector<int64_t> pads(2 * spatial), crop(2 * rank), ones(spatial, 1);
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t stride = window.strides[i];
    int64_t reach = llvm::divideCeil(window.extent(i), stride) - 1;
    shape.taps.push_back(plain ? window.kernel[i] : reach + 1);
    shape.spread.push_back(plain ? 1 : window.dilations[i]);
    int64_t before = -window.pads[i];
    // Phases come in full turns; so there may be more than the filter reaches.
    int64_t surplus = (reach + 1) * stride - window.extent(i);
    int64_t after = shape.outputPads[i] - window.pads[spatial + i] - surplus;
    pads[i] = pads[spatial + i] = reach;
    if (plain && pads[i] + before >= 0 && pads[spatial + i] + after >= 0) {
      pads[i] += before;
      pads[spatial + i] += after;
      before = after = 0;
    }
    crop[2 + i] = before;
    crop[rank + 2 + i] = after;
  }
  Value image = node.create<nn::ConvOp>(
      input, arrangeTransposedFilter(node, filter, shape, group), Value(), ones,
      pads, plain ? window.dilations : ones, group, /*channels_last=*/false);
  image = interleavePhases(node, image, shape, filters);
  if (llvm::any_of(crop, [](int64_t pad) { return pad != 0; }))
    image = node.create<nn::PadOp>(image, node.ints(crop), Value(), "constant");
  if (!bias || node.failed())
    return image;
  SmallVector<int64_t> perChannel(rank - 1, 1);
  perChannel[0] = -1;
  return node.create<nn::AddOp>(image, node.reshape(bias, perChannel));
}

void swage::onnx::registerConvolutionOps(Registry &registry) {
  registry.add("Conv", 1, {2, 3}, importConv);
  registry.add("ConvTranspose", 1, {2, 3}, importConvTranspose);
  registry.add("ConvInteger", 10, {2, 4}, importConvInteger);
}
