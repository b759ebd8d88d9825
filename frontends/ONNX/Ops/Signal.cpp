//===- Signal.cpp - windows and Fourier transforms ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A Fourier transform is a product with matrices of cosines and sines.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/Common.h"
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
  Value angle = node.create<nn::DivOp>(
      node.create<nn::MulOp>(node.cast(places, wide),
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

namespace {
/// A signal: real and imaginary parts, the second of which may be absent.
struct Complex {
  Value real, imaginary;
};
} // namespace

/// The parts of a tensor whose last dimension holds them.
static Complex splitParts(NodeContext &node, Value value) {
  int64_t last = node.rank(value) - 1, parts = node.shape(value).back();
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

/// Transforms the last dimension of a signal, read as if it had `length`
/// elements, to its first `count` frequencies. Both are scalars of i64.
static Complex transform(NodeContext &node, const Complex &signal, Value length,
                         Value count, bool inverse) {
  if (node.failed())
    return {};
  Type type = node.elementType(signal.real);
  int64_t last = node.rank(signal.real) - 1;
  Value size = node.create<nn::ShapeOp>(signal.real, last, last + 1);
  // Full turns are taken off while the numbers are integers.
  Value turns = node.create<nn::MulOp>(
      node.unsqueeze(countTo(node, size), {1}), countTo(node, count));
  turns = node.create<nn::ModOp>(turns, length, /*fmod=*/false);
  Value angle = node.create<nn::DivOp>(
      node.create<nn::MulOp>(node.cast(turns, type), node.scalar(type, kTwoPi)),
      node.cast(length, type));
  Value cosine = node.create<nn::CosOp>(angle);
  Value sine = node.create<nn::SinOp>(angle);
  if (!inverse)
    sine = node.create<nn::NegOp>(sine);
  auto product = [&](Value lhs, Value rhs) {
    return node.create<nn::MatMulOp>(lhs, rhs, /*transpose_lhs=*/false,
                                     /*transpose_rhs=*/false);
  };
  Complex result{product(signal.real, cosine), product(signal.real, sine)};
  if (signal.imaginary) {
    result.real = node.create<nn::SubOp>(result.real,
                                         product(signal.imaginary, sine));
    result.imaginary = node.create<nn::AddOp>(
        result.imaginary, product(signal.imaginary, cosine));
  }
  if (inverse)
    for (Value *part : {&result.real, &result.imaginary})
      *part = node.create<nn::DivOp>(*part, node.cast(length, type));
  return result;
}

/// The number of frequencies that a real signal's spectrum consists of.
static Value oneSided(NodeContext &node, Value length) {
  Type i64 = node.builder().getI64Type();
  return node.create<nn::AddOp>(
      node.create<nn::DivOp>(length, node.scalar(i64, 2)), node.scalar(i64, 1));
}

static Results importDFT(NodeContext &node, int64_t axis) {
  Value input = node.input(0);
  bool inverse = node.boolAttr("inverse", false);
  bool half = node.boolAttr("onesided", false);
  if (node.failed())
    return {};
  if (inverse && half)
    return node.unsupported("the inverse of a one-sided spectrum is not "
                            "supported");
  int64_t rank = node.rank(input);
  axis = node.axis(axis, rank);
  if (node.failed())
    return {};
  if (axis == rank - 1)
    return node.bad("its axis is that of real and imaginary parts");
  Type i64 = node.builder().getI64Type();
  Value length;
  if (node.hasInput(1)) {
    std::optional<int64_t> known = node.constantInt(1, "the length");
    if (!known)
      return {};
    if (*known < 1)
      return node.bad("its length must be positive");
    length = node.scalar(i64, *known);
    // Beyond its end a signal is zero, which adds nothing.
    input = node.slice(input, axis, 0, *known);
  } else {
    length = node.reshape(node.create<nn::ShapeOp>(input, axis, axis + 1), {});
  }
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[axis], order[rank - 2]);
  Complex signal = splitParts(node, node.transpose(input, order));
  Complex spectrum = transform(node, signal, length,
                               half ? oneSided(node, length) : length, inverse);
  return node.transpose(joinParts(node, spectrum), order);
}

static Results importDFTByAttribute(NodeContext &node) {
  return importDFT(node, node.intAttr("axis", 1));
}

static Results importDFTByInput(NodeContext &node) {
  int64_t axis = -2;
  if (node.hasInput(2)) {
    std::optional<int64_t> known = node.constantInt(2, "its axis");
    if (!known)
      return {};
    axis = *known;
  }
  return importDFT(node, axis);
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
  Complex signal = splitParts(node, input);
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
      *part = node.create<nn::MulOp>(*part, window);
  }
  Value count = half ? oneSided(node, length) : length;
  return joinParts(node,
                   transform(node, signal, length, count, /*inverse=*/false));
}

void swage::onnx::registerSignalOps(Registry &registry) {
  registry.add("HannWindow", 17, {1, 1}, importHannWindow);
  registry.add("HammingWindow", 17, {1, 1}, importHammingWindow);
  registry.add("BlackmanWindow", 17, {1, 1}, importBlackmanWindow);
  registry.add("DFT", 17, {1, 2}, importDFTByAttribute);
  registry.add("DFT", 20, {1, 3}, importDFTByInput);
  registry.add("STFT", 17, {2, 4}, importSTFT);
}
