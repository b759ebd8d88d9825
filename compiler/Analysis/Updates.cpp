//===- Updates.cpp - results that replace arguments -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Updates.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/Updates.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

std::optional<int64_t> swage::getUpdatedArgument(Operation *func,
                                                 unsigned index) {
  auto function = cast<func::FuncOp>(func);
  auto updated = function.getResultAttrOfType<IntegerAttr>(index, "nn.updates");
  if (!updated)
    return std::nullopt;
  return updated.getInt();
}

bool swage::isUpdate(Operation *op) {
  for (OpOperand &use : op->getUses())
    if (auto ret = dyn_cast<func::ReturnOp>(use.getOwner()))
      if (getUpdatedArgument(ret->getParentOp(), use.getOperandNumber()))
        return true;
  return false;
}
