//===- Loss.cpp - losses on class probabilities ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Minus the weighted score of each target's class, and its weight. Targets
/// that are to be ignored, or out of range, have neither.
static std::pair<Value, Value> lossAndWeight(NodeContext &node, Value scores,
                                             Value target, Value weight) {
  int64_t rank = node.rank(scores), classes = node.shape(scores)[1];
  Type type = node.elementType(target);
  // One of all classes is chosen by comparison, which needs no memory access
  // that depends on the data.
  Value numbers;
  if (ShapedType::isStatic(classes))
    numbers = iota(node, type, classes);
  else
    numbers = countTo(node, node.create<nn::ShapeOp>(scores, 1, 2));
  if (node.failed())
    return {};
  numbers = alongAxis(node, node.cast(numbers, type), 1, rank);
  Value chosen = node.create<nn::EqualOp>(node.unsqueeze(target, {1}), numbers);
  if (node.hasAttr("ignore_index")) {
    Value ignored = node.scalarLike(target, node.intAttr("ignore_index", 0));
    Value kept =
        node.create<nn::NotOp>(node.create<nn::EqualOp>(target, ignored));
    chosen = node.create<nn::AndOp>(chosen, node.unsqueeze(kept, {1}));
  }
  Value zero = node.scalarLike(scores, 0);
  Value weights =
      weight ? alongAxis(node, weight, 1, rank) : node.scalarLike(scores, 1);
  auto pick = [&](Value values) {
    Value picked = node.create<nn::SelectOp>(chosen, values, zero);
    return node.create<nn::ReduceSumOp>(picked, ArrayRef<int64_t>{1},
                                        /*keep_dims=*/false);
  };
  Value losses =
      pick(node.create<nn::MulOp>(node.create<nn::NegOp>(scores), weights));
  return {losses, pick(weights)};
}

static Value negativeLogLikelihood(NodeContext &node, Value scores,
                                   Value target, Value weight) {
  std::string reduction = node.stringAttr("reduction", "mean");
  if (!node.requireSameType({scores, weight}))
    return {};
  if (node.rank(scores) < 2 || node.rank(target) != node.rank(scores) - 1) {
    node.bad("its target must have the shape of its input without the classes");
    return {};
  }
  if (reduction != "none" && reduction != "sum" && reduction != "mean") {
    node.bad("its reduction '" + printable(reduction) + "' does not exist");
    return {};
  }
  auto [losses, weights] = lossAndWeight(node, scores, target, weight);
  if (reduction == "none" || node.failed())
    return losses;
  SmallVector<int64_t> all =
      llvm::to_vector(llvm::seq<int64_t>(0, node.rank(losses)));
  Value sum = node.create<nn::ReduceSumOp>(losses, all, /*keep_dims=*/false);
  if (reduction == "sum")
    return sum;
  return node.create<nn::DivOp>(
      sum, node.create<nn::ReduceSumOp>(weights, all, /*keep_dims=*/false));
}

static Results importNegativeLogLikelihoodLoss(NodeContext &node) {
  return negativeLogLikelihood(node, node.input(0), node.input(1),
                               node.input(2));
}

static Results importSoftmaxCrossEntropyLoss(NodeContext &node) {
  if (node.rank(node.input(0)) < 2)
    return node.bad("its scores need a dimension of classes");
  Value logarithms =
      node.create<nn::SoftmaxOp>(node.input(0), 1, /*logarithm=*/true);
  if (node.failed())
    return {};
  return {negativeLogLikelihood(node, logarithms, node.input(1), node.input(2)),
          logarithms};
}

void swage::onnx::registerLossOps(Registry &registry) {
  registry.add("NegativeLogLikelihoodLoss", 12, {2, 3},
               importNegativeLogLikelihoodLoss);
  registry.add("SoftmaxCrossEntropyLoss", 12, {2, 3},
               importSoftmaxCrossEntropyLoss);
}
