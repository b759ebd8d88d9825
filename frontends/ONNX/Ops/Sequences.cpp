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
#include "frontends/ONNX/Ops/Convolution.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Elements [start, end) along the last dimension; an end of -1 is that of the
/// dimension, which the run may know alone.
static Value lastSlice(NodeContext &node, Value value, int64_t start,
                       int64_t end) {
  if (node.failed())
    return {};
  return node.create<nn::SliceOp>(
      value, node.ints({start}), node.ints({end < 0 ? INT64_MAX : end}),
      node.ints({1}), ArrayRef<int64_t>{node.rank(value) - 1});
}

/// Pairs of features turned by angles. Pairs are the halves of the features, or
/// neighbours when they are interleaved.
static Value rotate(NodeContext &node, Value value, Value cosine, Value sine,
                    bool interleaved) {
  if (node.failed())
    return {};
  // [.., size] -> [.., 2, size / 2] or [.., size / 2, 2].
  int64_t rank = node.rank(value), pair = interleaved ? rank : rank - 1;
  Value half = node.create<nn::DivOp>(
      node.create<nn::ShapeOp>(value, rank - 1, rank), node.ints({2}));
  SmallVector<Value> parts{node.create<nn::ShapeOp>(value, 0, rank - 1),
                           node.ints({2}), half};
  if (interleaved)
    std::swap(parts[1], parts[2]);
  Value pairs = reshapeBy(node, value, parts);
  Value first = node.squeeze(node.slice(pairs, pair, 0, 1), {pair});
  Value second = node.squeeze(node.slice(pairs, pair, 1, 2), {pair});
  auto product = [&](Value a, Value b) { return node.create<nn::MulOp>(a, b); };
  Value real =
      node.create<nn::SubOp>(product(cosine, first), product(sine, second));
  Value imaginary =
      node.create<nn::AddOp>(product(sine, first), product(cosine, second));
  if (node.failed())
    return {};
  return reshapeLike(node,
                     node.concat({node.unsqueeze(real, {pair}),
                                  node.unsqueeze(imaginary, {pair})},
                                 pair),
                     value);
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
  // All features are turned unless the node names fewer of them.
  int64_t features = node.shape(value)[3];
  bool isOpen = ShapedType::isDynamic(features);
  if (size == 0 && !isOpen)
    size = features;
  if (size < 0 || (!isOpen && size > features) || size % 2) {
    node.bad("it cannot turn " + llvm::Twine(size) + " of " +
             llvm::Twine(features) + " features in pairs");
    return {};
  }
  auto angles = [&](Value table) {
    if (positions)
      table = node.create<nn::GatherOp>(table, positions, 0);
    if (size)
      table = lastSlice(node, table, 0, size / 2);
    return node.failed() ? Value() : node.unsqueeze(table, {headAxis});
  };
  Value part = size ? lastSlice(node, value, 0, size) : value;
  Value turned =
      rotate(node, part, angles(cosine), angles(sine), rotation.interleaved);
  if (size && size != features)
    turned = node.concat({turned, lastSlice(node, value, size, -1)}, 3);
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
  if (kernel == 0 || channels == 0)
    return node.bad("its weight is empty");
  Value context = node.create<nn::SubOp>(node.create<nn::ShapeOp>(filter, 2, 3),
                                         node.ints({1}));
  Value padded;
  if (past)
    padded = node.concat({past, input}, 2);
  else
    padded = node.create<nn::PadOp>(
        input,
        node.concat({node.ints({0, 0}), context, node.ints({0, 0, 0})}, 0),
        node.scalarLike(input, 0), "constant");
  Value result;
  if (ShapedType::isDynamic(channels) || ShapedType::isDynamic(kernel))
    result = convolveGathered(node, padded, filter, bias,
                              node.create<nn::ShapeOp>(filter, 0, 1), {1}, {1});
  else
    result = node.create<nn::ConvOp>(
        padded, filter, bias, ArrayRef<int64_t>{1}, ArrayRef<int64_t>{0, 0},
        ArrayRef<int64_t>{1}, channels, /*channels_last=*/false);
  if (activation == "silu" || activation == "swish")
    result = node.create<nn::SiluOp>(result);
  else if (activation != "none")
    return node.bad("its activation '" + printable(activation) +
                    "' does not exist");
  // The last elements, none of them where the kernel has no past.
  Value length = node.create<nn::ShapeOp>(padded, 2, 3);
  Value start = node.create<nn::SubOp>(length, context);
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
