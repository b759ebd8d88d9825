//===- Normalization.cpp - normalisations ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What brings tensors to a mean of 0 and a variance of 1, or to a norm of 1.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// A vector with an element for every channel, in a shape that broadcasts over
/// an image of `rank` dimensions.
static Value perChannel(NodeContext &node, Value vector, int64_t rank) {
  if (node.failed())
    return {};
  if (node.rank(vector) != 1) {
    node.bad("its parameters must be vectors with an element for each channel");
    return {};
  }
  SmallVector<int64_t> shape(std::max<int64_t>(rank - 1, 1), 1);
  shape[0] = -1;
  return node.reshape(vector, shape);
}

/// 1 / sqrt(variance + epsilon).
static Value reciprocalDeviation(NodeContext &node, Value variance,
                                 double epsilon) {
  if (node.failed())
    return {};
  return node.create<nn::RsqrtOp>(
      node.create<nn::AddOp>(variance, node.scalarLike(variance, epsilon)));
}

//===----------------------------------------------------------------------===//
// Batch normalisation
//===----------------------------------------------------------------------===//

/// (input - mean) / sqrt(variance + epsilon) * scale + bias, all vectors over
/// channels: multiplied out to one scale and one shift, which are constants of
/// a trained network.
static Value scaleAndShift(NodeContext &node, Value input, Value scale,
                           Value bias, Value mean, Value variance,
                           double epsilon) {
  if (node.failed())
    return {};
  Type type = node.elementType(input), wide = node.elementType(mean);
  scale = node.cast(scale, wide);
  bias = node.cast(bias, wide);
  Value factor = node.create<nn::MulOp>(
      scale, reciprocalDeviation(node, variance, epsilon));
  Value shift =
      node.create<nn::SubOp>(bias, node.create<nn::MulOp>(mean, factor));
  int64_t rank = node.rank(input);
  Value scaled = node.create<nn::MulOp>(node.cast(input, wide),
                                        perChannel(node, factor, rank));
  return node.cast(
      node.create<nn::AddOp>(scaled, perChannel(node, shift, rank)), type);
}

/// All axes but that of the channels.
static SmallVector<int64_t> axesAroundChannels(int64_t rank) {
  SmallVector<int64_t> axes{0};
  llvm::append_range(axes, llvm::seq<int64_t>(2, rank));
  return axes;
}

/// Normalises with the batch's own mean and variance, and moves the running
/// ones towards them.
static Results trainBatchNorm(NodeContext &node, double epsilon,
                              double momentum) {
  Value input = node.input(0);
  Value runningMean = node.input(3), runningVariance = node.input(4);
  if (node.failed())
    return {};
  Type wide = node.elementType(runningMean);
  SmallVector<int64_t> axes = axesAroundChannels(node.rank(input));
  Value image = node.cast(input, wide);
  Value mean = node.create<nn::ReduceMeanOp>(image, axes, /*keep_dims=*/false);
  Value centred =
      node.create<nn::SubOp>(image, perChannel(node, mean, node.rank(input)));
  Value variance = node.create<nn::ReduceMeanOp>(
      node.create<nn::MulOp>(centred, centred), axes, /*keep_dims=*/false);
  Value result = scaleAndShift(node, input, node.input(1), node.input(2), mean,
                               variance, epsilon);
  auto update = [&](Value running, Value current) {
    return node.create<nn::AddOp>(
        node.create<nn::MulOp>(running, node.scalar(wide, momentum)),
        node.create<nn::MulOp>(current, node.scalar(wide, 1 - momentum)));
  };
  return {result, update(runningMean, mean), update(runningVariance, variance)};
}

static Results importBatchNorm(NodeContext &node) {
  double epsilon = node.floatAttr("epsilon", 1e-5);
  double momentum = node.floatAttr("momentum", 0.9);
  node.ignoreAttr("is_test");
  node.ignoreAttr("consumed_inputs");
  if (node.intAttr("spatial", 1) != 1)
    return node.unsupported("statistics for each place of the image are not "
                            "supported, only for each channel");
  Value input = node.input(0);
  if (node.failed())
    return {};
  if (node.rank(input) < 2)
    return node.bad("its input must have channels as its second dimension");
  bool trains = node.boolAttr("training_mode", false);
  if (node.opset() < 14 && node.hasOutput(1))
    return node.unsupported("training is supported from operator set 14 on");
  if (trains)
    return trainBatchNorm(node, epsilon, momentum);
  return scaleAndShift(node, input, node.input(1), node.input(2), node.input(3),
                       node.input(4), epsilon);
}

void swage::onnx::registerNormalizationOps(Registry &registry) {
  registry.add("BatchNormalization", 1, {5, 5}, importBatchNorm);
}
