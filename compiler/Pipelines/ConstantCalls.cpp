//===- ConstantCalls.cpp - calls that read constants alone ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/ConstantCalls.h"
#include "dialects/Kernel/ElementSize.h"
#include "dialects/Kernel/Markers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;

ElementsAttr swage::getConstant(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  return constant ? dyn_cast<ElementsAttr>(constant.getValue()) : nullptr;
}

uint64_t swage::countBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.getNumElements() *
         kernel::getElementBytes(tensor.getElementType());
}

bool swage::isKeepable(kernel::CallOp call) {
  constexpr uint64_t limit = uint64_t(1) << 30;
  uint64_t taken = 0, given = 0;
  for (Type type : call.getInputs().getTypes())
    if (cast<RankedTensorType>(type).hasStaticShape())
      taken += countBytes(type);
  for (Type type : call.getResultTypes()) {
    if (!cast<RankedTensorType>(type).hasStaticShape())
      return false;
    given += countBytes(type);
  }
  return given <= limit || given <= 4 * taken;
}

bool swage::isView(Operation *op) {
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp,
             tensor::ExtractSliceOp>(op) &&
         op->getNumOperands() == 1 &&
         cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape();
}

SmallVector<Operation *> swage::findConstantCalls(func::FuncOp main) {
  SmallVector<Operation *> found;
  DenseSet<Value> constants;
  main.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto call = dyn_cast<kernel::CallOp>(op);
    if (!(call ? isKeepable(call) : isView(op)))
      return;
    ValueRange operands = call ? call.getInputs() : op->getOperands();
    if (operands.empty() || !llvm::all_of(operands, [&](Value operand) {
          return getConstant(operand) || constants.contains(operand);
        }))
      return;
    constants.insert(op->result_begin(), op->result_end());
    found.push_back(op);
  });
  return found;
}

bool swage::keepsFinite(kernel::FuncOp kernel) {
  bool found = false;
  kernel.walk([&](linalg::GenericOp op) {
    found |= op->hasAttr(kernel::kKeepsFiniteAttr);
  });
  return found;
}
