//===- MicrosoftAttention.cpp - attention beyond the standard -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The attention operators of the domain com.microsoft. They differ in how
// queries, keys and values come, and in how a mask is given; what they compute
// is one composition.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Attention.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// What attention is computed of: [batch, heads, length, size] each.
struct Parts {
  Value query, key, value;
  /// Added to the scores; may be null.
  Value bias;
  std::optional<double> scale;
  double softcap = 0;
  /// A score for each head that takes weight, but gives no value; may be null.
  Value sink;
};

} // namespace

static void addBias(NodeContext &node, Parts &parts, Value bias) {
  if (bias)
    parts.bias = parts.bias ? node.create<nn::AddOp>(parts.bias, bias) : bias;
}

static std::optional<double> readScale(NodeContext &node) {
  double scale = node.floatAttr("scale", 0);
  return scale == 0 ? std::nullopt : std::optional(scale);
}

/// The numbers 0, 1, ... along a dimension as a row, or as a column from
/// `offset` (a vector of one) on.
static Value keyNumbers(NodeContext &node, Value key) {
  return countTo(node, node.create<nn::ShapeOp>(key, 2, 3));
}
static Value queryNumbers(NodeContext &node, Value query, Value offset) {
  Value numbers =
      node.unsqueeze(countTo(node, node.create<nn::ShapeOp>(query, 2, 3)), {1});
  return offset ? node.create<nn::AddOp>(numbers, offset) : numbers;
}

/// The softmax of scores, and of a sink beside them.
static Value weigh(NodeContext &node, Value scores, Value sink) {
  if (!sink)
    return node.create<nn::SoftmaxOp>(scores, 3, /*logarithm=*/false);
  Value shape =
      node.concat({node.create<nn::ShapeOp>(scores, 0, 3), node.ints({1})}, 0);
  Value column = node.create<nn::ExpandOp>(sink, shape);
  Value weights = node.create<nn::SoftmaxOp>(node.concat({scores, column}, 3),
                                             3, /*logarithm=*/false);
  return node.create<nn::SliceOp>(weights, node.ints({0}),
                                  node.create<nn::ShapeOp>(scores, 3, 4),
                                  node.ints({1}), ArrayRef<int64_t>{3});
}

static Value attend(NodeContext &node, const Parts &parts) {
  Value scores = scaledScores(node, parts.query, parts.key, parts.scale);
  if (parts.softcap != 0 && !node.failed()) {
    Value cap = node.scalarLike(scores, parts.softcap);
    scores = node.create<nn::MulOp>(
        node.create<nn::TanhOp>(node.create<nn::DivOp>(scores, cap)), cap);
  }
  if (parts.bias)
    scores = node.create<nn::AddOp>(scores, parts.bias);
  Value weights = weigh(node, scores, parts.sink);
  return groupedMatMul(node, weights, parts.value, /*transpose=*/false);
}

/// A mask of keys, in any of the forms that it may have, as something to add.
static Value maskBias(NodeContext &node, Value mask, Value key, Type type,
                      double hidden) {
  if (!mask || node.failed())
    return {};
  Type i64 = node.builder().getI64Type();
  mask = node.cast(mask, i64);
  Value zero = node.scalar(i64, 0);
  int64_t rank = node.rank(mask);
  if (rank == 1) {
    // How many keys of each batch count, or the ends and then the starts.
    int64_t batch = node.shape(key)[0], count = node.shape(mask)[0];
    Value numbers = keyNumbers(node, key);
    if (ShapedType::isDynamic(count) || ShapedType::isDynamic(batch)) {
      node.unsupported("a mask of lengths needs a batch that is known at "
                       "compile time");
      return {};
    }
    if (count != batch && count != 2 * batch) {
      node.unsupported("a mask of " + llvm::Twine(count) +
                       " numbers is not supported");
      return {};
    }
    auto bound = [&](int64_t start) {
      return node.unsqueeze(node.slice(mask, 0, start, start + batch),
                            {1, 2, 3});
    };
    Value allowed = node.create<nn::LessOp>(numbers, bound(0));
    if (count == 2 * batch)
      allowed = node.create<nn::AndOp>(
          allowed, node.create<nn::GreaterEqualOp>(numbers, bound(batch)));
    return biasOf(node, allowed, type, hidden);
  }
  Value allowed = node.create<nn::GreaterOp>(mask, zero);
  if (rank == 2)
    allowed = node.unsqueeze(allowed, {1, 2});
  else if (rank == 3)
    allowed = node.unsqueeze(allowed, {1});
  return biasOf(node, allowed, type, hidden);
}

/// Later keys hidden from each query, the first of which comes after the past,
/// keys that may be null.
static Value causalBias(NodeContext &node, const Parts &parts, Value past,
                        Type type) {
  if (node.failed())
    return {};
  Value offset = past ? node.create<nn::ShapeOp>(past, node.rank(past) - 2,
                                                 node.rank(past) - 1)
                      : Value();
  return biasOf(
      node,
      node.create<nn::LessEqualOp>(keyNumbers(node, parts.key),
                                   queryNumbers(node, parts.query, offset)),
      type, -HUGE_VAL);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// With the projections that make queries, keys and values of one input.
static Results importAttention(NodeContext &node) {
  Value input = node.input(0), weights = node.input(1), bias = node.input(2);
  Value past = node.input(4);
  int64_t heads = node.intAttr("num_heads", 0);
  bool causal = node.boolAttr("unidirectional", false);
  double hidden = node.floatAttr("mask_filter_value", -10000);
  Parts parts;
  parts.scale = readScale(node);
  if (node.boolAttr("do_rotary", false) ||
      node.boolAttr("past_present_share_buffer", false) || node.hasInput(6))
    return node.unsupported("rotary embeddings and buffers of the past are not "
                            "supported in this operator");
  if (!node.requireSameType({input, weights, bias}))
    return {};
  if (node.rank(weights) != 2 || ShapedType::isDynamic(node.shape(weights)[1]))
    return node.bad("its weights must be a matrix of known size");
  int64_t width = node.shape(weights)[1];
  SmallVector<int64_t> sizes =
      node.intsAttr("qkv_hidden_sizes")
          .value_or(SmallVector<int64_t>(3, width / 3));
  if (sizes.size() != 3 || sizes[0] + sizes[1] + sizes[2] != width)
    return node.bad("its attribute 'qkv_hidden_sizes' does not sum to the "
                    "width of its weights");
  Value projected = node.create<nn::MatMulOp>(input, weights, false, false);
  if (bias)
    projected = node.create<nn::AddOp>(projected, bias);
  auto part = [&](int64_t start, int64_t size) {
    return splitHeads(node, node.slice(projected, 2, start, start + size),
                      heads);
  };
  parts.query = part(0, sizes[0]);
  parts.key = part(sizes[0], sizes[1]);
  parts.value = part(sizes[0] + sizes[1], sizes[2]);
  if (past) {
    auto joined = [&](int64_t index, Value own) {
      return node.concat(
          {node.squeeze(node.slice(past, 0, index, index + 1), {0}), own}, 2);
    };
    parts.key = joined(0, parts.key);
    parts.value = joined(1, parts.value);
  }
  if (node.failed())
    return {};
  Type type = node.elementType(input);
  addBias(node, parts, maskBias(node, node.input(3), parts.key, type, hidden));
  if (causal)
    addBias(node, parts, causalBias(node, parts, past, type));
  addBias(node, parts, node.input(5));
  Value result = joinHeads(node, attend(node, parts));
  if (!node.hasOutput(1))
    return result;
  Value present = node.concat(
      {node.unsqueeze(parts.key, {0}), node.unsqueeze(parts.value, {0})}, 0);
  return {result, present};
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

/// Part `index` of what is packed along dimension 3: [batch, length, heads,
/// parts, size] -> [batch, heads, length, size].
static Value unpack(NodeContext &node, Value packed, int64_t index) {
  Value part = node.squeeze(node.slice(packed, 3, index, index + 1), {3});
  return node.transpose(part, {0, 2, 1, 3});
}

static Results importMultiHeadAttention(NodeContext &node) {
  Value query = node.input(0), key = node.input(1), value = node.input(2),
        bias = node.input(3);
  int64_t heads = node.intAttr("num_heads", 0);
  bool causal = node.boolAttr("unidirectional", false);
  double hidden = node.floatAttr("mask_filter_value", -10000);
  Parts parts;
  parts.scale = readScale(node);
  if (node.numInputs() > 8 && node.hasInput(8))
    return node.unsupported("a buffer of the past is not supported in this "
                            "operator");
  if (node.failed() || heads < 1)
    return node.bad("its attribute 'num_heads' is missing");
  int64_t rank = node.rank(query), start = 0;
  // Biases of queries, keys and values lie behind each other.
  auto project = [&](Value own) -> Value {
    if (node.failed() || node.rank(own) != 3)
      return own;
    int64_t width = node.shape(own)[2];
    if (bias && !ShapedType::isDynamic(width)) {
      own = node.create<nn::AddOp>(own,
                                   node.slice(bias, 0, start, start + width));
      start += width;
    }
    return splitHeads(node, own, heads);
  };
  if (rank == 5) {
    parts.query = unpack(node, query, 0);
    parts.key = unpack(node, query, 1);
    parts.value = unpack(node, query, 2);
  } else if (!key) {
    return node.bad("it has no key");
  } else {
    parts.query = project(query);
    if (node.rank(key) == 5) {
      parts.key = unpack(node, key, 0);
      parts.value = unpack(node, key, 1);
    } else if (value) {
      parts.key = project(key);
      parts.value = project(value);
    } else {
      return node.bad("it has no value");
    }
  }
  if (node.hasInput(6)) {
    parts.key = node.concat({node.input(6), parts.key}, 2);
    parts.value = node.concat({node.input(7), parts.value}, 2);
  }
  if (node.failed())
    return {};
  Type type = node.elementType(query);
  addBias(node, parts, maskBias(node, node.input(4), parts.key, type, hidden));
  if (causal)
    addBias(node, parts, causalBias(node, parts, node.input(6), type));
  addBias(node, parts, node.input(5));
  return {joinHeads(node, attend(node, parts)), parts.key, parts.value};
}

//===----------------------------------------------------------------------===//
// GroupQueryAttention
//===----------------------------------------------------------------------===//

/// `past` followed by `own`, which goes where the past of its batch ends, in as
/// many places as `length`, a scalar of i64, says.
static Value appendToPast(NodeContext &node, Value past, Value own, Value ends,
                          Value length) {
  if (node.failed())
    return {};
  // Places in both behind each other: up to its end the past, then the rest.
  Value room = sizeAt(node, past, 2);
  Value places = node.unsqueeze(countTo(node, length), {0});
  Value end = node.unsqueeze(ends, {1});
  Value behind =
      node.create<nn::AddOp>(node.create<nn::SubOp>(places, end), room);
  Value sources = node.create<nn::SelectOp>(
      node.create<nn::LessOp>(places, end), places, behind);
  Value both = node.concat({past, own}, 2);
  Value last = node.create<nn::SubOp>(sizeAt(node, both, 2),
                                      node.scalarLike(sources, 1));
  sources = node.create<nn::MinOp>(sources, last);
  Value shape = node.concat({node.create<nn::ShapeOp>(both, 0, 2),
                             node.reshape(length, {1}),
                             node.create<nn::ShapeOp>(both, 3, 4)},
                            0);
  Value indices =
      node.create<nn::ExpandOp>(node.unsqueeze(sources, {1, 3}), shape);
  return node.create<nn::GatherElementsOp>(both, indices, 2);
}

static Results importGroupQueryAttention(NodeContext &node) {
  int64_t heads = node.intAttr("num_heads", 0),
          shared = node.intAttr("kv_num_heads", 0),
          window = node.intAttr("local_window_size", -1);
  Parts parts;
  parts.scale = readScale(node);
  parts.softcap = node.floatAttr("softcap", 0);
  bool rotary = node.boolAttr("do_rotary", false);
  Rotation rotation{0, 0, node.boolAttr("rotary_interleaved", false)};
  bool smooth = node.boolAttr("smooth_softmax", false);
  Value query = node.input(0), key = node.input(1), value = node.input(2);
  if (node.failed() || heads < 1 || shared < 1 || heads % shared ||
      node.rank(query) != 3)
    return node.bad("it needs numbers of heads that divide, and a query of 3 "
                    "dimensions");
  if (!key) {
    int64_t width = node.shape(query)[2];
    if (ShapedType::isDynamic(width) || width % (heads + 2 * shared))
      return node.bad("its packed query does not divide into the heads");
    int64_t size = width / (heads + 2 * shared);
    auto part = [&](int64_t start, int64_t count) {
      return node.slice(node.input(0), 2, start * size, (start + count) * size);
    };
    query = part(0, heads);
    key = part(heads, shared);
    value = part(heads + shared, shared);
  }
  parts.query = splitHeads(node, query, heads);
  parts.key = splitHeads(node, key, shared);
  parts.value = splitHeads(node, value, shared);
  Type i64 = node.builder().getI64Type();
  Value filled = node.input(5);
  if (node.failed())
    return {};
  // The number of keys of each batch, and where its queries begin. A prompt
  // begins at 0, however much of it is padding.
  Value total = node.create<nn::AddOp>(
      node.reshape(node.cast(filled, i64), {-1}), node.scalar(i64, 1));
  Value length = sizeAt(node, parts.query, 2);
  Value past = node.input(3);
  Value begin = node.create<nn::MaxOp>(node.create<nn::SubOp>(total, length),
                                       node.scalar(i64, 0));
  Value all = node.reshape(node.cast(node.input(6), i64), {});
  Value isPrompt = node.create<nn::LessEqualOp>(all, length);
  begin = node.create<nn::SelectOp>(isPrompt, node.scalar(i64, 0), begin);
  Value numbers =
      node.create<nn::AddOp>(node.unsqueeze(begin, {1}), countTo(node, length));
  if (rotary) {
    Value positions = node.hasInput(9) ? node.input(9) : numbers;
    Value table = node.input(7);
    if (node.failed() || !table)
      return node.bad("it has no tables of angles");
    rotation.features = 2 * node.shape(table)[1];
    parts.query = rotaryEmbedding(node, parts.query, node.input(7),
                                  node.input(8), positions, rotation);
    parts.key = rotaryEmbedding(node, parts.key, node.input(7), node.input(8),
                                positions, rotation);
  }
  if (past) {
    Value room = node.create<nn::MaxOp>(all, sizeAt(node, past, 2));
    parts.key = appendToPast(node, past, parts.key, begin, room);
    parts.value = appendToPast(node, node.input(4), parts.value, begin, room);
  }
  if (node.failed())
    return {};
  Type type = node.elementType(parts.query);
  // [batch, 1, query, key]
  Value keys = keyNumbers(node, parts.key);
  Value places = node.unsqueeze(numbers, {1, 3});
  Value allowed = node.create<nn::LessEqualOp>(keys, places);
  if (window > 0)
    allowed = node.create<nn::AndOp>(
        allowed, node.create<nn::GreaterOp>(
                     keys, node.create<nn::SubOp>(
                               places, node.intTensor(i64, {}, {window}))));
  addBias(node, parts, biasOf(node, allowed, type, -HUGE_VAL));
  addBias(node, parts, node.input(10));
  if (Value sink = node.input(11))
    parts.sink = node.reshape(sink, {heads, 1, 1});
  else if (smooth)
    parts.sink = node.scalar(type, 0);
  return {joinHeads(node, attend(node, parts)), parts.key, parts.value};
}

//===----------------------------------------------------------------------===//
// Rotary embeddings
//===----------------------------------------------------------------------===//

static Results importRotaryEmbedding(NodeContext &node) {
  Value value = node.input(0), positions = node.input(1);
  node.ignoreAttr("is_packed_batching");
  node.ignoreAttr("scale");
  Rotation rotation{node.intAttr("num_heads", 0),
                    node.intAttr("rotary_embedding_dim", 0),
                    node.boolAttr("interleaved", false)};
  Value cosine = node.input(2), sine = node.input(3);
  if (!node.requireSameType({value, cosine, sine}))
    return {};
  // The size of a head follows from the tables.
  if (rotation.heads == 0 && node.rank(value) == 3) {
    int64_t width = node.shape(value)[2], size = 2 * node.shape(cosine)[1];
    if (!ShapedType::isDynamic(width) && size > 0)
      rotation.heads = width / size;
  }
  // One position is that of the first place.
  if (node.rank(positions) == 1) {
    int64_t axis = node.rank(value) == 3 ? 1 : 2;
    Value places = node.create<nn::AddOp>(
        countTo(node, node.create<nn::ShapeOp>(value, axis, axis + 1)),
        node.cast(positions, node.builder().getI64Type()));
    positions = node.create<nn::ExpandOp>(
        places, node.concat({node.create<nn::ShapeOp>(value, 0, 1),
                             node.create<nn::ShapeOp>(value, axis, axis + 1)},
                            0));
  }
  return rotaryEmbedding(node, value, cosine, sine, positions, rotation);
}

void swage::onnx::registerMicrosoftAttentionOps(Registry &registry) {
  auto add = [&](StringRef name, Arity arity, Handler handler) {
    registry.add(name, 1, arity, handler, "com.microsoft");
  };
  add("Attention", {2, 7}, importAttention);
  add("MultiHeadAttention", {1, 10}, importMultiHeadAttention);
  add("GroupQueryAttention", {1, 12}, importGroupQueryAttention);
  add("RotaryEmbedding", {4, 4}, importRotaryEmbedding);
}
