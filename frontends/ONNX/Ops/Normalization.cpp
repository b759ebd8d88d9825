//===- Normalization.cpp - normalisations ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What brings tensors to a mean of 0 and a variance of 1, or to a norm of 1.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

//===----------------------------------------------------------------------===//
// Normalisation to mean 0 and variance 1
//===----------------------------------------------------------------------===//

namespace {
/// Mean and reciprocal deviation over some axes, which are kept with size 1.
struct Statistics {
  Value mean, centred, factor;
};
} // namespace

static Statistics computeStatistics(NodeContext &node, Value value,
                                    ArrayRef<int64_t> axes, double epsilon) {
  if (node.failed())
    return {};
  Statistics result;
  result.mean = node.create<nn::ReduceMeanOp>(value, axes, /*keep_dims=*/true);
  result.centred = node.create<nn::SubOp>(value, result.mean);
  Value variance = node.create<nn::ReduceMeanOp>(
      node.create<nn::MulOp>(result.centred, result.centred), axes,
      /*keep_dims=*/true);
  result.factor = reciprocalDeviation(node, variance, epsilon);
  return result;
}

/// The type in which statistics of `type` are computed.
static Type statisticsType(Type type) {
  return type.getIntOrFloatBitWidth() < 32 ? Float32Type::get(type.getContext())
                                           : type;
}

static Results importLayerNorm(NodeContext &node) {
  Value input = node.input(0), scale = node.input(1), bias = node.input(2);
  double epsilon = node.floatAttr("epsilon", 1e-5);
  node.ignoreAttr("stash_type");
  if (!node.requireSameType({input, scale, bias}))
    return {};
  int64_t rank = node.rank(input),
          axis = node.axis(node.intAttr("axis", -1), rank);
  Value result = node.create<nn::LayerNormOp>(input, scale, bias, axis,
                                              llvm::APFloat(epsilon));
  if (!node.hasOutput(1) && !node.hasOutput(2))
    return result;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(axis, rank));
  Statistics statistics = computeStatistics(
      node, node.cast(input, statisticsType(node.elementType(input))), axes,
      epsilon);
  return {result, statistics.mean, statistics.factor};
}

static Results importRMSNorm(NodeContext &node) {
  Value input = node.input(0), scale = node.input(1);
  double epsilon = node.floatAttr("epsilon", 1e-5);
  node.ignoreAttr("stash_type");
  if (node.failed())
    return {};
  int64_t axis = node.axis(node.intAttr("axis", -1), node.rank(input));
  return node.create<nn::RMSNormOp>(input,
                                    node.cast(scale, node.elementType(input)),
                                    axis, llvm::APFloat(epsilon));
}

static Results importInstanceNorm(NodeContext &node) {
  Value input = node.input(0), scale = node.input(1), bias = node.input(2);
  double epsilon = node.floatAttr("epsilon", 1e-5);
  node.ignoreAttr("consumed_inputs");
  if (!node.requireSameType({input, scale, bias}))
    return {};
  int64_t rank = node.rank(input);
  if (rank < 3)
    return node.bad("its input has no spatial dimensions");
  scale = alongAxis(node, scale, 1, rank);
  bias = alongAxis(node, bias, 1, rank);
  Type type = node.elementType(input);
  // One spatial dimension: rows. More: in primitives, which go with any layout
  // of the image.
  if (rank == 3)
    return node.create<nn::LayerNormOp>(input, scale, bias, 2,
                                        llvm::APFloat(epsilon));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  Type wide = statisticsType(type);
  Statistics statistics =
      computeStatistics(node, node.cast(input, wide), axes, epsilon);
  if (node.failed())
    return {};
  Value factor =
      node.create<nn::MulOp>(statistics.factor, node.cast(scale, wide));
  Value scaled = node.create<nn::MulOp>(statistics.centred, factor);
  return node.cast(node.create<nn::AddOp>(scaled, node.cast(bias, wide)), type);
}

/// Before version 21, scale and bias had an element for each group.
static Results importGroupNorm(NodeContext &node) {
  Value input = node.input(0), scale = node.input(1), bias = node.input(2);
  double epsilon = node.floatAttr("epsilon", 1e-5);
  int64_t groups = node.intAttr("num_groups", 0);
  node.ignoreAttr("stash_type");
  if (!node.requireSameType({input, scale, bias}))
    return {};
  int64_t rank = node.rank(input);
  if (rank < 3)
    return node.bad("its input has no spatial dimensions");
  int64_t channels = node.shape(input)[1];
  if (groups < 1 || (!ShapedType::isDynamic(channels) && channels % groups))
    return node.bad("its attribute 'num_groups' does not divide the " +
                    llvm::Twine(channels) + " channels");
  bool perGroup = node.opset() < 21;
  // Rows of a group's elements; the batch keeps its size.
  Value shape = node.shapeOf(input);
  Value rows = node.create<nn::ReshapeOp>(input, node.ints({0, groups, -1}),
                                          /*allow_zero=*/false);
  if (node.failed())
    return {};
  Value normal = node.create<nn::LayerNormOp>(
      rows, perGroup ? alongAxis(node, scale, 1, 3) : Value(),
      perGroup ? alongAxis(node, bias, 1, 3) : Value(), 2,
      llvm::APFloat(epsilon));
  Value image = node.create<nn::ReshapeOp>(normal, shape, /*allow_zero=*/true);
  if (perGroup)
    return image;
  Value scaled = node.create<nn::MulOp>(image, alongAxis(node, scale, 1, rank));
  return node.create<nn::AddOp>(scaled, alongAxis(node, bias, 1, rank));
}

static Results importMeanVariance(NodeContext &node) {
  Value input = node.input(0);
  auto axes = node.intsAttr("axes");
  if (node.failed())
    return {};
  SmallVector<int64_t> list =
      node.axes(axes ? ArrayRef<int64_t>(*axes) : ArrayRef<int64_t>{0, 2, 3},
                node.rank(input));
  // The standard's epsilon is added to the deviation, not the variance.
  Statistics statistics = computeStatistics(node, input, list, 0);
  if (node.failed())
    return {};
  Value deviation =
      node.create<nn::AddOp>(node.create<nn::ReciprocalOp>(statistics.factor),
                             node.scalarLike(input, 1e-9));
  return node.create<nn::DivOp>(statistics.centred, deviation);
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

static Results importLpNormalization(NodeContext &node) {
  Value input = node.input(0);
  int64_t p = node.intAttr("p", 2), axis = node.intAttr("axis", -1);
  if (node.failed())
    return {};
  if (p != 1 && p != 2)
    return node.bad("its attribute 'p' must be 1 or 2");
  axis = node.axis(axis, node.rank(input));
  Value magnitude = p == 1 ? node.create<nn::AbsOp>(input)
                           : node.create<nn::MulOp>(input, input);
  Value norm = node.create<nn::ReduceSumOp>(magnitude, ArrayRef<int64_t>{axis},
                                            /*keep_dims=*/true);
  if (p == 2)
    norm = node.create<nn::SqrtOp>(norm);
  // A row of zeros stays one.
  Value zero = node.scalarLike(input, 0);
  Value quotient = node.create<nn::DivOp>(input, norm);
  return node.create<nn::SelectOp>(node.create<nn::EqualOp>(norm, zero), zero,
                                   quotient);
}

/// x / (bias + alpha / size * sum)^beta, where the sum is of the squares of
/// `size` channels around each: a window that slides over channels.
static Results importLRN(NodeContext &node) {
  Value input = node.input(0);
  double alpha = node.floatAttr("alpha", 1e-4);
  double beta = node.floatAttr("beta", 0.75), bias = node.floatAttr("bias", 1);
  int64_t size = node.intAttr("size", 0);
  if (node.failed())
    return {};
  if (size < 1 || node.rank(input) < 3)
    return node.bad("it needs a positive attribute 'size' and an image");
  Value square = node.create<nn::MulOp>(input, input);
  Value shape = node.shapeOf(square);
  // [N, 1, C, rest]: channels become spatial.
  Value flat = node.create<nn::ReshapeOp>(square, node.ints({0, 0, -1}),
                                          /*allow_zero=*/false);
  Value image = node.unsqueeze(flat, {1});
  int64_t before = (size - 1) / 2;
  Value sum = node.create<nn::SumPoolOp>(
      image, ArrayRef<int64_t>{size, 1}, ArrayRef<int64_t>{1, 1},
      ArrayRef<int64_t>{before, 0, size - 1 - before, 0},
      ArrayRef<int64_t>{1, 1}, /*ceil_mode=*/false, /*channels_last=*/false);
  sum = node.create<nn::ReshapeOp>(sum, shape, /*allow_zero=*/true);
  Value base = node.create<nn::AddOp>(
      node.create<nn::MulOp>(sum, node.scalarLike(input, alpha / size)),
      node.scalarLike(input, bias));
  return node.create<nn::DivOp>(
      input, node.create<nn::PowOp>(base, node.scalarLike(input, beta)));
}

void swage::onnx::registerNormalizationOps(Registry &registry) {
  registry.add("LayerNormalization", 17, {2, 3}, importLayerNorm);
  registry.add("RMSNormalization", 23, {2, 2}, importRMSNorm);
  registry.add("InstanceNormalization", 1, {3, 3}, importInstanceNorm);
  registry.add("GroupNormalization", 18, {3, 3}, importGroupNorm);
  registry.add("MeanVarianceNormalization", 9, {1, 1}, importMeanVariance);
  registry.add("LpNormalization", 1, {1, 1}, importLpNormalization);
  registry.add("LRN", 1, {1, 1}, importLRN);
}
