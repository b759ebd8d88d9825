//===- Activation.cpp - activation functions ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The functions between a network's layers, with the standard's defaults.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

template <typename OpTy> static Results importPlain(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  return node.create<OpTy>(node.input(0));
}

static llvm::APFloat number(double value) { return llvm::APFloat(value); }

static Results importLeakyRelu(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  return node.create<nn::LeakyReluOp>(node.input(0),
                                      number(node.floatAttr("alpha", 0.01f)));
}

static Results importElu(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  return node.create<nn::EluOp>(node.input(0),
                                number(node.floatAttr("alpha", 1)));
}

static Results importCelu(NodeContext &node) {
  return node.create<nn::CeluOp>(node.input(0),
                                 number(node.floatAttr("alpha", 1)));
}

/// The default constants changed from rounded ones to the exact ones in float.
template <int since> static Results importSelu(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  double alpha =
      node.floatAttr("alpha", since < 6 ? 1.6732 : 1.67326319217681884765625);
  double gamma =
      node.floatAttr("gamma", since < 6 ? 1.0507 : 1.05070102214813232421875);
  return node.create<nn::SeluOp>(node.input(0), number(alpha), number(gamma));
}

static Results importHardSigmoid(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  double alpha = node.floatAttr("alpha", 0.2f),
         beta = node.floatAttr("beta", 0.5);
  return node.create<nn::HardSigmoidOp>(node.input(0), number(alpha),
                                        number(beta));
}

static Results importThresholdedRelu(NodeContext &node) {
  return node.create<nn::ThresholdedReluOp>(node.input(0),
                                            number(node.floatAttr("alpha", 1)));
}

static Results importShrink(NodeContext &node) {
  double lambd = node.floatAttr("lambd", 0.5), bias = node.floatAttr("bias", 0);
  return node.create<nn::ShrinkOp>(node.input(0), number(lambd), number(bias));
}

static Results importGelu(NodeContext &node) {
  std::string form = node.stringAttr("approximate", "none");
  if (form != "none" && form != "tanh")
    return node.bad("its attribute 'approximate' must be none or tanh");
  return node.create<nn::GeluOp>(node.input(0), form == "tanh");
}

/// x * sigmoid(alpha * x).
static Value swish(NodeContext &node, Value x, double alpha) {
  if (alpha == 1)
    return node.create<nn::SiluOp>(x);
  Value scaled = node.create<nn::MulOp>(x, node.scalarLike(x, alpha));
  return node.create<nn::MulOp>(x, node.create<nn::SigmoidOp>(scaled));
}

static Results importSwish(NodeContext &node) {
  return swish(node, node.input(0), node.floatAttr("alpha", 1));
}

/// A gate of swish on a value.
static Results importSwiGLU(NodeContext &node) {
  if (!node.requireSameType({node.input(0), node.input(1)}))
    return {};
  Value gate = swish(node, node.input(0), node.floatAttr("alpha", 1));
  return node.create<nn::MulOp>(gate, node.input(1));
}

/// x, or slope * x where x is negative; the slope broadcasts to x only.
static Results importPRelu(NodeContext &node) {
  Value x = node.input(0), slope = node.input(1);
  if (!node.requireSameType({x, slope}))
    return {};
  if (node.rank(slope) > node.rank(x))
    return node.bad("its slope has more dimensions than its input");
  Value negative = node.create<nn::LessOp>(x, node.scalarLike(x, 0));
  return node.create<nn::SelectOp>(negative, node.create<nn::MulOp>(x, slope),
                                   x);
}

void swage::onnx::registerActivationOps(Registry &registry) {
  registry.add("Relu", 1, {1, 1}, importPlain<nn::ReluOp>);
  registry.add("Sigmoid", 1, {1, 1}, importPlain<nn::SigmoidOp>);
  registry.add("Softplus", 1, {1, 1}, importPlain<nn::SoftplusOp>);
  registry.add("Softsign", 1, {1, 1}, importPlain<nn::SoftsignOp>);
  registry.add("HardSwish", 14, {1, 1}, importPlain<nn::HardSwishOp>);
  registry.add("Mish", 18, {1, 1}, importPlain<nn::MishOp>);
  registry.add("LeakyRelu", 1, {1, 1}, importLeakyRelu);
  registry.add("Elu", 1, {1, 1}, importElu);
  registry.add("Celu", 12, {1, 1}, importCelu);
  registry.add("Selu", 1, {1, 1}, importSelu<1>);
  registry.add("Selu", 6, {1, 1}, importSelu<6>);
  registry.add("HardSigmoid", 1, {1, 1}, importHardSigmoid);
  registry.add("ThresholdedRelu", 10, {1, 1}, importThresholdedRelu);
  registry.add("Shrink", 9, {1, 1}, importShrink);
  registry.add("Gelu", 20, {1, 1}, importGelu);
  registry.add("Swish", 24, {1, 1}, importSwish);
  registry.add("SwiGLU", 28, {2, 2}, importSwiGLU);
  registry.add("PRelu", 7, {2, 2}, importPRelu);
}
