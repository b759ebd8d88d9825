//===- LinearAttention.cpp - attention as a recurrence --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A state of one matrix for each head takes the place of all keys and values.
// Each step lets it fade, corrects it by what it already holds for the key, and
// adds the key's product with the value.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

struct LinearAttention {
  NodeContext &node;
  int64_t queryHeads, heads;
  Type wide;

  /// [batch, length, heads * size] -> [length, batch, heads, size].
  Value steps(Value value, int64_t heads) {
    if (!value || node.failed())
      return {};
    int64_t width = node.shape(value).back();
    if (node.rank(value) != 3 ||
        (ShapedType::isStatic(width) && width % heads)) {
      node.bad("its features do not divide into the heads");
      return {};
    }
    Value size = node.create<nn::DivOp>(node.create<nn::ShapeOp>(value, 2, 3),
                                        node.ints({heads}));
    value = reshapeBy(
        node, node.cast(value, wide),
        {node.create<nn::ShapeOp>(value, 0, 2), node.ints({heads}), size});
    return node.transpose(value, {1, 0, 2, 3});
  }

  Value matmul(Value a, Value b) {
    return node.create<nn::MatMulOp>(a, b, /*transpose_lhs=*/false,
                                     /*transpose_rhs=*/false);
  }

  /// The state's reading of a row for each of its heads: queries of one group
  /// share a state.
  Value read(Value rows, Value state) {
    if (node.failed())
      return {};
    int64_t last = node.rank(rows) - 1;
    // [batch, heads, group, size] x [batch, heads, size, values]
    Value grouped =
        reshapeBy(node, rows,
                  {node.create<nn::ShapeOp>(rows, 0, 1), node.ints({heads, -1}),
                   node.create<nn::ShapeOp>(rows, last, last + 1)});
    return matmul(grouped, state);
  }
};

} // namespace

static Results importLinearAttention(NodeContext &node) {
  std::string rule = node.stringAttr("update_rule", "gated_delta");
  LinearAttention attention{node, node.intAttr("q_num_heads", 0),
                            node.intAttr("kv_num_heads", 0), Type()};
  double scale = node.floatAttr("scale", 0);
  node.ignoreAttr("chunk_size");
  bool gated = rule == "gated" || rule == "gated_delta";
  bool corrected = rule == "delta" || rule == "gated_delta";
  if (!gated && !corrected && rule != "linear")
    return node.bad("its attribute 'update_rule' must be linear, gated, delta "
                    "or gated_delta");
  Value query = node.input(0), key = node.input(1), value = node.input(2);
  if (!node.requireSameType({query, key, value}))
    return {};
  int64_t heads = attention.heads;
  if (heads < 1 || attention.queryHeads < 1 || attention.queryHeads % heads)
    return node.bad("the heads of the query are no multiple of those of the "
                    "key");
  if (gated != node.hasInput(4) || corrected != node.hasInput(5) ||
      (node.hasInput(6) && !corrected))
    return node.bad("its update rule '" + rule +
                    "' does not go with its decay and beta");
  Type type = node.elementType(query);
  attention.wide = accumulator(type);
  Value queries = attention.steps(query, attention.queryHeads);
  Value keys = attention.steps(key, heads),
        values = attention.steps(value, heads);
  Value decay = attention.steps(node.input(4), heads);
  Value erase = attention.steps(node.input(6), heads);
  Value beta = node.input(5);
  if (beta && !node.failed())
    beta = attention.steps(beta, node.shape(beta).back() == 1 ? 1 : heads);
  if (node.failed())
    return {};
  int64_t keySize = node.shape(keys).back(),
          valueSize = node.shape(values).back();
  if (node.shape(queries).back() != keySize)
    return node.bad("a query must have as many features as a key");
  if (scale == 0)
    scale = 1 / std::sqrt(double(keySize));
  queries = node.create<nn::MulOp>(queries, node.scalar(attention.wide, scale));
  if (decay)
    decay = node.create<nn::ExpOp>(decay);
  Value batch = node.create<nn::ShapeOp>(query, 0, 1);
  Type stateType = type;
  Value state = node.input(3);
  if (state) {
    stateType = node.elementType(state);
    state = node.cast(state, attention.wide);
  } else {
    state =
        fill(node, node.scalar(attention.wide, 0),
             node.concat({batch, node.ints({heads, keySize, valueSize})}, 0));
  }
  if (node.failed())
    return {};
  auto body = [&](Value number, Value,
                  ArrayRef<Value> carried) -> std::optional<Iteration> {
    auto step = [&](Value all) -> Value {
      return all ? node.create<nn::GatherOp>(all, number, 0) : Value();
    };
    Value q = step(queries), k = step(keys), v = step(values);
    Value state = carried[0];
    // What varies by key stands along the state's rows.
    if (decay)
      state = node.create<nn::MulOp>(state, node.unsqueeze(step(decay), {3}));
    if (corrected) {
      Value erased = erase ? node.create<nn::MulOp>(step(erase), k) : k;
      Value held = node.squeeze(attention.read(erased, state), {2});
      v = node.create<nn::MulOp>(step(beta), node.create<nn::SubOp>(v, held));
    }
    state = node.create<nn::AddOp>(
        state,
        node.create<nn::MulOp>(node.unsqueeze(k, {3}), node.unsqueeze(v, {2})));
    Value shown = attention.read(q, state);
    shown = reshapeBy(node, shown,
                      {batch, node.ints({attention.queryHeads * valueSize})});
    if (node.failed())
      return std::nullopt;
    Iteration iteration;
    iteration.carried.push_back(state);
    iteration.collected.push_back(shown);
    return iteration;
  };
  Value results, present;
  int64_t length = node.shape(query)[1];
  if (length == 1) {
    // Generation goes step by step, without a loop.
    auto only =
        body(node.scalar(node.builder().getI64Type(), 0), Value(), {state});
    if (!only)
      return {};
    present = only->carried[0];
    results = node.unsqueeze(only->collected[0], {0});
  } else {
    OpBuilder &b = node.builder();
    Value count =
        ShapedType::isDynamic(length)
            ? tensor::DimOp::create(b, node.loc(), query, 1).getResult()
            : arith::ConstantIndexOp::create(b, node.loc(), length).getResult();
    SmallVector<Value> looped =
        buildLoop(node, LoopBounds{count, {}}, {state}, body);
    if (node.failed())
      return {};
    present = looped[0];
    results = looped[1];
  }
  Value output = node.transpose(results, {1, 0, 2});
  if (node.failed())
    return {};
  return {node.cast(output, type), node.cast(present, stateType)};
}

void swage::onnx::registerLinearAttentionOps(Registry &registry) {
  registry.add("LinearAttention", 27, {3, 7}, importLinearAttention);
}
