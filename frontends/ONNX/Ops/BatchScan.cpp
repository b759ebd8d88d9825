//===- BatchScan.cpp - Scan as it first was -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Version 8 of Scan has a batch in front of everything: states, sequences and
// results, and sequences of the batch may end before others. Its body sees one
// element of the batch at a time.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

class BatchScan {
public:
  BatchScan(NodeContext &node, const GraphProto &graph, int64_t scanned)
      : node(node), graph(graph),
        backwards(node.intsAttr("directions")
                      .value_or(SmallVector<int64_t>(scanned, 0))) {
    for (unsigned i = 1; i < node.numInputs(); ++i)
      (int64_t(i) < int64_t(node.numInputs()) - scanned ? states : sequences)
          .push_back(node.input(i));
    lengths = node.input(0);
    if (int64_t(backwards.size()) != scanned)
      node.bad("its attribute 'directions' needs an entry for each sequence");
    for (Value value : states)
      check(value, 1);
    for (Value value : sequences)
      check(value, 2);
  }

  Results build() {
    if (node.failed())
      return {};
    Value count = indexOf(sequences[0], 0);
    auto each = [&](Value number, Value,
                    ArrayRef<Value>) -> std::optional<Iteration> {
      return scan(number);
    };
    SmallVector<Value> results =
        buildLoop(node, LoopBounds{count, {}}, {}, each);
    return poisoned ? node.blameSubgraph() : Results(results);
  }

private:
  void check(Value value, int64_t least) {
    if (!value || node.failed() || node.rank(value) < least)
      node.bad("its states need a batch, and its sequences a batch and a "
               "length");
  }

  /// A size as an `index`.
  Value indexOf(Value value, int64_t dimension) {
    OpBuilder &b = node.builder();
    int64_t size = node.shape(value)[dimension];
    if (ShapedType::isDynamic(size))
      return tensor::DimOp::create(b, node.loc(), value, dimension);
    return arith::ConstantIndexOp::create(b, node.loc(), size);
  }

  Value pick(Value value, Value number) {
    return node.create<nn::GatherOp>(value, number, 0);
  }

  /// All of one element of the batch; what a loop over it collects are the
  /// final states and the results.
  std::optional<Iteration> scan(Value number) {
    SmallVector<Value> initial, own;
    for (Value value : states)
      initial.push_back(pick(value, number));
    for (Value value : sequences)
      own.push_back(pick(value, number));
    Type i64 = node.builder().getI64Type();
    Value length;
    if (lengths)
      length = node.reshape(pick(node.cast(lengths, i64), number), {});
    if (node.failed())
      return std::nullopt;
    Value limit = length ? length : sizeAt(node, own[0], 0);
    Value last = node.create<nn::SubOp>(limit, node.scalar(i64, 1));
    auto body = [&](Value step, Value,
                    ArrayRef<Value> carried) -> std::optional<Iteration> {
      SmallVector<ImportedValue> arguments(carried.begin(), carried.end());
      Value mirrored = node.create<nn::MaxOp>(
          node.create<nn::SubOp>(last, step), node.scalar(i64, 0));
      for (auto [value, backward] : llvm::zip(own, backwards))
        arguments.push_back(pick(value, backward ? mirrored : step));
      if (node.failed())
        return std::nullopt;
      auto results = node.graph().importSubgraph(graph, arguments);
      if (!results) {
        poisoned = true;
        return std::nullopt;
      }
      return keep(*results, carried,
                  length ? node.create<nn::LessOp>(step, length) : Value());
    };
    SmallVector<Value> results =
        buildLoop(node, LoopBounds{indexOf(own[0], 0), {}}, initial, body);
    if (node.failed() || poisoned)
      return std::nullopt;
    Iteration iteration;
    iteration.collected = results;
    return iteration;
  }

  /// The results of a step. Behind the end of its sequence states stay as they
  /// are, and results are zeros.
  std::optional<Iteration> keep(ArrayRef<ImportedValue> results,
                                ArrayRef<Value> carried, Value goesOn) {
    Iteration iteration;
    for (auto [i, result] : llvm::enumerate(results)) {
      if (result.kind != ImportedValue::Tensor) {
        node.unsupported("its subgraph gives something else than tensors");
        return std::nullopt;
      }
      Value value = result.tensor;
      bool isState = i < carried.size();
      if (goesOn)
        value = node.create<nn::SelectOp>(
            goesOn, value, isState ? carried[i] : node.scalarLike(value, 0));
      (isState ? iteration.carried : iteration.collected).push_back(value);
    }
    if (node.failed())
      return std::nullopt;
    return iteration;
  }

  NodeContext &node;
  const GraphProto &graph;
  SmallVector<int64_t> backwards;
  SmallVector<Value> states, sequences;
  Value lengths;
  bool poisoned = false;
};

} // namespace

static Results importBatchScan(NodeContext &node) {
  const GraphProto *graph = node.graphAttr("body");
  int64_t scanned = node.intAttr("num_scan_inputs", 0);
  if (!graph)
    return node.bad("it has no body");
  if (scanned < 1 || scanned >= int64_t(node.numInputs()) ||
      graph->input_size() != int(node.numInputs()) - 1)
    return node.bad("its body takes another number of values than it is given");
  return BatchScan(node, *graph, scanned).build();
}

void swage::onnx::registerBatchScanOps(Registry &registry) {
  registry.add("Scan", 8, {0, kVariadic}, importBatchScan);
}
