//===- Gradient.cpp - derivatives asked for by a model --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of the operator in Gradient.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

NN_INFER_TYPES(GradientOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Value> named(op.getBy());
  llvm::append_range(named, op.getFixed());
  if (op.getAt().size() != named.size())
    return emitOptionalError(loc, "there must be a value for each of ",
                             named.size(), " variables, not ",
                             op.getAt().size());
  for (auto [variable, value] : llvm::zip_equal(named, op.getAt()))
    if (!areCompatibleTypes(variable.getType(), value.getType()) &&
        !areCompatibleTypes(value.getType(), variable.getType()))
      return emitOptionalError(loc, "a variable of type ", variable.getType(),
                               " cannot have a value of type ",
                               value.getType());
  for (Value value : op.getAt().take_front(op.getBy().size()))
    types.push_back(value.getType());
  return success();
}
