//===- Plan.cpp - what a kernel computes, in which order ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Plan.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

bool Stage::isStatic() const {
  return llvm::all_of(extents, [](OpFoldResult extent) {
    return getConstantIntValue(extent).has_value();
  });
}

LogicalResult Planner::fail(Operation *op, const Twine &why) {
  reason = ("'" + op->getName().getStringRef() + "' " + why).str();
  return failure();
}

FailureOr<SmallVector<StageGroup, 0>> Planner::run() {
  if (!llvm::hasSingleElement(kernel.getBody()))
    return fail(kernel, "has several blocks");
  assignDestinations();
  if (failed(classify()) || failed(createStages()) || failed(completeStores()))
    return failure();
  return formGroups();
}

FailureOr<SmallVector<StageGroup, 0>>
planKernel(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason) {
  return Planner(kernel, evaluator, reason).run();
}

} // namespace swage
