//===- Optimizers.cpp - steps of gradient descent -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The optimizers of the preview domain. Each takes a learning rate, the number
// of steps made so far, and any number of tensors with their gradients and
// states, in groups: all tensors, all gradients, all of each state.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// The inputs of a node, and its formulas.
class Optimizer {
public:
  Optimizer(NodeContext &node, unsigned states)
      : node(node), inputs(node.tensorInputs()), groups(2 + states) {
    if (node.failed())
      return;
    if (inputs.size() < 2 || (inputs.size() - 2) % groups)
      node.bad("it needs a gradient and " + llvm::Twine(states) +
               " states for each tensor");
    norm = node.floatAttr("norm_coefficient", 0);
  }

  size_t size() const { return (inputs.size() - 2) / groups; }
  Value rate(Type type) { return node.cast(inputs[0], type); }
  Value steps(Type type) { return node.cast(inputs[1], type); }
  Value tensor(size_t i) const { return inputs[2 + i]; }
  Value state(unsigned number, size_t i) const {
    return inputs[2 + (2 + number) * size() + i];
  }
  /// The gradient, with that of the regularisation.
  Value gradient(size_t i) {
    Value given = inputs[2 + size() + i];
    if (norm == 0)
      return given;
    return add(mul(number(given, norm), tensor(i)), given);
  }

  Value number(Value like, double value) {
    return node.failed() ? Value() : node.scalarLike(like, value);
  }
  Value add(Value a, Value b) { return node.create<nn::AddOp>(a, b); }
  Value sub(Value a, Value b) { return node.create<nn::SubOp>(a, b); }
  Value mul(Value a, Value b) { return node.create<nn::MulOp>(a, b); }
  Value div(Value a, Value b) { return node.create<nn::DivOp>(a, b); }
  /// factor * a + other * b.
  Value mix(double factor, Value a, double other, Value b) {
    return add(mul(number(a, factor), a), mul(number(b, other), b));
  }
  /// `then` from the second step on.
  Value afterFirst(Value then, Value otherwise) {
    Value zero = number(inputs[1], 0);
    return node.create<nn::SelectOp>(
        node.create<nn::GreaterOp>(inputs[1], zero), then, otherwise);
  }

  /// Calls `step` for each tensor; it returns the new tensor and states.
  Results run(function_ref<SmallVector<Value>(size_t)> step) {
    if (node.failed())
      return {};
    // The gradient is no result.
    SmallVector<SmallVector<Value>> results(groups - 1);
    for (size_t i = 0; i < size(); ++i) {
      SmallVector<Value> changed = step(i);
      if (node.failed())
        return {};
      for (auto [list, value] : llvm::zip(results, changed))
        list.push_back(value);
    }
    SmallVector<Value> all;
    for (ArrayRef<Value> list : results)
      llvm::append_range(all, list);
    return all;
  }

private:
  NodeContext &node;
  SmallVector<Value> inputs;
  unsigned groups;
  double norm = 0;
};

} // namespace

static Results importAdagrad(NodeContext &node) {
  Optimizer o(node, 1);
  double decay = node.floatAttr("decay_factor", 0),
         epsilon = node.floatAttr("epsilon", 0);
  return o.run([&](size_t i) -> SmallVector<Value> {
    Value x = o.tensor(i), gradient = o.gradient(i);
    Type type = node.elementType(x);
    Value slower =
        o.add(o.mul(o.steps(type), o.number(x, decay)), o.number(x, 1));
    Value rate = o.div(o.rate(type), slower);
    Value squares = o.add(o.state(0, i), o.mul(gradient, gradient));
    Value root = o.add(node.create<nn::SqrtOp>(squares), o.number(x, epsilon));
    return {o.sub(x, o.div(o.mul(rate, gradient), root)), squares};
  });
}

static Results importAdam(NodeContext &node) {
  Optimizer o(node, 2);
  double alpha = node.floatAttr("alpha", 0.9f),
         beta = node.floatAttr("beta", 0.999f),
         epsilon = node.floatAttr("epsilon", 0),
         after = node.floatAttr("norm_coefficient_post", 0);
  return o.run([&](size_t i) -> SmallVector<Value> {
    Value x = o.tensor(i), gradient = o.gradient(i);
    Type type = node.elementType(x);
    Value mean = o.mix(alpha, o.state(0, i), 1 - alpha, gradient);
    Value squares =
        o.mix(beta, o.state(1, i), 1 - beta, o.mul(gradient, gradient));
    Value root = o.add(node.create<nn::SqrtOp>(squares), o.number(x, epsilon));
    // Means of few steps are too small, since they began at 0.
    auto missing = [&](double factor) {
      Value power = node.create<nn::PowOp>(o.number(x, factor), o.steps(type));
      return o.sub(o.number(x, 1), power);
    };
    Value rate = o.rate(type);
    Value corrected = o.div(o.mul(rate, node.create<nn::SqrtOp>(missing(beta))),
                            missing(alpha));
    rate = o.afterFirst(corrected, rate);
    Value moved = o.sub(x, o.div(o.mul(rate, mean), root));
    if (after != 0)
      moved = o.mul(o.number(x, 1 - after), moved);
    return {moved, mean, squares};
  });
}

static Results importMomentum(NodeContext &node) {
  Optimizer o(node, 1);
  double alpha = node.floatAttr("alpha", 0), beta = node.floatAttr("beta", 0);
  std::string mode = node.stringAttr("mode", "standard");
  if (mode != "standard" && mode != "nesterov")
    return node.bad("its attribute 'mode' must be standard or nesterov");
  return o.run([&](size_t i) -> SmallVector<Value> {
    Value x = o.tensor(i), gradient = o.gradient(i);
    Type type = node.elementType(x);
    Value share = o.afterFirst(o.number(x, beta), o.number(x, 1));
    Value momentum =
        o.add(o.mul(o.number(x, alpha), o.state(0, i)), o.mul(share, gradient));
    Value step = momentum;
    if (mode == "nesterov")
      step = o.add(gradient, o.mul(o.number(x, alpha), momentum));
    return {o.sub(x, o.mul(o.rate(type), step)), momentum};
  });
}

void swage::onnx::registerOptimizersOps(Registry &registry) {
  constexpr StringLiteral domain = "ai.onnx.preview.training";
  registry.add("Adagrad", 1, {3, kVariadic}, importAdagrad, domain);
  registry.add("Adam", 1, {3, kVariadic}, importAdam, domain);
  registry.add("Momentum", 1, {3, kVariadic}, importMomentum, domain);
}
