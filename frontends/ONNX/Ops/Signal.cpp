//===- Signal.cpp - windows and Fourier transforms ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The operators around Fourier transforms; those themselves are in Fourier.cpp.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Fourier.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static constexpr double kTwoPi = 6.283185307179586476925286766559;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// constant - first * cos(t) + second * cos(2 t) over one period of t.
static Results importWindow(NodeContext &node, double constant, double first,
                            double second) {
  bool periodic = node.boolAttr("periodic", true);
  Type result = swage::onnx::elementTypeOf(node.intAttr("output_datatype", 1),
                                           node.context());
  if (!result)
    return node.bad("its attribute 'output_datatype' is not an element type");
  Type i64 = node.builder().getI64Type();
  Value size = node.reshape(node.cast(node.input(0), i64), {});
  Value places = countTo(node, size);
  if (node.failed())
    return {};
  // A symmetric window ends where it begins, a step before the next period.
  Value period = size;
  if (!periodic)
    period = node.create<nn::SubOp>(size, node.scalar(i64, 1));
  Type wide = isa<FloatType>(result) ? accumulator(result)
                                     : Type(node.builder().getF64Type());
  Value angle =
      node.create<nn::DivOp>(node.create<nn::MulOp>(node.cast(places, wide),
                                                    node.scalar(wide, kTwoPi)),
                             node.cast(period, wide));
  auto term = [&](Value of, double factor) {
    return node.create<nn::MulOp>(node.create<nn::CosOp>(of),
                                  node.scalar(wide, factor));
  };
  Value window =
      node.create<nn::AddOp>(term(angle, -first), node.scalar(wide, constant));
  if (second != 0)
    window = node.create<nn::AddOp>(
        window, term(node.create<nn::AddOp>(angle, angle), second));
  return node.cast(window, result);
}

static Results importHannWindow(NodeContext &node) {
  return importWindow(node, 0.5, 0.5, 0);
}
static Results importHammingWindow(NodeContext &node) {
  return importWindow(node, 25.0 / 46, 21.0 / 46, 0);
}
static Results importBlackmanWindow(NodeContext &node) {
  return importWindow(node, 0.42, 0.5, 0.08);
}

//===----------------------------------------------------------------------===//
// Fourier transforms
//===----------------------------------------------------------------------===//

/// The parts of a tensor whose last dimension holds them.
static Complex splitParts(NodeContext &node, Value value) {
  if (node.failed())
    return {};
  int64_t last = node.rank(value) - 1, parts = node.shape(value).back();
  if (ShapedType::isDynamic(parts)) {
    // Where the run finds one part, the other is zeros. Three are refused.
    Value missing = node.create<nn::MaxOp>(
        node.create<nn::SubOp>(node.ints({2}),
                               node.create<nn::ShapeOp>(value, last, last + 1)),
        node.ints({0}));
    Value none = node.ints(SmallVector<int64_t>(last, 0));
    Value pads = node.concat({none, node.ints({0}), none, missing}, 0);
    value = node.create<nn::PadOp>(value, pads, Value(), "constant");
    value =
        reshapeBy(node, value,
                  {node.create<nn::ShapeOp>(value, 0, last), node.ints({2})});
    parts = 2;
    if (node.failed())
      return {};
  }
  if (parts != 1 && parts != 2) {
    node.bad("the last dimension of its input must hold one part or two");
    return {};
  }
  auto part = [&](int64_t index) {
    return node.squeeze(node.slice(value, last, index, index + 1), {last});
  };
  return {part(0), parts == 2 ? part(1) : Value()};
}

static Value joinParts(NodeContext &node, const Complex &value) {
  if (node.failed())
    return {};
  int64_t last = node.rank(value.real);
  return node.concat({node.unsqueeze(value.real, {last}),
                      node.unsqueeze(value.imaginary, {last})},
                     last);
}

/// The number of frequencies that a real signal's spectrum consists of.
static Value oneSided(NodeContext &node, Value length) {
  Type i64 = node.builder().getI64Type();
  return node.create<nn::AddOp>(
      node.create<nn::DivOp>(length, node.scalar(i64, 2)), node.scalar(i64, 1));
}

/// All `length` frequencies of a signal, of whose spectrum only the first half
/// is given: the others are its mirror image, with the other sign of the
/// imaginary part.
static Complex completeSpectrum(NodeContext &node, const Complex &spectrum,
                                Value length) {
  if (node.failed())
    return {};
  Type i64 = node.builder().getI64Type();
  int64_t last = node.rank(spectrum.real) - 1;
  Value places = countTo(node, length);
  Value mirrored = node.create<nn::SubOp>(length, places);
  Value isMirror = node.create<nn::GreaterOp>(
      places, node.create<nn::DivOp>(length, node.scalar(i64, 2)));
  Value sources = node.create<nn::SelectOp>(isMirror, mirrored, places);
  Complex result;
  result.real = node.create<nn::GatherOp>(spectrum.real, sources, last);
  if (!spectrum.imaginary || node.failed())
    return result;
  Value part = node.create<nn::GatherOp>(spectrum.imaginary, sources, last);
  result.imaginary =
      node.create<nn::SelectOp>(isMirror, node.create<nn::NegOp>(part), part);
  return result;
}

/// The transform of `input` along `axis`. The length and the attributes are
/// those of the node; null when it failed.
static Value createDFT(NodeContext &node, Value input, int64_t axis) {
  bool inverse = node.boolAttr("inverse", false);
  bool half = node.boolAttr("onesided", false);
  if (node.failed())
    return {};
  int64_t rank = node.rank(input);
  Type type = node.elementType(input), i64 = node.builder().getI64Type();
  Value size = sizeAt(node, input, axis), length = size;
  if (node.hasInput(1)) {
    length = node.reshape(node.cast(node.input(1), i64), {});
    if (auto known = nn::getConstantElements(length);
        known && known->front() < 1) {
      node.bad("its length must be positive");
      return {};
    }
  } else if (inverse && half) {
    // As if the whole spectrum had an even length.
    Value two = node.scalar(i64, 2);
    length = node.create<nn::SubOp>(node.create<nn::MulOp>(size, two), two);
  }
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[axis], order[rank - 2]);
  input = node.cast(node.transpose(input, order), fourierType(node, type));
  Complex signal = splitParts(node, input);
  if (inverse && half) {
    Complex whole = fourierTransform(
        node, completeSpectrum(node, signal, length), length, length, true);
    if (node.failed())
      return {};
    return node.cast(
        node.transpose(node.unsqueeze(whole.real, {rank - 1}), order), type);
  }
  // A signal that is longer is cut.
  for (Value *part : {&signal.real, &signal.imaginary})
    if (*part && node.hasInput(1))
      *part = node.create<nn::SliceOp>(
          *part, node.ints({0}), node.reshape(length, {1}), node.ints({1}),
          ArrayRef<int64_t>{rank - 2});
  Complex spectrum = fourierTransform(
      node, signal, length, half ? oneSided(node, length) : length, inverse);
  Value result = node.transpose(joinParts(node, spectrum), order);
  return node.failed() ? Value() : node.cast(result, type);
}

static Results importDFT(NodeContext &node, int64_t axis) {
  Value input = node.input(0);
  if (node.failed())
    return {};
  int64_t rank = node.rank(input);
  axis = node.axis(axis, rank);
  if (!node.failed() && axis == rank - 1)
    return node.bad("its axis is that of real and imaginary parts");
  Value result = node.failed() ? Value() : createDFT(node, input, axis);
  return node.failed() ? Results() : Results(result);
}

/// The transform along an axis that the run decides: the axes before it become
/// one, and those behind it.
static Results importDFTAlong(NodeContext &node, Value axis) {
  Value input = node.input(0);
  Type i64 = node.builder().getI64Type();
  if (node.failed())
    return {};
  int64_t rank = node.rank(input);
  axis = node.reshape(node.cast(axis, i64), {});
  Value negative = node.create<nn::LessOp>(axis, node.scalar(i64, 0));
  axis = node.create<nn::SelectOp>(
      negative, node.create<nn::AddOp>(axis, node.scalar(i64, rank)), axis);
  // The last dimension, real and imaginary parts, stays what it is.
  Value sizes = node.create<nn::ShapeOp>(input, 0, rank - 1);
  Value places = iota(node, i64, rank - 1), one = node.scalar(i64, 1);
  auto product = [&](Value of) {
    Value sizesOfThose = node.create<nn::SelectOp>(of, sizes, one);
    return node.create<nn::ReduceProdOp>(sizesOfThose, ArrayRef<int64_t>{0},
                                         /*keep_dims=*/true);
  };
  Value isAxis = node.create<nn::EqualOp>(places, axis);
  Value folded = node.concat({product(node.create<nn::LessOp>(places, axis)),
                              product(isAxis),
                              product(node.create<nn::GreaterOp>(places, axis)),
                              node.create<nn::ShapeOp>(input, rank - 1, rank)},
                             0);
  if (node.failed())
    return {};
  Value result =
      createDFT(node, node.create<nn::ReshapeOp>(input, folded, true),
                /*axis=*/1);
  if (node.failed())
    return {};
  Value unfolded =
      node.concat({node.create<nn::SelectOp>(
                       isAxis, node.create<nn::ShapeOp>(result, 1, 2), sizes),
                   node.create<nn::ShapeOp>(result, 3, 4)},
                  0);
  if (node.failed())
    return {};
  return node.create<nn::ReshapeOp>(result, unfolded, true);
}

static Results importDFTByAttribute(NodeContext &node) {
  return importDFT(node, node.intAttr("axis", 1));
}

static Results importDFTByInput(NodeContext &node) {
  if (!node.hasInput(2))
    return importDFT(node, -2);
  if (auto known = nn::getConstantElements(node.input(2));
      known && known->size() == 1)
    return importDFT(node, known->front());
  return importDFTAlong(node, node.input(2));
}

/// Transforms of overlapping frames.
static Results importSTFT(NodeContext &node) {
  bool half = node.boolAttr("onesided", true);
  Value input = node.input(0), window = node.input(2);
  Type i64 = node.builder().getI64Type();
  if (node.failed() || node.rank(input) != 3)
    return node.bad("its signal must have three dimensions");
  Value step = node.reshape(node.cast(node.input(1), i64), {}), length;
  if (node.hasInput(3))
    length = node.reshape(node.cast(node.input(3), i64), {});
  else if (window)
    length = node.reshape(node.create<nn::ShapeOp>(window, 0, 1), {});
  else
    return node.bad("it needs a window or the length of a frame");
  Type type = node.elementType(input), wide = fourierType(node, type);
  Complex signal = splitParts(node, node.cast(input, wide));
  if (node.failed())
    return {};
  Value total = node.reshape(node.create<nn::ShapeOp>(input, 1, 2), {});
  Value frames = node.create<nn::AddOp>(
      node.create<nn::DivOp>(node.create<nn::SubOp>(total, length), step),
      node.scalar(i64, 1));
  Value starts = node.create<nn::MulOp>(countTo(node, frames), step);
  Value places = node.create<nn::AddOp>(node.unsqueeze(starts, {1}),
                                        countTo(node, length));
  for (Value *part : {&signal.real, &signal.imaginary}) {
    if (!*part)
      continue;
    *part = node.create<nn::GatherOp>(*part, places, 1);
    if (window)
      *part = node.create<nn::MulOp>(*part, node.cast(window, wide));
  }
  Value count = half ? oneSided(node, length) : length;
  Value result = joinParts(
      node, fourierTransform(node, signal, length, count, /*inverse=*/false));
  return node.failed() ? Results() : Results(node.cast(result, type));
}

//===----------------------------------------------------------------------===//
// Mel filters
//===----------------------------------------------------------------------===//

/// A matrix that sums frequencies into bands: each is a triangle between the
/// centres of its neighbours, which have equal distances on the mel scale.
static Results importMelWeightMatrix(NodeContext &node) {
  Type type = swage::onnx::elementTypeOf(node.intAttr("output_datatype", 1),
                                         node.context());
  if (!type)
    return node.bad("its attribute 'output_datatype' is not an element type");
  Type f64 = node.builder().getF64Type(), i64 = node.builder().getI64Type();
  auto scalar = [&](unsigned index, Type as) -> Value {
    Value value = node.input(index);
    return node.failed() ? Value() : node.reshape(node.cast(value, as), {});
  };
  auto number = [&](double value) { return node.scalar(f64, value); };
  auto add = [&](Value a, Value b) { return node.create<nn::AddOp>(a, b); };
  auto sub = [&](Value a, Value b) { return node.create<nn::SubOp>(a, b); };
  auto mul = [&](Value a, Value b) { return node.create<nn::MulOp>(a, b); };
  auto div = [&](Value a, Value b) { return node.create<nn::DivOp>(a, b); };
  Value bands = scalar(0, i64), length = scalar(1, i64);
  Value rate = scalar(2, f64), low = scalar(3, f64), high = scalar(4, f64);
  const double scale = 2595 / std::log(10.0);
  auto mel = [&](Value hertz) {
    Value ratio = add(div(hertz, number(700)), number(1));
    return mul(node.create<nn::LogOp>(ratio), number(scale));
  };
  Value edges = add(bands, node.scalar(i64, 2));
  if (node.failed())
    return {};
  Value lowest = mel(low);
  Value step = div(sub(mel(high), lowest), node.cast(edges, f64));
  Value places = countTo(node, edges);
  if (node.failed())
    return {};
  places = add(mul(node.cast(places, f64), step), lowest);
  // Back to hertz, and to the number of a frequency.
  places =
      mul(sub(node.create<nn::PowOp>(number(10), div(places, number(2595))),
              number(1)),
          number(700));
  Value span = add(length, node.scalar(i64, 1));
  if (node.failed())
    return {};
  places =
      node.create<nn::FloorOp>(div(mul(places, node.cast(span, f64)), rate));
  auto edge = [&](int64_t first) {
    Value end = node.reshape(add(bands, node.scalar(i64, first)), {1});
    return node.create<nn::SliceOp>(places, node.ints({first}), end,
                                    node.ints({1}), ArrayRef<int64_t>{0});
  };
  Value lower = edge(0), centre = edge(1), upper = edge(2);
  Value frequencies = countTo(node, oneSided(node, length));
  if (node.failed())
    return {};
  Value f = node.unsqueeze(node.cast(frequencies, f64), {1});
  auto within = [&](Value from, Value to) {
    return node.create<nn::AndOp>(node.create<nn::GreaterEqualOp>(f, from),
                                  node.create<nn::LessEqualOp>(f, to));
  };
  // A triangle without a rising side begins at its top.
  Value rise = sub(centre, lower);
  Value flat = node.create<nn::EqualOp>(rise, number(0));
  rise = node.create<nn::SelectOp>(flat, number(1), rise);
  Value rising =
      node.create<nn::SelectOp>(flat, number(1), div(sub(f, lower), rise));
  rising = node.create<nn::SelectOp>(within(lower, centre), rising, number(0));
  Value fall = node.create<nn::MaxOp>(sub(upper, centre), number(1));
  Value falling = div(sub(upper, f), fall);
  Value result = node.create<nn::SelectOp>(
      node.create<nn::AndOp>(within(centre, upper),
                             node.create<nn::LessOp>(f, upper)),
      falling, rising);
  return node.failed() ? Results() : Results(node.cast(result, type));
}

void swage::onnx::registerSignalOps(Registry &registry) {
  registry.add("HannWindow", 17, {1, 1}, importHannWindow);
  registry.add("HammingWindow", 17, {1, 1}, importHammingWindow);
  registry.add("BlackmanWindow", 17, {1, 1}, importBlackmanWindow);
  registry.add("DFT", 17, {1, 2}, importDFTByAttribute);
  registry.add("DFT", 20, {1, 3}, importDFTByInput);
  registry.add("STFT", 17, {2, 4}, importSTFT);
  registry.add("MelWeightMatrix", 17, {5, 5}, importMelWeightMatrix);
}
