//===- Convolution.cpp - gradients of convolutions ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Both gradients are convolutions again. Along each spatial dimension, with
// stride s, dilation d and padding p, y[o] = sum_r x[o s + r d - p] w[r]:
//
//   dx: the result's gradient, with s - 1 zeros between its elements, and the
//       filter backwards, inputs and results exchanged; stride 1, dilation d.
//       Without dilation, the zeros are never there: the elements of dx at
//       places i with the same (i + p) mod s = a are a convolution of the
//       result's gradient with the filter's elements a, a + s, a + 2 s, ...
//   dw: the input with the result's gradient for a filter, batch and channels
//       exchanged; stride d, dilation s.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include "dialects/NN/Window.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// The sizes of one convolution, channels second.
struct Sizes {
  int64_t batch, group, inputs, outputs; ///< channels of a group
  SmallVector<int64_t> image, result, kernel, strides, dilations, before;

  Sizes(nn::ConvOp conv, const TensorBuilder &b)
      : batch(b.shapeOf(conv.getInput())[0]), group(conv.getGroup()),
        inputs(b.shapeOf(conv.getFilter())[1]),
        outputs(b.shapeOf(conv.getFilter())[0] / group),
        image(b.shapeOf(conv.getInput()).drop_front(2)),
        result(b.shapeOf(conv.getResult()).drop_front(2)),
        kernel(b.shapeOf(conv.getFilter()).drop_front(2)),
        strides(conv.getStrides()), dilations(conv.getDilations()),
        before(conv.getPads().take_front(image.size())) {}

  int64_t rank() const { return image.size(); }
  int64_t extent(int64_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
};

/// `leading` sizes, then the spatial ones.
SmallVector<int64_t> shape(std::initializer_list<int64_t> leading,
                           ArrayRef<int64_t> spatial) {
  SmallVector<int64_t> result(leading);
  llvm::append_range(result, spatial);
  return result;
}

/// A permutation of `leading` dimensions in front of spatial ones.
SmallVector<int64_t> order(std::initializer_list<int64_t> leading,
                           int64_t spatial) {
  SmallVector<int64_t> result(leading);
  for (int64_t i = 0; i < spatial; ++i)
    result.push_back(leading.size() + i);
  return result;
}

/// Zeros between the elements of each spatial dimension, `step` - 1 each: every
/// element repeated, and kept where it belongs.
Value spread(const TensorBuilder &b, Value value, ArrayRef<int64_t> steps) {
  for (auto [i, step] : llvm::enumerate(steps)) {
    int64_t axis = 2 + i, size = b.shapeOf(value)[axis];
    if (step == 1 || size == 1)
      continue;
    SmallVector<int64_t> places, mask, maskShape(b.rankOf(value), 1);
    for (int64_t at = 0; at < (size - 1) * step + 1; ++at) {
      places.push_back(at / step);
      mask.push_back(at % step == 0);
    }
    maskShape[axis] = places.size();
    Value chosen = b.equal(b.indices(mask, maskShape), b.index(1));
    value = b.keepIf(chosen, b.gather(value, b.indices(places), axis));
  }
  return value;
}

/// [A, G B, s..] -> [B, G A, s..]: within each group, the first dimension and
/// the channels change places.
Value exchange(const TensorBuilder &b, Value value, int64_t group) {
  ArrayRef<int64_t> sizes = b.shapeOf(value), spatial = sizes.drop_front(2);
  int64_t outer = sizes[0], inner = sizes[1] / group, rank = spatial.size();
  if (group == 1)
    return b.transpose(value, order({1, 0}, rank));
  value = b.reshape(value, shape({outer, group, inner}, spatial));
  value = b.transpose(value, order({2, 1, 0}, rank));
  return b.reshape(value, shape({inner, group * outer}, spatial));
}

/// Along one dimension, the places `first`, `first` + stride, ... of the image,
/// `count` of them, and the `taps` elements of the filter that reach them, from
/// `firstTap` on in steps of the stride.
struct Phase {
  int64_t first, count, firstTap, taps, low, high;

  Phase(const Sizes &s, int64_t i, int64_t first)
      : first(first), count(llvm::divideCeil(s.image[i] - first, s.strides[i])),
        firstTap((first + s.before[i]) % s.strides[i]) {
    taps = firstTap < s.kernel[i]
               ? llvm::divideCeil(s.kernel[i] - firstTap, s.strides[i])
               : 0;
    // The first place has its first tap on this element of the result.
    int64_t from = (first + s.before[i] - firstTap) / s.strides[i];
    low = taps - 1 - from;
    high = count - 1 + from - (s.result[i] - 1);
  }
};

/// The gradient of the input, phase by phase.
class PhasedGradient {
public:
  /// `turned` is the filter backwards, inputs and results exchanged.
  PhasedGradient(const TensorBuilder &b, const Sizes &sizes, Value turned,
                 Value dy)
      : b(b), s(sizes), turned(turned), dy(dy) {}

  Value build() { return buildFrom(0); }

private:
  /// Spatial dimensions from `i` on whole, those before of the chosen phases.
  Value buildFrom(int64_t i) {
    if (i == s.rank())
      return buildPhase();
    int64_t axis = 2 + i, stride = s.strides[i];
    int64_t most = llvm::divideCeil(s.image[i], stride);
    SmallVector<Value> parts;
    for (int64_t first = 0; first < std::min(stride, s.image[i]); ++first) {
      phases.push_back(Phase(s, i, first));
      Value part = buildFrom(i + 1);
      phases.pop_back();
      if (stride == 1)
        return part;
      SmallVector<int64_t> shape(b.shapeOf(part)), none(shape.size(), 0),
          missing = none;
      missing[axis] = most - shape[axis];
      part = b.pad(part, none, missing);
      shape[axis] = most;
      shape.insert(shape.begin() + axis + 1, 1);
      parts.push_back(b.reshape(part, shape));
    }
    // The phases take turns; one that has no place is cut off again.
    Value joined = b.concat(parts, axis + 1);
    SmallVector<int64_t> shape(b.shapeOf(parts[0]));
    shape.erase(shape.begin() + axis + 1);
    shape[axis] = most * int64_t(parts.size());
    return b.slice(b.reshape(joined, shape), axis, 0, s.image[i]);
  }

  Value buildPhase() {
    int64_t rank = s.rank();
    SmallVector<int64_t> shape{s.batch, s.group * s.inputs}, ones(rank, 1),
        pads(2 * rank), low(2 + rank, 0), high(2 + rank, 0);
    Value filter = turned, result = dy;
    bool reached = true;
    for (auto [i, phase] : llvm::enumerate(phases)) {
      shape.push_back(phase.count);
      reached &= phase.taps > 0;
      pads[i] = std::max<int64_t>(phase.low, 0);
      pads[rank + i] = std::max<int64_t>(phase.high, 0);
      low[2 + i] = phase.low - pads[i];
      high[2 + i] = phase.high - pads[rank + i];
    }
    if (!reached)
      return b.splat(b.elementTypeOf(dy), shape, 0);
    for (auto [i, phase] : llvm::enumerate(phases)) {
      int64_t end = s.kernel[i] - phase.firstTap;
      filter = b.slice(filter, 2 + i, end - 1 - (phase.taps - 1) * s.strides[i],
                       end, s.strides[i]);
    }
    return b.conv(b.pad(result, low, high), filter, ones, pads, ones, s.group);
  }

  const TensorBuilder &b;
  const Sizes &s;
  Value turned, dy;
  SmallVector<Phase> phases;
};

/// The gradient of the input.
Value buildDataGradient(const TensorBuilder &b, const Sizes &s, Value filter,
                        Value dy) {
  int64_t rank = s.rank();
  // [G K, C, r..] -> [G C, K, r..], backwards.
  Value turned = filter;
  if (s.group == 1) {
    turned = b.transpose(filter, order({1, 0}, rank));
  } else {
    turned = b.reshape(filter, shape({s.group, s.outputs, s.inputs}, s.kernel));
    turned = b.transpose(turned, order({0, 2, 1}, rank));
    turned =
        b.reshape(turned, shape({s.group * s.inputs, s.outputs}, s.kernel));
  }
  turned = b.flip(turned, llvm::to_vector(llvm::seq<int64_t>(2, 2 + rank)));

  SmallVector<int64_t> ones(rank, 1), pads(2 * rank);
  // A pointwise convolution never mixes the zeros in: they can come later.
  auto isOne = [](int64_t value) { return value == 1; };
  bool pointwise = llvm::all_of(s.kernel, isOne);
  if (!pointwise && !llvm::all_of(s.strides, isOne) &&
      llvm::all_of(s.dilations, isOne))
    return PhasedGradient(b, s, turned, dy).build();
  if (!pointwise)
    dy = spread(b, dy, s.strides);
  SmallVector<int64_t> low(2 + rank, 0), high(2 + rank, 0);
  for (int64_t i = 0; i < rank; ++i) {
    int64_t size = (s.result[i] - 1) * s.strides[i] + 1;
    int64_t before = s.extent(i) - 1 - s.before[i];
    int64_t after = s.image[i] - size + s.before[i];
    // What the windows do not reach is zero, what they reach beyond the image
    // is cut off.
    pads[i] = pointwise ? 0 : std::max<int64_t>(before, 0);
    pads[rank + i] = pointwise ? 0 : std::max<int64_t>(after, 0);
    low[2 + i] = before - pads[i];
    high[2 + i] = after - pads[rank + i];
  }
  Value dx = b.conv(dy, turned, ones, pads, s.dilations, s.group);
  if (pointwise)
    dx = spread(b, dx, s.strides);
  return b.pad(dx, low, high);
}

/// The gradient of the filter.
Value buildFilterGradient(const TensorBuilder &b, const Sizes &s, Value input,
                          Value dy) {
  int64_t rank = s.rank();
  // [N, G C, h..] -> [C, G N, h..]
  Value image = exchange(b, input, s.group);
  // [N, G K, o..] -> [G K, N, o..]
  Value filter = b.transpose(dy, order({1, 0}, rank));

  // After the last window there may be elements that no result has seen.
  SmallVector<int64_t> pads(2 * rank), low(2 + rank, 0), high(2 + rank, 0);
  for (int64_t i = 0; i < rank; ++i) {
    int64_t needed = (s.result[i] - 1) * s.strides[i] + s.extent(i);
    int64_t after = needed - s.image[i] - s.before[i];
    pads[i] = s.before[i];
    pads[rank + i] = std::max<int64_t>(after, 0);
    high[2 + i] = std::min<int64_t>(after, 0);
  }
  image = b.pad(image, low, high);
  // [C, G K, r..] -> [G K, C, r..]
  Value dw = b.conv(image, filter, s.dilations, pads, s.strides, s.group);
  return b.transpose(dw, order({1, 0}, rank));
}

struct ConvGradient
    : nn::DifferentiableInterface::ExternalModel<ConvGradient, nn::ConvOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto conv = cast<nn::ConvOp>(op);
    if (conv.getChannelsLast())
      return op->emitError("gradients are built before layouts are chosen");
    TensorBuilder b(builder, op->getLoc());
    Sizes sizes(conv, b);
    Value dy = cotangents[0];
    Values gradients{buildDataGradient(b, sizes, conv.getFilter(), dy),
                     buildFilterGradient(b, sizes, conv.getInput(), dy)};
    if (conv.getBias()) {
      SmallVector<int64_t> axes{0};
      llvm::append_range(axes, llvm::seq<int64_t>(2, 2 + sizes.rank()));
      gradients.push_back(b.sum(dy, axes, /*keepDims=*/false));
    }
    return gradients;
  }
};

} // namespace

void swage::training::registerConvolutionGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::ConvOp::attachInterface<ConvGradient>(*context);
  });
}
