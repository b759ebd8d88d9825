//===- Sequences.cpp - layers of language models --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Rotary position embeddings and the short convolutions before a recurrence, as
// compositions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Attention.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Every `step`-th element of [start, end) along the last dimension.
static Value lastSlice(NodeContext &node, Value value, int64_t start,
                       int64_t end, int64_t step) {
  if (node.failed())
    return {};
  return node.create<nn::SliceOp>(value, node.ints({start}), node.ints({end}),
                                  node.ints({step}),
                                  ArrayRef<int64_t>{node.rank(value) - 1});
}

/// Pairs of features turned by angles. Pairs are the halves of the features, or
/// neighbours when they are interleaved.
static Value rotate(NodeContext &node, Value value, Value cosine, Value sine,
                    int64_t size, bool interleaved) {
  int64_t half = size / 2;
  Value first = interleaved ? lastSlice(node, value, 0, size, 2)
                            : lastSlice(node, value, 0, half, 1);
  Value second = interleaved ? lastSlice(node, value, 1, size, 2)
                             : lastSlice(node, value, half, size, 1);
  auto product = [&](Value a, Value b) { return node.create<nn::MulOp>(a, b); };
  Value real =
      node.create<nn::SubOp>(product(cosine, first), product(sine, second));
  Value imaginary =
      node.create<nn::AddOp>(product(sine, first), product(cosine, second));
  if (node.failed())
    return {};
  int64_t rank = node.rank(value);
  if (!interleaved)
    return node.concat({real, imaginary}, rank - 1);
  Value pairs = node.concat(
      {node.unsqueeze(real, {rank}), node.unsqueeze(imaginary, {rank})}, rank);
  return reshapeLike(node, pairs, lastSlice(node, value, 0, size, 1));
}

Value swage::onnx::rotaryEmbedding(NodeContext &node, Value value, Value cosine,
                                   Value sine, Value positions,
                                   const Rotation &rotation) {
  if (node.failed())
    return {};
  Value original = value;
  int64_t headAxis = 1, size = rotation.features;
  if (node.rank(value) == 3) {
    // [batch, length, heads * size] -> [batch, length, heads, size]
    if (rotation.heads < 1) {
      node.bad("its attribute 'num_heads' is missing");
      return {};
    }
    headAxis = 2;
    Value sizes = node.concat({node.create<nn::ShapeOp>(value, 0, 2),
                               node.ints({rotation.heads, -1})},
                              0);
    value = node.create<nn::ReshapeOp>(value, sizes, /*allow_zero=*/false);
  }
  if (node.failed() || node.rank(value) != 4) {
    node.bad("its input must have 3 or 4 dimensions");
    return {};
  }
  int64_t features = node.shape(value)[3];
  if (ShapedType::isDynamic(features)) {
    node.unsupported("the size of a head must be known at compile time");
    return {};
  }
  if (size == 0)
    size = features;
  if (size < 0 || size > features || size % 2) {
    node.bad("it cannot turn " + llvm::Twine(size) + " of " +
             llvm::Twine(features) + " features in pairs");
    return {};
  }
  auto angles = [&](Value table) {
    if (positions)
      table = node.create<nn::GatherOp>(table, positions, 0);
    return node.unsqueeze(lastSlice(node, table, 0, size / 2, 1), {headAxis});
  };
  Value turned = rotate(node, value, angles(cosine), angles(sine), size,
                        rotation.interleaved);
  if (size < features)
    turned =
        node.concat({turned, lastSlice(node, value, size, features, 1)}, 3);
  return node.failed() ? Value() : reshapeLike(node, turned, original);
}

static Results importRotaryEmbedding(NodeContext &node) {
  Value value = node.input(0), cosine = node.input(1), sine = node.input(2);
  Rotation rotation{node.intAttr("num_heads", 0),
                    node.intAttr("rotary_embedding_dim", 0),
                    node.boolAttr("interleaved", false)};
  if (!node.requireSameType({value, cosine, sine}))
    return {};
  return rotaryEmbedding(node, value, cosine, sine, node.input(3), rotation);
}

/// A convolution of each channel with its past, which the next call continues.
static Results importCausalConvWithState(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  Value past = node.input(3);
  std::string activation = node.stringAttr("activation", "none");
  if (!node.requireSameType({input, filter, bias, past}))
    return {};
  if (node.rank(input) != 3 || node.rank(filter) != 3)
    return node.bad("its input and weight must have 3 dimensions");
  int64_t channels = node.shape(filter)[0], kernel = node.shape(filter)[2];
  if (ShapedType::isDynamic(channels) || ShapedType::isDynamic(kernel))
    return node.unsupported(
        "the shape of its weight must be known at compile time");
  if (kernel < 1 || channels < 1)
    return node.bad("its weight is empty");
  Value padded;
  if (past)
    padded = node.concat({past, input}, 2);
  else
    padded =
        node.create<nn::PadOp>(input, node.ints({0, 0, kernel - 1, 0, 0, 0}),
                               node.scalarLike(input, 0), "constant");
  Value result = node.create<nn::ConvOp>(
      padded, filter, bias, ArrayRef<int64_t>{1}, ArrayRef<int64_t>{0, 0},
      ArrayRef<int64_t>{1}, channels, /*channels_last=*/false);
  if (activation == "silu" || activation == "swish")
    result = node.create<nn::SiluOp>(result);
  else if (activation != "none")
    return node.bad("its activation '" + printable(activation) +
                    "' does not exist");
  // The last elements, none of them where the kernel has no past.
  Value length = node.create<nn::ShapeOp>(padded, 2, 3);
  Value start = node.create<nn::SubOp>(length, node.ints({kernel - 1}));
  Value present = node.create<nn::SliceOp>(
      padded, start, length, node.ints({1}), ArrayRef<int64_t>{2});
  if (node.failed())
    return {};
  return {result, present};
}

void swage::onnx::registerSequencesOps(Registry &registry) {
  registry.add("RotaryEmbedding", 23, {3, 4}, importRotaryEmbedding);
  registry.add("CausalConvWithState", 27, {2, 4}, importCausalConvWithState);
}
