//===- Trees.cpp - decision trees -----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of the operators in Trees.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

NN_INFER_TYPES(TreeLeavesOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (rankOf(op.getInput()) != 2 || rankOf(op.getRoots()) != 1 ||
      rankOf(op.getNodes()) != 2 || shapeOf(op.getNodes())[1] != 4) // (T1)
    return emitOptionalError(loc,
                             "needs a matrix of features, a vector of roots "
                             "and nodes in rows of four, but has ",
                             operands.getTypes());
  if (rankOf(op.getThresholds()) != 1 ||
      failed(verifyCompatibleShape(shapeOf(op.getThresholds()),
                                   shapeOf(op.getNodes()).take_front())) ||
      elementTypeOf(op.getThresholds()) != elementTypeOf(op.getInput())) // (T2)
    return emitOptionalError(loc, "thresholds of type ",
                             op.getThresholds().getType(), " do not fit nodes ",
                             op.getNodes().getType(), " over features ",
                             op.getInput().getType());
  types.push_back(RankedTensorType::get(
      {shapeOf(op.getInput())[0], shapeOf(op.getRoots())[0]},
      IntegerType::get(context, 64)));
  return success();
}
