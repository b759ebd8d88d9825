//===- UnrollRecurrent.cpp - recurrent layers, step by step ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Writes RNN, LSTM and GRU layers as the operators that they consist of, for
// every step of the sequence, so that they can be differentiated through time.
// The input's part of all gates stays one product for the whole sequence; the
// steps are alike, so that their kernels are compiled once.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Differentiate.h"
#include "compiler/Training/UnrollLoops.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// What the layers share.
class Layer {
public:
  template <typename OpTy>
  Layer(OpTy op, const TensorBuilder &b)
      : b(b), input(op.getInput()), weights(op.getWeights()),
        recurrent(op.getRecurrent()), bias(op.getBias()),
        lengths(op.getLengths()), reverse(op.getReverse()) {
    for (auto [name, alpha, beta] :
         llvm::zip(op.getActivations().template getAsRange<StringAttr>(),
                   op.getAlphas(), op.getBetas()))
      activations.push_back({name.getValue(), alpha, beta});
    if (auto attribute = op.getClipAttr())
      clip = attribute.getValueAsDouble();
    steps = b.shapeOf(input)[0];
    batch = b.shapeOf(input)[1];
    units = b.shapeOf(recurrent)[1];
  }

  Value initial(Value given) const {
    return given ? given : b.splat(b.elementTypeOf(input), {batch, units}, 0);
  }

  /// A state times the recurrent weights of some gates. Each step reads these
  /// again: they are turned once, so that few rows meet contiguous columns.
  Value recur(Value state, int64_t first, int64_t count) {
    Value &columns = turned[{first, count}];
    if (!columns)
      columns = b.transposeMatrix(
          b.slice(recurrent, 0, first * units, (first + count) * units));
    return b.matmul(state, columns);
  }
  Value recur(Value state) {
    return recur(state, 0, b.shapeOf(recurrent)[0] / units);
  }
  Value gate(Value all, int64_t index, int64_t count = 1) const {
    int64_t axis = b.rankOf(all) - 1;
    return b.slice(all, axis, index * units, (index + count) * units);
  }
  Value product(Value state, Value rows) const {
    return b.matmul(state, rows, false, /*transposeB=*/true);
  }

  /// An activation, whose argument is limited.
  Value activate(unsigned index, Value x) const {
    if (clip)
      x = b.min(b.max(x, b.scalarLike(x, -*clip)), b.scalarLike(x, *clip));
    return apply(index, x);
  }
  Value apply(unsigned index, Value x) const;

  /// Goes through the sequence. `step` makes new states, the hidden one first,
  /// of the input's part of the gates and the old states. Returns the outputs
  /// and the final states.
  Values walk(Values states,
              function_ref<Values(Value projected, ValueRange states)> step);

  const TensorBuilder &b;
  Value input, weights, recurrent, bias, lengths;
  bool reverse;
  int64_t steps, batch, units;

private:
  struct Activation {
    StringRef name;
    double alpha, beta;
  };
  SmallVector<Activation> activations;
  std::optional<double> clip;
  /// Recurrent weights of gates from the first on, so many, inputs first.
  llvm::DenseMap<std::pair<int64_t, int64_t>, Value> turned;
};

} // namespace

Value Layer::apply(unsigned index, Value x) const {
  const Activation &activation = activations[index];
  double alpha = activation.alpha, beta = activation.beta;
  APFloat first(alpha), second(beta);
  using Build = llvm::function_ref<Value()>;
  return llvm::StringSwitch<Build>(activation.name)
      .Case("relu", [&] { return b.make<nn::ReluOp>(x); })
      .Case("tanh", [&] { return b.tanh(x); })
      .Case("sigmoid", [&] { return b.sigmoid(x); })
      .Case("affine", [&] { return b.add(b.mul(x, alpha), beta); })
      .Case("leaky_relu", [&] { return b.make<nn::LeakyReluOp>(x, first); })
      .Case("thresholded_relu",
            [&] { return b.make<nn::ThresholdedReluOp>(x, first); })
      .Case("scaled_tanh", [&] { return b.mul(b.tanh(b.mul(x, beta)), alpha); })
      .Case("hard_sigmoid",
            [&] { return b.make<nn::HardSigmoidOp>(x, first, second); })
      .Case("elu", [&] { return b.make<nn::EluOp>(x, first); })
      .Case("softsign", [&] { return b.make<nn::SoftsignOp>(x); })
      .Default([&] { return b.make<nn::SoftplusOp>(x); })();
}

Values
Layer::walk(Values states,
            function_ref<Values(Value projected, ValueRange states)> step) {
  int64_t features = b.shapeOf(input)[2], gates = b.shapeOf(weights)[0];
  Value projected =
      product(b.reshape(input, {steps * batch, features}), weights);
  if (bias)
    projected = b.add(projected, bias);
  projected = b.reshape(projected, {steps, batch, gates});
  Value ends =
      lengths ? b.reshape(b.cast(lengths, b.builder.getI64Type()), {batch, 1})
              : Value();
  Values outputs(steps);
  for (int64_t i = 0; i < steps; ++i) {
    int64_t time = reverse ? steps - 1 - i : i;
    Value now =
        b.reshape(b.slice(projected, 0, time, time + 1), {batch, gates});
    Values changed = step(now, states);
    Value output = changed.front();
    if (lengths) {
      // After a sequence's end outputs are zero and states stay.
      Value within = b.less(b.index(time), ends);
      output = b.keepIf(within, output);
      for (auto [state, before] : llvm::zip_equal(changed, states))
        state = b.select(within, state, before);
    }
    outputs[time] = b.reshape(output, {1, batch, units});
    states = changed;
  }
  Values results{b.concat(outputs, 0)};
  llvm::append_range(results, states);
  return results;
}

//===----------------------------------------------------------------------===//
// The layers
//===----------------------------------------------------------------------===//

static Values unroll(nn::RNNOp op, const TensorBuilder &b) {
  Layer layer(op, b);
  return layer.walk({layer.initial(op.getInitialHidden())},
                    [&](Value projected, ValueRange states) {
                      Value sum = b.add(projected, layer.recur(states[0]));
                      return Values{layer.activate(0, sum)};
                    });
}

static Values unroll(nn::LSTMOp op, const TensorBuilder &b) {
  Layer layer(op, b);
  enum { I, O, F, C };
  auto peep = [&](Value sum, int64_t index, Value cell) {
    if (!op.getPeepholes())
      return sum;
    return b.add(sum, b.mul(layer.gate(op.getPeepholes(), index), cell));
  };
  return layer.walk(
      {layer.initial(op.getInitialHidden()),
       layer.initial(op.getInitialCell())},
      [&](Value projected, ValueRange states) {
        Value before = states[1];
        Value gates = b.add(projected, layer.recur(states[0]));
        Value input = layer.activate(0, peep(layer.gate(gates, I), 0, before));
        Value forget =
            op.getCouple()
                ? b.sub(b.scalarLike(input, 1), input)
                : layer.activate(0, peep(layer.gate(gates, F), 2, before));
        Value candidate = layer.activate(1, layer.gate(gates, C));
        Value cell = b.add(b.mul(forget, before), b.mul(input, candidate));
        Value output = layer.activate(0, peep(layer.gate(gates, O), 1, cell));
        return Values{b.mul(output, layer.apply(2, cell)), cell};
      });
}

static Values unroll(nn::GRUOp op, const TensorBuilder &b) {
  Layer layer(op, b);
  return layer.walk(
      {layer.initial(op.getInitialHidden())},
      [&](Value projected, ValueRange states) {
        Value hidden = states[0];
        Value gates = layer.recur(hidden, 0, 2);
        Value sums = b.add(layer.gate(projected, 0, 2), gates);
        Value update = layer.activate(0, layer.gate(sums, 0));
        Value reset = layer.activate(0, layer.gate(sums, 1));
        Value inner;
        if (op.getResetAfter()) {
          inner = layer.recur(hidden, 2, 1);
          if (op.getHiddenBias())
            inner = b.add(inner, op.getHiddenBias());
          inner = b.mul(reset, inner);
        } else {
          inner = layer.recur(b.mul(reset, hidden), 2, 1);
        }
        Value candidate =
            layer.activate(1, b.add(layer.gate(projected, 2), inner));
        Value rest = b.sub(b.scalarLike(update, 1), update);
        return Values{b.add(b.mul(rest, candidate), b.mul(update, hidden))};
      });
}

/// Whether the operator, or one in its regions, takes one of these values.
static bool usesAny(Operation &op, const DenseSet<Value> &values) {
  return op
      .walk([&](Operation *inner) {
        return llvm::any_of(
                   inner->getOperands(),
                   [&](Value operand) { return values.contains(operand); })
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// The layer's results, step by step; empty for other operators.
static Values tryUnroll(Operation *op) {
  OpBuilder builder(op);
  TensorBuilder b(builder, op->getLoc());
  return llvm::TypeSwitch<Operation *, Values>(op)
      .Case<nn::RNNOp, nn::LSTMOp, nn::GRUOp>(
          [&](auto layer) { return unroll(layer, b); })
      .Default([](Operation *) { return Values(); });
}

/// Unrolls what depends on `active` in a block; adds its results to them.
static LogicalResult unrollIn(Block &block, DenseSet<Value> &active) {
  auto replace = [&](Operation &op, const Values &results) {
    active.insert(results.begin(), results.end());
    op.replaceAllUsesWith(results);
    op.erase();
  };
  // By hand: a loop becomes operators that are to be visited, too.
  for (auto next = block.begin(); next != block.end();) {
    Operation &op = *next++;
    if (!usesAny(op, active))
      continue;
    if (isa<nn::RNNOp, nn::LSTMOp, nn::GRUOp>(op)) {
      bool isStatic = llvm::all_of(op.getOperandTypes(), [](Type type) {
        auto tensor = dyn_cast<RankedTensorType>(type);
        return tensor && tensor.hasStaticShape();
      });
      if (!isStatic)
        return op.emitError("gradients need the length of the sequence and the "
                            "size of the batch at compile time; bind symbolic "
                            "dimensions with --dim NAME=N");
      replace(op, tryUnroll(&op));
      continue;
    }
    // What is carried may depend on the values from the second iteration on.
    for (Region &region : op.getRegions())
      for (Block &inner : region) {
        active.insert(inner.args_begin(), inner.args_end());
        if (failed(unrollIn(inner, active)))
          return failure();
      }
    if (std::optional<Values> results = tryUnrollLoop(&op)) {
      replace(op, *results);
      continue;
    }
    active.insert(op.result_begin(), op.result_end());
  }
  return success();
}

LogicalResult swage::training::unrollRecurrence(ArrayRef<Value> parameters) {
  DenseSet<Value> active(parameters.begin(), parameters.end());
  if (parameters.empty())
    return success();
  return unrollIn(*Value(parameters.front()).getParentBlock(), active);
}
