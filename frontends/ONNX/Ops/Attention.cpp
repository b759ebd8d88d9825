//===- Attention.cpp - scaled dot product attention -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The standard's attention operators as products, masks and a softmax; a later
// pass recognises that composition wherever it comes from.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Attention.h"
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {
/// [batch, heads, length, size] each.
struct Operands {
  Value query, key, value;
  /// Whether they came as [batch, length, heads * size], as the result then
  /// goes.
  bool packed = false;
};
} // namespace

Value swage::onnx::splitHeads(NodeContext &node, Value value, int64_t heads) {
  if (node.failed())
    return {};
  int64_t width = node.shape(value)[2];
  if (heads < 1 || (!ShapedType::isDynamic(width) && width % heads)) {
    node.bad("its features do not divide into the heads");
    return {};
  }
  int64_t size = ShapedType::isDynamic(width) ? -1 : width / heads;
  Value sizes = node.concat(
      {node.create<nn::ShapeOp>(value, 0, 2), node.ints({heads, size})}, 0);
  return node.transpose(
      node.create<nn::ReshapeOp>(value, sizes, /*allow_zero=*/false),
      {0, 2, 1, 3});
}

Value swage::onnx::joinHeads(NodeContext &node, Value value) {
  value = node.transpose(value, {0, 2, 1, 3});
  Value sizes =
      node.concat({node.create<nn::ShapeOp>(value, 0, 2), node.ints({-1})}, 0);
  return node.create<nn::ReshapeOp>(value, sizes, /*allow_zero=*/false);
}

static Operands readOperands(NodeContext &node) {
  Operands operands{node.input(0), node.input(1), node.input(2)};
  int64_t queryHeads = node.intAttr("q_num_heads", 0),
          heads = node.intAttr("kv_num_heads", 0);
  if (!node.requireSameType({operands.query, operands.key}))
    return operands;
  int64_t rank = node.rank(operands.query);
  if ((rank != 3 && rank != 4) || node.rank(operands.key) != rank ||
      node.rank(operands.value) != rank) {
    node.bad("query, key and value must all have 3 or all have 4 dimensions");
    return operands;
  }
  operands.packed = rank == 3;
  if (operands.packed) {
    operands.query = splitHeads(node, operands.query, queryHeads);
    operands.key = splitHeads(node, operands.key, heads);
    operands.value = splitHeads(node, operands.value, heads);
  }
  return operands;
}

Value swage::onnx::groupedMatMul(NodeContext &node, Value lhs, Value rhs,
                                 bool transpose) {
  if (node.failed())
    return {};
  int64_t heads = node.shape(lhs)[1], shared = node.shape(rhs)[1];
  if (heads == shared && ShapedType::isStatic(heads))
    return node.create<nn::MatMulOp>(lhs, rhs, false, transpose);
  bool known = ShapedType::isStatic(heads) && ShapedType::isStatic(shared);
  if (known && (shared == 0 || heads % shared)) {
    node.bad("the heads of the query are no multiple of those of the key");
    return {};
  }
  Value batch = node.create<nn::ShapeOp>(lhs, 0, 1),
        all = node.create<nn::ShapeOp>(lhs, 1, 2),
        groups = node.create<nn::ShapeOp>(rhs, 1, 2),
        matrix = node.create<nn::ShapeOp>(lhs, 2, 4);
  Value each = node.create<nn::DivOp>(all, groups);
  Value grouped = node.create<nn::ReshapeOp>(
      lhs, node.concat({batch, groups, each, matrix}, 0), /*allow_zero=*/true);
  Value product = node.create<nn::MatMulOp>(grouped, node.unsqueeze(rhs, {2}),
                                            false, transpose);
  if (node.failed())
    return {};
  Value sizes =
      node.concat({batch, all, node.create<nn::ShapeOp>(product, 3, 5)}, 0);
  return node.create<nn::ReshapeOp>(product, sizes, /*allow_zero=*/true);
}

/// 1 / sqrt(sqrt(size)) for a size that the run finds.
static Value reciprocalFourthRoot(NodeContext &node, Value size, Type type) {
  Type f32 = node.builder().getF32Type();
  Value root = node.cast(node.reshape(size, {}), f32);
  root = node.create<nn::SqrtOp>(node.create<nn::SqrtOp>(root));
  return node.cast(node.create<nn::DivOp>(node.scalar(f32, 1), root), type);
}

/// Each factor takes the root of the scale, as the standard has it, so that
/// narrow floats do not overflow.
Value swage::onnx::scaledScores(NodeContext &node, Value query, Value key,
                                std::optional<double> given) {
  if (node.failed())
    return {};
  Value root;
  int64_t size = node.shape(query)[3];
  if (given)
    root = node.scalarLike(query, std::sqrt(*given));
  else if (ShapedType::isStatic(size))
    root = node.scalarLike(query, std::sqrt(1 / std::sqrt(double(size))));
  else
    root = reciprocalFourthRoot(node, node.create<nn::ShapeOp>(query, 3, 4),
                                node.elementType(query));
  query = node.create<nn::MulOp>(query, root);
  key = node.create<nn::MulOp>(key, root);
  return groupedMatMul(node, query, key, /*transpose=*/true);
}

Value swage::onnx::biasOf(NodeContext &node, Value allowed, Type type,
                          double hidden) {
  return node.create<nn::SelectOp>(allowed, node.scalar(type, 0),
                                   node.scalar(type, hidden));
}

/// The scale that the node's attribute asks for.
static std::optional<double> givenScale(NodeContext &node) {
  if (!node.hasAttr("scale"))
    return std::nullopt;
  return node.floatAttr("scale", 0);
}

/// The mask as something to add to the scores; null when there is none. One
/// that is too short hides the keys that it does not reach.
static Value maskBias(NodeContext &node, Value mask, Type type, Value key) {
  if (node.failed() || !mask)
    return {};
  Value bias = node.elementType(mask).isInteger(1)
                   ? biasOf(node, mask, type, -HUGE_VAL)
                   : node.cast(mask, type);
  if (node.failed() || node.rank(mask) == 0)
    return bias;
  int64_t length = node.shape(mask).back(), keys = node.shape(key)[2];
  // A mask of unknown length has to reach all keys, of which the run makes sure.
  if (ShapedType::isDynamic(length) || ShapedType::isDynamic(keys) ||
      length >= keys)
    return bias;
  SmallVector<int64_t> pads(2 * node.rank(mask), 0);
  pads.back() = keys - length;
  Value hidden = node.scalar(type, -std::numeric_limits<double>::infinity());
  return node.create<nn::PadOp>(bias, node.ints(pads), hidden, "constant");
}

static Results importAttention(NodeContext &node) {
  Operands operands = readOperands(node);
  bool causal = node.boolAttr("is_causal", false);
  double softcap = node.floatAttr("softcap", 0);
  int64_t mode = node.intAttr("qk_matmul_output_mode", 0);
  int64_t before = node.intAttr("left_window_size", -1),
          after = node.intAttr("right_window_size", -1);
  Value mask = node.input(3), pastKey = node.input(4),
        pastValue = node.input(5);
  Value filled = node.input(6);
  if (node.failed())
    return {};
  Type type = node.elementType(operands.query);
  Value key = operands.key, value = operands.value;
  Value offset = node.scalar(node.builder().getI64Type(), 0);
  if (pastKey) {
    key = node.concat({pastKey, key}, 2);
    value = node.concat({pastValue, value}, 2);
    offset = node.reshape(node.create<nn::ShapeOp>(pastKey, 2, 3), {});
  }
  Value scores = scaledScores(node, operands.query, key, givenScale(node));
  if (node.failed())
    return {};

  // Which queries see which keys.
  SmallVector<Value> biases;
  if (Value bias = maskBias(node, mask, type, key))
    biases.push_back(bias);
  Value keyNumbers, queryNumbers;
  if (before < -1 || after < -1)
    return node.bad("the sizes of its window must not be less than -1");
  if (causal)
    after = 0;
  if (before >= 0 || after >= 0 || filled) {
    keyNumbers = countTo(node, node.create<nn::ShapeOp>(key, 2, 3));
    queryNumbers = node.unsqueeze(
        countTo(node, node.create<nn::ShapeOp>(operands.query, 2, 3)), {1});
  }
  if (filled) {
    // Lengths differ by batch: [batch, 1, 1, 1].
    filled = node.unsqueeze(node.cast(filled, node.builder().getI64Type()),
                            {1, 2, 3});
    Value length = node.create<nn::ShapeOp>(operands.query, 2, 3);
    offset = node.create<nn::SubOp>(filled, length);
    biases.push_back(biasOf(node, node.create<nn::LessOp>(keyNumbers, filled),
                            type, -HUGE_VAL));
  }
  // A bound of the keys that a query sees, as a distance from its own place.
  auto see = [&](auto compares, int64_t distance) {
    using Comparison = decltype(compares);
    Value place = node.create<nn::AddOp>(
        queryNumbers, node.create<nn::AddOp>(
                          offset, node.scalarLike(queryNumbers, distance)));
    biases.push_back(biasOf(node, node.create<Comparison>(keyNumbers, place),
                            type, -HUGE_VAL));
  };
  if (after >= 0)
    see(nn::LessEqualOp(), after);
  if (before >= 0)
    see(nn::GreaterEqualOp(), -before);

  Value shown = scores;
  if (softcap != 0) {
    Value cap = node.scalarLike(scores, softcap);
    scores = node.create<nn::MulOp>(
        node.create<nn::TanhOp>(node.create<nn::DivOp>(scores, cap)), cap);
  }
  if (mode == 1)
    shown = scores;
  Value bias;
  for (Value each : biases)
    bias = bias ? node.create<nn::AddOp>(bias, each) : each;
  if (bias)
    scores = node.create<nn::AddOp>(scores, bias);
  if (mode == 2)
    shown = scores;
  Type precision =
      elementTypeOf(node.intAttr("softmax_precision", 0), node.context());
  if (node.failed())
    return {};
  Value wide = precision ? node.cast(scores, precision) : scores;
  Value weights =
      node.cast(node.create<nn::SoftmaxOp>(wide, 3, /*logarithm=*/false), type);
  if (bias && !node.failed()) {
    // A query that sees nothing gets zeros instead of a division by zero.
    int64_t last = node.rank(bias) - 1;
    Value best =
        last < 0 ? bias
                 : node.create<nn::ReduceMaxOp>(bias, ArrayRef<int64_t>{last},
                                                /*keep_dims=*/true);
    Value blind =
        node.create<nn::IsInfOp>(best, /*negative=*/true, /*positive=*/false);
    weights =
        node.create<nn::SelectOp>(blind, node.scalarLike(weights, 0), weights);
  }
  if (mode == 3)
    shown = weights;
  if (mode < 0 || mode > 3)
    return node.bad(
        "its attribute 'qk_matmul_output_mode' must be between 0 and 3");
  Value result = groupedMatMul(node, weights, value, /*transpose=*/false);
  if (operands.packed)
    result = joinHeads(node, result);
  return {result, key, value, shown};
}

/// Attention whose scores and weights go through subgraphs of the model.
static Results importFlexAttention(NodeContext &node) {
  Operands operands = readOperands(node);
  Type precision =
      elementTypeOf(node.intAttr("softmax_precision", 0), node.context());
  Value scores =
      scaledScores(node, operands.query, operands.key, givenScale(node));
  const GraphProto *modifyScores = node.graphAttr("score_mod");
  const GraphProto *modifyWeights = node.graphAttr("prob_mod");
  if (node.failed())
    return {};
  bool poisoned = false;
  auto modify = [&](const GraphProto *graph, Value value) {
    if (!graph || node.failed())
      return value;
    auto results = node.graph().importSubgraph(*graph, {ImportedValue(value)});
    if (!results) {
      poisoned = true;
      return value;
    }
    if (results->size() != 1 ||
        results->front().kind != ImportedValue::Tensor) {
      node.bad("its subgraph must give one tensor");
      return value;
    }
    return results->front().tensor;
  };
  Type type = node.elementType(operands.query);
  scores = modify(modifyScores, scores);
  if (poisoned)
    return node.blameSubgraph();
  if (precision)
    scores = node.cast(scores, precision);
  Value weights = node.cast(
      node.create<nn::SoftmaxOp>(scores, 3, /*logarithm=*/false), type);
  weights = modify(modifyWeights, weights);
  if (poisoned)
    return node.blameSubgraph();
  return groupedMatMul(node, weights, operands.value, /*transpose=*/false);
}

void swage::onnx::registerAttentionOps(Registry &registry) {
  registry.add("Attention", 23, {3, 7}, importAttention);
  registry.add("FlexAttention", 1, {3, 3}, importFlexAttention,
               "ai.onnx.preview");
}
