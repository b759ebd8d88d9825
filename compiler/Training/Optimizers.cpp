//===- Optimizers.cpp - how parameters follow their gradients -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compositions of nn operators, with the definitions of PyTorch; LAMB as in its
// paper. p is the parameter, g its gradient, t the number of the step.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Optimizers.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

ArrayRef<RecipeKind> swage::training::getOptimizers() {
  static const RecipeKind kinds[] = {
      {"sgd", {{"weight-decay", 0}}},
      {"momentum", {{"momentum", 0.9}, {"weight-decay", 0}}},
      {"nesterov", {{"momentum", 0.9}, {"weight-decay", 0}}},
      {"rmsprop", {{"alpha", 0.99}, {"epsilon", 1e-8}, {"weight-decay", 0}}},
      {"adagrad", {{"epsilon", 1e-10}, {"weight-decay", 0}}},
      {"adam",
       {{"beta1", 0.9},
        {"beta2", 0.999},
        {"epsilon", 1e-8},
        {"weight-decay", 0}}},
      {"adamw",
       {{"beta1", 0.9},
        {"beta2", 0.999},
        {"epsilon", 1e-8},
        {"weight-decay", 0.01}}},
      {"lamb",
       {{"beta1", 0.9},
        {"beta2", 0.999},
        {"epsilon", 1e-6},
        {"weight-decay", 0.01}}},
      // Only the gradients, which are outputs of the step.
      {"none", {}},
      // The model's own training, loss and all.
      {"model", {}},
  };
  return kinds;
}

ArrayRef<StringLiteral>
swage::training::getStateNames(const Recipe &optimizer) {
  static constexpr StringLiteral momentum[] = {"momentum"},
                                 square[] = {"square"},
                                 moments[] = {"mean", "square"};
  return llvm::StringSwitch<ArrayRef<StringLiteral>>(optimizer.getName())
      .Cases({"momentum", "nesterov"}, momentum)
      .Cases({"rmsprop", "adagrad"}, square)
      .Cases({"adam", "adamw", "lamb"}, moments)
      .Default({});
}

namespace {

/// One parameter's step.
class Update {
public:
  Update(const Recipe &optimizer, const StepContext &context,
         ParameterStep &step, const TensorBuilder &b)
      : optimizer(optimizer), context(context), step(step), b(b),
        rate(b.cast(context.rate, b.elementTypeOf(step.parameter))) {}

  void run() {
    StringRef name = optimizer.getName();
    if (name == "none")
      return;
    // Decoupled decay is a part of the update itself.
    double decay = optimizer.get("weight-decay");
    if (decay != 0 && name != "adamw" && name != "lamb")
      step.gradient = b.add(step.gradient, b.mul(step.parameter, decay));
    if (name == "sgd") {
      if (!descendRows())
        descend(step.gradient);
      return;
    }
    if (name == "momentum" || name == "nesterov")
      followMomentum(name == "nesterov");
    else if (name == "rmsprop" || name == "adagrad")
      scaleBySquares(name == "adagrad");
    else
      followMoments(decay);
  }

private:
  /// p - rate * direction.
  void descend(Value direction) {
    step.parameter = b.sub(step.parameter, b.mul(direction, rate));
  }

  /// The same where the gradient is zero but for some rows, as an embedding's
  /// is: only those of the parameter are read and written.
  bool descendRows() {
    auto rows = step.gradient.getDefiningOp<nn::ScatterNDOp>();
    if (!rows || rows.getReduction() != "add")
      return false;
    Value rest = rows.getData();
    if (auto expanded = rest.getDefiningOp<nn::ExpandOp>())
      rest = expanded.getInput();
    if (!matchPattern(rest, m_AnyZeroFloat()))
      return false;
    Value moves = b.neg(b.mul(rows.getUpdates(), rate));
    step.parameter = b.make<nn::ScatterNDOp>(step.parameter, rows.getIndices(),
                                             moves, "add");
    return true;
  }

  void followMomentum(bool nesterov) {
    double momentum = optimizer.get("momentum");
    Value &velocity = step.states[0];
    velocity = b.add(b.mul(velocity, momentum), step.gradient);
    descend(nesterov ? b.add(step.gradient, b.mul(velocity, momentum))
                     : velocity);
  }

  void scaleBySquares(bool sumUp) {
    Value &squares = step.states[0];
    Value own = b.square(step.gradient);
    if (sumUp) {
      squares = b.add(squares, own);
    } else {
      double alpha = optimizer.get("alpha");
      squares = b.add(b.mul(squares, alpha), b.mul(own, 1 - alpha));
    }
    Value size = b.add(b.sqrt(squares), optimizer.get("epsilon"));
    descend(b.div(step.gradient, size));
  }

  /// 1 - beta^t, in f64: beta is near 1.
  Value getCorrection(double beta) {
    Type wide = b.builder.getF64Type();
    Value power = b.pow(b.scalar(wide, beta), b.cast(context.number, wide));
    return b.sub(b.scalar(wide, 1), power);
  }

  /// Adam and what comes from it: the mean of the gradients over the root of
  /// the mean of their squares.
  void followMoments(double decay) {
    double beta1 = optimizer.get("beta1"), beta2 = optimizer.get("beta2");
    double epsilon = optimizer.get("epsilon");
    Type type = b.elementTypeOf(step.parameter);
    Value &mean = step.states[0], &squares = step.states[1];
    mean = b.add(b.mul(mean, beta1), b.mul(step.gradient, 1 - beta1));
    squares =
        b.add(b.mul(squares, beta2), b.mul(b.square(step.gradient), 1 - beta2));
    Value one = b.scalar(b.builder.getF64Type(), 1);
    Value meanFactor = b.cast(b.div(one, getCorrection(beta1)), type);
    Value rootFactor = b.cast(b.rsqrt(getCorrection(beta2)), type);
    Value size = b.add(b.mul(b.sqrt(squares), rootFactor), epsilon);
    Value direction = b.div(b.mul(mean, meanFactor), size);
    StringRef name = optimizer.getName();
    if (name != "adam" && decay != 0)
      direction = b.add(direction, b.mul(step.parameter, decay));
    if (name == "lamb")
      direction = b.mul(direction, getTrust(direction));
    descend(direction);
  }

  /// The norm of the parameter over that of its update; 1 where either is zero.
  Value getTrust(Value direction) {
    auto norm = [&](Value value) { return b.sqrt(b.sumAll(b.square(value))); };
    Value own = norm(step.parameter), other = norm(direction);
    Value zero = b.scalarLike(own, 0), one = b.scalarLike(own, 1);
    Value ratio = b.select(b.less(zero, other), b.div(own, other), one);
    return b.select(b.less(zero, own), ratio, one);
  }

  const Recipe &optimizer;
  const StepContext &context;
  ParameterStep &step;
  const TensorBuilder &b;
  Value rate;
};

} // namespace

void swage::training::buildUpdate(const Recipe &optimizer,
                                  const StepContext &context,
                                  ParameterStep &step, const TensorBuilder &b) {
  Update(optimizer, context, step, b).run();
}

void swage::training::clipGradients(MutableArrayRef<ParameterStep> steps,
                                    double norm, double value,
                                    const TensorBuilder &b) {
  if (value > 0)
    for (ParameterStep &step : steps)
      step.gradient =
          b.min(b.max(step.gradient, b.scalarLike(step.gradient, -value)),
                b.scalarLike(step.gradient, value));
  if (norm <= 0 || steps.empty())
    return;
  Type wide = b.builder.getF32Type();
  for (ParameterStep &step : steps)
    if (b.elementTypeOf(step.gradient).isF64())
      wide = b.builder.getF64Type();
  Value total;
  for (ParameterStep &step : steps) {
    Value own = b.sumAll(b.square(b.cast(step.gradient, wide)));
    total = total ? b.add(total, own) : own;
  }
  Value factor = b.div(b.scalar(wide, norm), b.add(b.sqrt(total), 1e-6));
  factor = b.min(factor, b.scalar(wide, 1));
  for (ParameterStep &step : steps)
    step.gradient =
        b.mul(step.gradient, b.cast(factor, b.elementTypeOf(step.gradient)));
}
