//===- MicrosoftQuantized.cpp - quantised operators beyond the standard ---===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The quantised and fused operators of the domain com.microsoft, which ONNX
// Runtime's tools write into models.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Convolution.h"
#include "frontends/ONNX/Ops/Quantization.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// (value - zero point) * scale of the inputs from `index` on, in f32.
static Value dequantize(NodeContext &node, unsigned index) {
  Value value = node.input(index), zero = node.input(index + 2);
  Type i32 = node.builder().getI32Type(), f32 = node.builder().getF32Type();
  if (node.failed())
    return {};
  value = node.cast(value, i32);
  if (zero)
    value =
        node.create<nn::SubOp>(value, node.cast(node.reshape(zero, {}), i32));
  Value scale = node.reshape(node.input(index + 1), {});
  if (node.failed())
    return {};
  return node.create<nn::MulOp>(node.cast(value, f32), scale);
}

/// The inverse, with the scale and zero point of the inputs from `index` on;
/// without a zero point, in the type of the first input.
static Value quantize(NodeContext &node, Value value, unsigned index,
                      Type otherwise) {
  Value scale = node.input(index), zero = node.input(index + 1);
  if (node.failed())
    return {};
  Type type = zero ? node.elementType(zero) : otherwise;
  if (zero)
    zero = node.reshape(zero, {});
  return roundTo(node, node.create<nn::DivOp>(value, node.reshape(scale, {})),
                 zero, type, /*saturate=*/true);
}

static Results importQLinearMul(NodeContext &node) {
  Value result =
      node.create<nn::MulOp>(dequantize(node, 0), dequantize(node, 3));
  return quantize(node, result, 6, node.elementType(node.input(0)));
}

/// Halves are rounded to even after the zero point has been added, unlike
/// elsewhere.
static Results importQLinearAdd(NodeContext &node) {
  Value sum = node.create<nn::AddOp>(dequantize(node, 0), dequantize(node, 3));
  Value scale = node.input(6), zero = node.input(7);
  if (node.failed())
    return {};
  Value scaled = node.create<nn::DivOp>(sum, node.reshape(scale, {}));
  if (zero)
    scaled = node.create<nn::AddOp>(
        scaled, node.cast(node.reshape(zero, {}), node.elementType(sum)));
  return roundTo(node, scaled, Value(), node.elementType(node.input(0)),
                 /*saturate=*/true);
}

/// A function of one quantised tensor.
static Results importUnary(NodeContext &node,
                           function_ref<Value(Value)> function) {
  Value value = dequantize(node, 0);
  if (node.failed())
    return {};
  return quantize(node, function(value), 3, node.elementType(node.input(0)));
}

static Results importQLinearSigmoid(NodeContext &node) {
  return importUnary(
      node, [&](Value value) { return node.create<nn::SigmoidOp>(value); });
}

static Results importQLinearLeakyRelu(NodeContext &node) {
  llvm::APFloat alpha(node.floatAttr("alpha", 0.01f));
  return importUnary(node, [&](Value value) {
    return node.create<nn::LeakyReluOp>(value, alpha);
  });
}

static Results importQLinearSoftmax(NodeContext &node) {
  int64_t axis = node.intAttr("axis", -1), version = node.intAttr("opset", 13);
  return importUnary(node, [&](Value value) -> Value {
    int64_t place = node.axis(axis, node.rank(value));
    if (version >= 13)
      return node.create<nn::SoftmaxOp>(value, place, /*logarithm=*/false);
    // Before version 13 of the standard, over all axes from one on.
    Value flat = flattenTo2D(node, value, place);
    return reshapeLike(
        node, node.create<nn::SoftmaxOp>(flat, 1, /*logarithm=*/false), value);
  });
}

static Results importQLinearGlobalAveragePool(NodeContext &node) {
  bool channelsLast = node.boolAttr("channels_last", false);
  return importUnary(node, [&](Value value) -> Value {
    int64_t rank = node.rank(value), first = channelsLast ? 1 : 2;
    auto axes = llvm::to_vector(llvm::seq<int64_t>(first, first + rank - 2));
    return node.create<nn::ReduceMeanOp>(value, axes, /*keep_dims=*/true);
  });
}

static Results importQLinearConcat(NodeContext &node) {
  int64_t axis = node.intAttr("axis", 0);
  if (node.numInputs() < 5 || (node.numInputs() - 2) % 3)
    return node.bad("it needs a scale and a zero point for each tensor");
  SmallVector<Value> parts;
  for (unsigned i = 2; i < node.numInputs(); i += 3)
    parts.push_back(dequantize(node, i));
  if (node.failed())
    return {};
  axis = node.axis(axis, node.rank(parts[0]));
  return quantize(node, node.concat(parts, axis), 0,
                  node.elementType(node.input(2)));
}

//===----------------------------------------------------------------------===//
// Matrix products with floating-point results
//===----------------------------------------------------------------------===//

/// Sums in i32 times the scales of both factors, and a bias.
static Value scaleSums(NodeContext &node, Value sums, Value lhsScale,
                       Value rhsScale, Value bias) {
  if (node.failed())
    return {};
  if (node.rank(lhsScale) == 1 && node.shape(lhsScale)[0] != 1)
    lhsScale = node.unsqueeze(lhsScale, {1});
  Value scale = node.create<nn::MulOp>(lhsScale, rhsScale);
  if (node.failed())
    return {};
  Value result =
      node.create<nn::MulOp>(node.cast(sums, node.elementType(scale)), scale);
  return bias ? node.create<nn::AddOp>(result, bias) : result;
}

static Results importMatMulIntegerToFloat(NodeContext &node) {
  Value sums = multiplyQuantized(node, node.input(0), node.input(4),
                                 node.input(1), node.input(5));
  return scaleSums(node, sums, node.input(2), node.input(3), node.input(6));
}

static Results importDynamicQuantizeMatMul(NodeContext &node) {
  DynamicBytes lhs = quantizeDynamically(node, node.input(0));
  if (node.failed())
    return {};
  Value sums = multiplyQuantized(node, lhs.bytes, lhs.zeroPoint, node.input(1),
                                 node.input(3));
  return scaleSums(node, sums, lhs.scale, node.input(2), node.input(4));
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

static Value activate(NodeContext &node, Value value) {
  std::string name = node.stringAttr("activation", "");
  SmallVector<double> params = node.floatsAttr("activation_params");
  auto param = [&](unsigned index, double otherwise) {
    return llvm::APFloat(index < params.size() ? params[index] : otherwise);
  };
  if (node.failed() || name.empty())
    return value;
  if (name == "Relu")
    return node.create<nn::ReluOp>(value);
  if (name == "Sigmoid")
    return node.create<nn::SigmoidOp>(value);
  if (name == "Tanh")
    return node.create<nn::TanhOp>(value);
  if (name == "LeakyRelu")
    return node.create<nn::LeakyReluOp>(value, param(0, 0.01));
  if (name == "HardSigmoid")
    return node.create<nn::HardSigmoidOp>(value, param(0, 0.2), param(1, 0.5));
  if (name == "Clip") {
    auto bound = [&](unsigned index, double otherwise) {
      return node.scalarLike(value, param(index, otherwise).convertToDouble());
    };
    value = node.create<nn::MaxOp>(value, bound(0, -HUGE_VAL));
    return node.create<nn::MinOp>(value, bound(1, HUGE_VAL));
  }
  node.unsupported("the activation '" + printable(name) + "' is not supported");
  return {};
}

static Results importFusedConv(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  Value other = node.input(3);
  if (!node.requireSameType({input, filter, bias, other}))
    return {};
  Value result = convolve(node, input, filter, bias);
  if (other)
    result = node.create<nn::AddOp>(result, other);
  return activate(node, result);
}

/// A convolution of an image whose channels come last.
static Results importNhwcConv(NodeContext &node) {
  Value input = node.input(0), filter = node.input(1), bias = node.input(2);
  int64_t group = node.intAttr("group", 1);
  if (!node.requireSameType({input, filter, bias}))
    return {};
  int64_t rank = node.rank(input);
  if (rank < 3 || node.rank(filter) != rank)
    return node.bad("its input and filter must have the same rank, at least 3");
  SmallVector<int64_t> toFirst{0, rank - 1}, toLast{0};
  llvm::append_range(toFirst, llvm::seq<int64_t>(1, rank - 1));
  llvm::append_range(toLast, llvm::seq<int64_t>(2, rank));
  toLast.push_back(1);
  // Filters are found in both orders; channels tell which.
  int64_t channels = node.shape(input).back();
  if (!ShapedType::isDynamic(channels) && group > 0 &&
      node.shape(filter)[1] != channels / group &&
      node.shape(filter).back() == channels / group)
    filter = node.transpose(filter, toFirst);
  Value result = node.transpose(
      convolve(node, node.transpose(input, toFirst), filter, bias), toLast);
  if (Value other = node.input(3))
    result = node.create<nn::AddOp>(result, other);
  return activate(node, result);
}

void swage::onnx::registerMicrosoftQuantizedOps(Registry &registry) {
  auto add = [&](StringRef name, Arity arity, Handler handler) {
    registry.add(name, 1, arity, handler, "com.microsoft");
  };
  add("QLinearAdd", {7, 8}, importQLinearAdd);
  add("QLinearMul", {7, 8}, importQLinearMul);
  add("QLinearConcat", {5, kVariadic}, importQLinearConcat);
  add("QLinearSigmoid", {4, 5}, importQLinearSigmoid);
  add("QLinearLeakyRelu", {4, 5}, importQLinearLeakyRelu);
  add("QLinearSoftmax", {4, 5}, importQLinearSoftmax);
  add("QLinearGlobalAveragePool", {5, 5}, importQLinearGlobalAveragePool);
  add("MatMulIntegerToFloat", {4, 7}, importMatMulIntegerToFloat);
  add("DynamicQuantizeMatMul", {3, 5}, importDynamicQuantizeMatMul);
  add("FusedConv", {2, 4}, importFusedConv);
  add("NhwcConv", {2, 3}, importNhwcConv);
  add("NhwcFusedConv", {2, 4}, importNhwcConv);
}
