//===- Elementwise.cpp - gradients of elementwise operators ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Where the derivative is shorter in terms of the operator's result, it is
// written here; all others are derived from the scalar computation. Operands
// that were broadcast get the sum over what they were broadcast to.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients/ScalarDerivative.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// Derivatives in terms of the result; nothing for operators without such.
static std::optional<Values> deriveFromResult(Operation *op, Value dy,
                                              const TensorBuilder &b) {
  Value y = op->getResult(0);
  using Result = std::optional<Values>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](nn::ExpOp) { return Values{b.mul(dy, y)}; })
      .Case([&](nn::TanhOp) {
        return Values{b.mul(dy, b.sub(b.scalarLike(y, 1), b.square(y)))};
      })
      .Case([&](nn::SigmoidOp) {
        Value slope = b.mul(y, b.sub(b.scalarLike(y, 1), y));
        return Values{b.mul(dy, slope)};
      })
      .Case([&](nn::SqrtOp) { return Values{b.div(b.mul(dy, 0.5), y)}; })
      .Case([&](nn::RsqrtOp) {
        return Values{b.mul(b.mul(dy, -0.5), b.mul(y, b.square(y)))};
      })
      .Case([&](nn::ReciprocalOp) {
        return Values{b.neg(b.mul(dy, b.square(y)))};
      })
      // The slope at zero is zero, as everybody has it.
      .Case([&](nn::ReluOp) {
        Value isPositive = b.less(b.scalarLike(y, 0), y);
        return Values{b.keepIf(isPositive, dy)};
      })
      .Case([&](nn::SoftplusOp softplus) {
        return Values{b.mul(dy, b.sigmoid(softplus.getOperand()))};
      })
      .Case([&](nn::SiluOp silu) {
        Value sigmoid = b.sigmoid(silu.getOperand());
        // s + x s (1 - s) = s + y (1 - s)
        Value rest = b.mul(y, b.sub(b.scalarLike(y, 1), sigmoid));
        return Values{b.mul(dy, b.add(sigmoid, rest))};
      })
      // The signs and magnitudes of casts are those of the values.
      .Case([&](nn::CastOp cast) {
        Type type = TensorBuilder::elementTypeOf(cast.getOperand());
        return isa<FloatType>(type) ? Values{b.cast(dy, type)}
                                    : Values{Value()};
      })
      .Case<nn::SignOp, nn::CeilOp, nn::FloorOp, nn::RoundOp>(
          [&](Operation *) { return Values{Value()}; })
      .Default([](Operation *) { return Result(); });
}

FailureOr<Values>
swage::training::buildElementwiseVJP(nn::ElementwiseInterface op,
                                     Value cotangent, OpBuilder &builder) {
  TensorBuilder b(builder, op.getLoc());
  Values gradients;
  if (std::optional<Values> known = deriveFromResult(op, cotangent, b)) {
    gradients = std::move(*known);
  } else {
    FailureOr<Values> derived = deriveScalars(op, cotangent, b);
    if (failed(derived))
      return failure();
    gradients = std::move(*derived);
  }
  for (auto [gradient, operand] : llvm::zip_equal(gradients, op->getOperands()))
    if (gradient)
      // A factor of rank 0 may have left out what it was to be multiplied to.
      gradient =
          b.sumTo(b.expand(gradient, TensorBuilder::shapeOf(op->getResult(0))),
                  TensorBuilder::shapeOf(operand));
  return gradients;
}
