//===- Checks.cpp - what only a run can tell ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage::nn;

NN_INFER_TYPES(RequireOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto condition = cast<RankedTensorType>(op.getCondition().getType());
  if (condition.hasStaticShape() && condition.getNumElements() != 1) // (Z1)
    return emitOptionalError(loc, "a condition has one element, not the ",
                             condition);
  types.push_back(op.getValue().getType());
  return success();
}

OpFoldResult RequireOp::fold(FoldAdaptor adaptor) {
  if (matchPattern(adaptor.getCondition(), m_One()))
    return getValue();
  return {};
}
