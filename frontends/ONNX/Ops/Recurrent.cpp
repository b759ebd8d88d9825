//===- Recurrent.cpp - recurrent layers -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// RNN, LSTM and GRU. nn's layers have one direction and the time first; both
// directions are two layers on the same input.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// A function that the standard allows as an activation.
struct ActivationKind {
  StringLiteral onnx, nn;
  bool hasAlpha, hasBeta;
  double alpha, beta;
};
static constexpr ActivationKind activationKinds[] = {
    {"Relu", "relu", false, false, 0, 0},
    {"Tanh", "tanh", false, false, 0, 0},
    {"Sigmoid", "sigmoid", false, false, 0, 0},
    {"Affine", "affine", true, true, 1, 0},
    {"LeakyRelu", "leaky_relu", true, false, 0.01, 0},
    {"ThresholdedRelu", "thresholded_relu", true, false, 1, 0},
    {"ScaledTanh", "scaled_tanh", true, true, 1, 1},
    {"HardSigmoid", "hard_sigmoid", true, true, 0.2, 0.5},
    {"Elu", "elu", true, false, 1, 0},
    {"Softsign", "softsign", false, false, 0, 0},
    {"Softplus", "softplus", false, false, 0, 0},
};

namespace {
/// The attributes that describe one direction's activations.
struct Activations {
  SmallVector<StringRef> names;
  SmallVector<double> alphas, betas;
};

/// What the three operators share: directions, layouts and operands by
/// direction.
class RecurrentNode {
public:
  RecurrentNode(NodeContext &node, unsigned gates,
                ArrayRef<StringRef> activations)
      : node(node), gates(gates) {
    std::string direction = node.stringAttr("direction", "forward");
    reverseFirst = direction == "reverse";
    directions = direction == "bidirectional" ? 2 : 1;
    if (directions == 1 && !reverseFirst && direction != "forward")
      node.bad("its attribute 'direction' is '" + direction + "'");
    batchFirst = node.boolAttr("layout", false);
    // The first versions could leave out the sequence; a name does as well.
    node.ignoreAttr("output_sequence");
    if (node.hasAttr("clip"))
      clip = node.builder().getF64FloatAttr(node.floatAttr("clip", 0));
    readActivations(activations);
    if (!node.failed())
      checkShapes();
    if (node.failed())
      return;
    input = node.input(0);
    if (batchFirst)
      input = node.transpose(input, {1, 0, 2});
  }

  bool reverse(unsigned direction) const {
    return reverseFirst || direction == 1;
  }
  /// Direction `index` of an operand with one entry per direction on `axis`;
  /// null when the operand is absent.
  Value entry(unsigned operand, unsigned index, int64_t axis = 0) {
    Value all = operandOf(operand);
    if (!all || node.failed())
      return {};
    if (axis >= node.rank(all))
      return node.bad("its input " + llvm::Twine(operand) +
                      " has too few dimensions"),
             Value();
    if (directions > 1)
      all = node.slice(all, axis, index, index + 1);
    return node.failed() ? Value() : node.squeeze(all, {axis});
  }
  /// A state, whose direction is second when the batch comes first.
  Value state(unsigned operand, unsigned index) {
    return entry(operand, index, batchFirst ? 1 : 0);
  }
  /// Both halves of the bias, or null.
  std::pair<Value, Value> biases(unsigned index) {
    Value both = entry(3, index);
    if (!both || node.failed())
      return {};
    int64_t half = gates * hidden;
    return {node.slice(both, 0, 0, half), node.slice(both, 0, half, 2 * half)};
  }
  Value bias(unsigned index) {
    auto [fromInput, fromState] = biases(index);
    return fromInput ? node.create<nn::AddOp>(fromInput, fromState) : Value();
  }

  ArrayAttr names(unsigned index) {
    return node.builder().getStrArrayAttr(activations[index].names);
  }
  DenseF64ArrayAttr alphas(unsigned index) {
    return node.builder().getDenseF64ArrayAttr(activations[index].alphas);
  }
  DenseF64ArrayAttr betas(unsigned index) {
    return node.builder().getDenseF64ArrayAttr(activations[index].betas);
  }

  /// Joins the directions' results: all steps' outputs, then final states.
  Results join(ArrayRef<SmallVector<Value>> results) {
    if (node.failed())
      return {};
    SmallVector<Value> joined;
    for (unsigned i = 0; i < results.front().size(); ++i) {
      int64_t axis = i == 0 ? (batchFirst ? 2 : 1) : (batchFirst ? 1 : 0);
      SmallVector<Value> parts;
      for (const SmallVector<Value> &direction : results) {
        Value part = direction[i];
        if (i == 0 && batchFirst)
          part = node.transpose(part, {1, 0, 2});
        parts.push_back(node.unsqueeze(part, {axis}));
      }
      joined.push_back(node.concat(parts, axis));
    }
    return joined;
  }

  NodeContext &node;
  unsigned gates;
  int64_t directions = 1, hidden = 0;
  Value input;
  FloatAttr clip;

private:
  /// The sizes that an operand has by the attributes; -1 for those that only
  /// its type says.
  SmallVector<int64_t> sizesOf(unsigned operand) const {
    switch (operand) {
    case 1:
      return {directions, gates * hidden, -1};
    case 2:
      return {directions, gates * hidden, hidden};
    case 3:
      return {directions, 2 * gates * hidden};
    case 5:
    case 6:
      if (batchFirst)
        return {-1, directions, hidden};
      return {directions, -1, hidden};
    case 7:
      return {directions, 3 * hidden};
    default:
      return {};
    }
  }

  /// An operand, of which what its type leaves open is known by the attributes.
  Value operandOf(unsigned operand) {
    Value value = node.input(operand);
    SmallVector<int64_t> sizes = sizesOf(operand);
    if (!value || node.failed() || node.rank(value) != int64_t(sizes.size()))
      return value;
    bool isOpen = false;
    SmallVector<Value> parts;
    for (auto [dim, size] : llvm::enumerate(sizes)) {
      bool fix = size >= 0 && ShapedType::isDynamic(node.shape(value)[dim]);
      parts.push_back(fix ? node.ints({size})
                          : node.create<nn::ShapeOp>(value, dim, dim + 1));
      isOpen |= fix;
    }
    if (!isOpen)
      return value;
    return node.create<nn::ReshapeOp>(value, node.concat(parts, 0),
                                      /*allow_zero=*/true);
  }

  void checkShapes() {
    for (auto [index, rank] : {std::pair(0, 3), {1, 3}, {2, 3}})
      if (node.rank(node.input(index)) != rank)
        return (void)node.bad("its inputs X, W and R must have 3 dimensions");
    hidden = node.shape(node.input(2)).back();
    if (ShapedType::isDynamic(hidden))
      hidden = node.intAttr("hidden_size", hidden);
    if (ShapedType::isDynamic(hidden) || hidden < 1)
      return (void)node.unsupported(
          "the size of its weights must be known at compile time, or be its "
          "attribute 'hidden_size'");
    if (node.intAttr("hidden_size", hidden) != hidden)
      return (void)node.bad("its attribute 'hidden_size' contradicts the "
                            "weights R, which are for " +
                            llvm::Twine(hidden) + " units");
    for (unsigned index : {1, 2})
      if (int64_t size = node.shape(node.input(index))[0];
          ShapedType::isStatic(size) && size != directions)
        return (void)node.bad("its weights are not for " +
                              llvm::Twine(directions) + " direction(s)");
    input = node.input(0);
    if (batchFirst)
      input = node.transpose(input, {1, 0, 2});
  }

  void readActivations(ArrayRef<StringRef> defaults) {
    SmallVector<std::string> names = node.stringsAttr("activations");
    SmallVector<double> alphas = node.floatsAttr("activation_alpha");
    SmallVector<double> betas = node.floatsAttr("activation_beta");
    if (names.empty())
      for (int64_t i = 0; i < directions; ++i)
        names.append(defaults.begin(), defaults.end());
    if (names.size() != defaults.size() * directions)
      return (void)node.bad("it needs " +
                            llvm::Twine(defaults.size() * directions) +
                            " activations");
    // Constants are listed for the functions that have them.
    unsigned nextAlpha = 0, nextBeta = 0;
    auto take = [](ArrayRef<double> list, unsigned &next, double otherwise) {
      return next < list.size() ? list[next++] : otherwise;
    };
    activations.resize(directions);
    for (size_t i = 0; i < names.size(); ++i) {
      StringRef name = names[i];
      const auto *kind =
          llvm::find_if(activationKinds, [&](const ActivationKind &each) {
            return name.equals_insensitive(each.onnx);
          });
      if (kind == std::end(activationKinds))
        return (void)node.bad("there is no activation '" + name + "'");
      Activations &own = activations[i / defaults.size()];
      own.names.push_back(kind->nn);
      own.alphas.push_back(kind->hasAlpha ? take(alphas, nextAlpha, kind->alpha)
                                          : 0);
      own.betas.push_back(kind->hasBeta ? take(betas, nextBeta, kind->beta)
                                        : 0);
    }
  }

  SmallVector<Activations> activations;
  bool reverseFirst, batchFirst;
};
} // namespace

static Results importRNN(NodeContext &node) {
  RecurrentNode layer(node, 1, {"Tanh"});
  SmallVector<SmallVector<Value>> results;
  for (unsigned i = 0; !node.failed() && i < layer.directions; ++i)
    results.push_back(node.createMany<nn::RNNOp>(
        layer.input, layer.entry(1, i), layer.entry(2, i), layer.bias(i),
        node.input(4), layer.state(5, i), layer.names(i), layer.alphas(i),
        layer.betas(i), layer.clip, layer.reverse(i)));
  return layer.join(results);
}

static Results importLSTM(NodeContext &node) {
  RecurrentNode layer(node, 4, {"Sigmoid", "Tanh", "Tanh"});
  bool couple = node.boolAttr("input_forget", false);
  SmallVector<SmallVector<Value>> results;
  for (unsigned i = 0; !node.failed() && i < layer.directions; ++i)
    results.push_back(node.createMany<nn::LSTMOp>(
        layer.input, layer.entry(1, i), layer.entry(2, i), layer.bias(i),
        node.input(4), layer.state(5, i), layer.state(6, i), layer.entry(7, i),
        layer.names(i), layer.alphas(i), layer.betas(i), layer.clip,
        layer.reverse(i), couple));
  return layer.join(results);
}

static Results importGRU(NodeContext &node) {
  RecurrentNode layer(node, 3, {"Sigmoid", "Tanh"});
  bool resetAfter = node.boolAttr("linear_before_reset", false);
  SmallVector<SmallVector<Value>> results;
  for (unsigned i = 0; !node.failed() && i < layer.directions; ++i) {
    Value bias, hiddenBias;
    if (!resetAfter) {
      bias = layer.bias(i);
    } else if (std::pair<Value, Value> both = layer.biases(i); both.first) {
      // The reset gate scales the last third of the recurrent bias.
      int64_t units = layer.hidden;
      Value gates =
          node.create<nn::AddOp>(node.slice(both.first, 0, 0, 2 * units),
                                 node.slice(both.second, 0, 0, 2 * units));
      bias = node.concat(
          {gates, node.slice(both.first, 0, 2 * units, 3 * units)}, 0);
      hiddenBias = node.slice(both.second, 0, 2 * units, 3 * units);
    }
    results.push_back(node.createMany<nn::GRUOp>(
        layer.input, layer.entry(1, i), layer.entry(2, i), bias, node.input(4),
        layer.state(5, i), hiddenBias, layer.names(i), layer.alphas(i),
        layer.betas(i), layer.clip, layer.reverse(i), resetAfter));
  }
  return layer.join(results);
}

void swage::onnx::registerRecurrentOps(Registry &registry) {
  registry.add("RNN", 1, {3, 6}, importRNN);
  registry.add("LSTM", 1, {3, 8}, importLSTM);
  registry.add("GRU", 1, {3, 6}, importGRU);
}
