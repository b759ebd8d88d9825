//===- BatchNormalization.cpp - normalisation over a batch ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Normalises each channel, or before version 9 each place of an image, by
// statistics that are given, or are those of the batch.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {
/// What there is one mean and variance of: channels, or all places of an image.
struct Units {
  int64_t rank;
  bool areChannels;

  /// A parameter in a shape that broadcasts over the input.
  Value spread(NodeContext &node, Value parameter) const {
    return areChannels ? alongAxis(node, parameter, 1, rank) : parameter;
  }
  /// The axes that are not the units'.
  SmallVector<int64_t> axes() const {
    SmallVector<int64_t> axes{0};
    if (areChannels)
      llvm::append_range(axes, llvm::seq<int64_t>(2, rank));
    return axes;
  }
};
} // namespace

/// (input - mean) / sqrt(variance + epsilon) * scale + bias, with parameters of
/// each unit: multiplied out to one scale and one shift, which are constants of
/// a trained network.
static Value scaleAndShift(NodeContext &node, const Units &units,
                           double epsilon) {
  Value input = node.input(0), mean = node.input(3);
  Type wide = node.elementType(mean);
  Value scale = node.cast(node.input(1), wide);
  Value bias = node.cast(node.input(2), wide);
  Value factor = node.create<nn::MulOp>(
      scale, reciprocalDeviation(node, node.input(4), epsilon));
  Value shift =
      node.create<nn::SubOp>(bias, node.create<nn::MulOp>(mean, factor));
  Value scaled = node.create<nn::MulOp>(node.cast(input, wide),
                                        units.spread(node, factor));
  return node.cast(node.create<nn::AddOp>(scaled, units.spread(node, shift)),
                   node.elementType(input));
}

/// Normalises with the batch's own mean and variance, and moves the running
/// ones towards them.
static Results trainBatchNorm(NodeContext &node, const Units &units,
                              double epsilon, double momentum) {
  Value input = node.input(0);
  Value runningMean = node.input(3), runningVariance = node.input(4);
  Type wide = node.elementType(runningMean);
  SmallVector<int64_t> axes = units.axes();
  Value image = node.cast(input, wide);
  Value mean = node.create<nn::ReduceMeanOp>(image, axes, /*keep_dims=*/false);
  Value centred = node.create<nn::SubOp>(image, units.spread(node, mean));
  Value variance = node.create<nn::ReduceMeanOp>(
      node.create<nn::MulOp>(centred, centred), axes, /*keep_dims=*/false);
  if (node.failed())
    return {};
  // From the centred image, which loses fewer digits than from the image.
  Value factor =
      node.create<nn::MulOp>(node.cast(node.input(1), wide),
                             reciprocalDeviation(node, variance, epsilon));
  Value result =
      node.cast(node.create<nn::AddOp>(
                    node.create<nn::MulOp>(centred, units.spread(node, factor)),
                    units.spread(node, node.cast(node.input(2), wide))),
                node.elementType(input));
  auto update = [&](Value running, Value current) {
    return node.create<nn::AddOp>(
        node.create<nn::MulOp>(running, node.scalar(wide, momentum)),
        node.create<nn::MulOp>(current, node.scalar(wide, 1 - momentum)));
  };
  Value newMean = update(runningMean, mean),
        newVariance = update(runningVariance, variance);
  if (node.graph().isParameter(runningMean) &&
      node.graph().isParameter(runningVariance) && !node.failed()) {
    node.graph().updateParameter(runningMean, newMean);
    node.graph().updateParameter(runningVariance, newVariance);
  }
  // Versions before 14 also give the batch's own statistics.
  return {result, newMean, newVariance, mean, variance};
}

static Results importBatchNorm(NodeContext &node) {
  double epsilon = node.floatAttr("epsilon", 1e-5);
  double momentum = node.floatAttr("momentum", 0.9);
  node.ignoreAttr("is_test");
  node.ignoreAttr("consumed_inputs");
  bool areChannels = node.boolAttr("spatial", true);
  Value input = node.input(0);
  if (node.failed())
    return {};
  Units units{node.rank(input), areChannels};
  if (units.rank < 2)
    return node.bad("its input must have channels as its second dimension");
  // Before version 14 it is the number of outputs that says so.
  bool trains = node.boolAttr("training_mode", false);
  if (node.opset() < 14 && node.proto().output_size() > 1)
    trains = true;
  bool givesStatistics = trains;
  // Statistics that are constants are frozen.
  if (node.graph().getMode() == ImportOptions::Mode::Evaluation)
    trains = false;
  else if (node.graph().getMode() == ImportOptions::Mode::Training)
    trains = node.graph().isParameter(node.input(3));
  if (trains)
    return trainBatchNorm(node, units, epsilon, momentum);
  Value result = scaleAndShift(node, units, epsilon);
  if (!givesStatistics)
    return result;
  return {result, node.input(3), node.input(4), node.input(3), node.input(4)};
}

void swage::onnx::registerBatchNormalizationOps(Registry &registry) {
  registry.add("BatchNormalization", 1, {5, 5}, importBatchNorm);
}
