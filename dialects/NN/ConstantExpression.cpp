//===- ConstantExpression.cpp - what constants alone decide ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/ConstantExpression.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

/// Operations looked at before an answer is given up: expressions over
/// parameters are short, and whatever is not one depends on an input soon.
static constexpr unsigned kSearchLimit = 64;

static bool isConstantExpression(Value value, unsigned &budget) {
  Operation *op = value.getDefiningOp();
  if (!op || budget == 0)
    return false;
  --budget;
  if (op->hasTrait<OpTrait::ConstantLike>())
    return true;
  if (op->getNumRegions() > 0 || op->getNumOperands() == 0 || !isPure(op))
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    return isConstantExpression(operand, budget);
  });
}

bool swage::nn::isConstantExpression(Value value) {
  unsigned budget = kSearchLimit;
  return ::isConstantExpression(value, budget);
}
