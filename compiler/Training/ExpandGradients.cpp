//===- ExpandGradients.cpp - nn.gradient by the operators that compute it -===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model may ask for a gradient itself, at the point where it computes or at
// another one. For another one, what leads from the variables to the value is
// computed anew from there.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Differentiate.h"
#include "compiler/Training/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_EXPANDGRADIENTSPASS
#include "compiler/Training/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// The gradient's value where its variables have the values that are given.
/// What it is computed from is cloned before `op`.
static Value evaluateAt(nn::GradientOp op) {
  IRMapping mapping;
  bool elsewhere = false;
  SmallVector<Value> variables(op.getBy());
  llvm::append_range(variables, op.getFixed());
  for (auto [variable, value] : llvm::zip_equal(variables, op.getAt())) {
    mapping.map(variable, value);
    elsewhere |= variable != value;
  }
  if (!elsewhere)
    return op.getValue();
  OpBuilder builder(op);
  SmallVector<Operation *> before;
  for (Operation &each : *op->getBlock()) {
    if (&each == op)
      break;
    before.push_back(&each);
  }
  for (Operation *each : before) {
    bool isVariable = llvm::any_of(each->getResults(), [&](Value result) {
      return llvm::is_contained(variables, result);
    });
    bool depends = false;
    each->walk([&](Operation *inner) {
      depends |= llvm::any_of(inner->getOperands(), [&](Value operand) {
        return mapping.contains(operand);
      });
    });
    if (depends && !isVariable)
      builder.clone(*each, mapping);
  }
  return mapping.lookupOrDefault(op.getValue());
}

static LogicalResult expand(nn::GradientOp op) {
  Value value = evaluateAt(op);
  OpBuilder builder(op);
  TensorBuilder b(builder, op.getLoc());
  SmallVector<Value> point(op.getAt().take_front(op.getBy().size()));
  FailureOr<Values> gradients = buildGradients(builder, b.sumAll(value), point);
  if (failed(gradients))
    return failure();
  for (auto [result, gradient, at] :
       llvm::zip_equal(op.getResults(), *gradients, point)) {
    if (!gradient && !cast<RankedTensorType>(at.getType()).hasStaticShape())
      return op.emitError("the value does not depend on one of the variables, "
                          "whose size must be known then");
    result.replaceAllUsesWith(gradient ? gradient : b.zerosLike(at));
  }
  op.erase();
  return success();
}

LogicalResult swage::training::expandGradients(func::FuncOp main) {
  SmallVector<nn::GradientOp> gradients;
  main.walk([&](nn::GradientOp op) { gradients.push_back(op); });
  // The inner one first, where a gradient is differentiated again.
  for (nn::GradientOp op : gradients)
    if (failed(expand(op)))
      return failure();
  return success();
}

namespace {

struct ExpandGradients : swage::impl::ExpandGradientsPassBase<ExpandGradients> {
  using ExpandGradientsPassBase::ExpandGradientsPassBase;

  void runOnOperation() override {
    if (failed(expandGradients(getOperation())))
      signalPassFailure();
  }
};

} // namespace
