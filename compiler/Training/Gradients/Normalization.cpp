//===- Normalization.cpp - gradients of normalisations --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// With n = (x - mean) * r the normalised row, r = 1 / sqrt(variance + epsilon)
// and g = dy * scale:
//
//   layer norm   dx = r (g - mean(g) - n mean(g n))
//   RMS norm     dx = r (g - n mean(g n)), n = x r
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// What both normalisations need again on the way back, in at least f32.
struct Normalized {
  Value normal, factor;
  SmallVector<int64_t> axes;
  Type type;

  Normalized(const TensorBuilder &b, Value input, int64_t axis, double epsilon,
             bool centre) {
    type = b.elementTypeOf(input);
    if (type.getIntOrFloatBitWidth() < 32)
      type = b.builder.getF32Type();
    axes = llvm::to_vector(llvm::seq<int64_t>(axis, b.rankOf(input)));
    Value x = b.cast(input, type);
    if (centre)
      x = b.sub(x, b.mean(x, axes, /*keepDims=*/true));
    Value variance = b.mean(b.square(x), axes, /*keepDims=*/true);
    factor = b.rsqrt(b.add(variance, epsilon));
    normal = b.mul(x, factor);
  }

  /// Through the normalisation, from the gradient of its result.
  Value propagate(const TensorBuilder &b, Value g, bool centre) const {
    Value along = b.mean(b.mul(g, normal), axes, /*keepDims=*/true);
    Value rest = b.sub(g, b.mul(normal, along));
    if (centre)
      rest = b.sub(rest, b.mean(g, axes, /*keepDims=*/true));
    return b.mul(factor, rest);
  }
};

struct LayerNormGradient
    : nn::DifferentiableInterface::ExternalModel<LayerNormGradient,
                                                 nn::LayerNormOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto norm = cast<nn::LayerNormOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value input = norm.getInput();
    Normalized row(b, input, norm.getAxis(),
                   norm.getEpsilon().convertToDouble(), /*centre=*/true);
    Value dy = b.cast(cotangents[0], row.type), g = dy;
    if (norm.getScale())
      g = b.mul(dy, b.cast(norm.getScale(), row.type));
    Values gradients{
        b.cast(row.propagate(b, g, /*centre=*/true), b.elementTypeOf(input))};
    auto bring = [&](Value gradient, Value operand) {
      gradients.push_back(b.cast(b.sumTo(gradient, b.shapeOf(operand)),
                                 b.elementTypeOf(operand)));
    };
    if (norm.getScale())
      bring(b.mul(dy, row.normal), norm.getScale());
    if (norm.getBias())
      bring(dy, norm.getBias());
    return gradients;
  }
};

struct RMSNormGradient
    : nn::DifferentiableInterface::ExternalModel<RMSNormGradient,
                                                 nn::RMSNormOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto norm = cast<nn::RMSNormOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value input = norm.getInput(), scale = norm.getScale();
    Normalized row(b, input, norm.getAxis(),
                   norm.getEpsilon().convertToDouble(), /*centre=*/false);
    Value dy = b.cast(cotangents[0], row.type), g = dy;
    if (scale)
      g = b.mul(dy, b.cast(scale, row.type));
    Values gradients{
        b.cast(row.propagate(b, g, /*centre=*/false), b.elementTypeOf(input))};
    if (scale)
      gradients.push_back(
          b.cast(b.sumTo(b.mul(dy, row.normal), b.shapeOf(scale)),
                 b.elementTypeOf(scale)));
    return gradients;
  }
};

} // namespace

void swage::training::registerNormalizationGradients(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::LayerNormOp::attachInterface<LayerNormGradient>(*context);
    nn::RMSNormOp::attachInterface<RMSNormGradient>(*context);
  });
}
