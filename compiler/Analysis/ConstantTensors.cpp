//===- ConstantTensors.cpp - what is the same in every run ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See ConstantTensors.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage {

bool isRematerialized(Operation *op) {
  if (isa<tensor::EmptyOp, tensor::DimOp>(op))
    return true;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return !isa<TensorType>(constant.getType()) ||
           isa<SplatElementsAttr>(constant.getValue());
  return isa<linalg::FillOp>(op);
}

bool isConstantValue(Value value) {
  Operation *op = value.getDefiningOp();
  return op && (matchPattern(op, m_Constant()) || dependsOnConstantsOnly(op));
}

bool dependsOnConstantsOnly(Operation *op) {
  // Only what a kernel computes: a filled or empty tensor is made on the spot.
  if (!isa<linalg::LinalgOp, tensor::PadOp, tensor::CollapseShapeOp,
           tensor::ExpandShapeOp, tensor::ExtractSliceOp>(op) ||
      isa<linalg::FillOp>(op))
    return false;
  bool readsTensor = false;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    bool isInit = structured && structured.isDpsInit(&operand);
    Operation *source = value.getDefiningOp();
    if (isInit && source && isRematerialized(source))
      continue;
    if (!isConstantValue(value))
      return false;
    readsTensor |= isa<TensorType>(value.getType());
  }
  // What a body captures counts too.
  bool constant = readsTensor;
  for (Region &region : op->getRegions())
    region.walk([&](Operation *inner) {
      for (Value value : inner->getOperands())
        if (value.getParentRegion()->isProperAncestor(&region) ||
            value.getParentRegion() == op->getParentRegion())
          constant &= isConstantValue(value);
    });
  return constant;
}

} // namespace swage
