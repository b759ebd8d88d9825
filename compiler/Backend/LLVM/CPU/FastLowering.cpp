//===- FastLowering.cpp - kernels in tiles and vectors --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Brings a kernel into the one form that the planner knows, plans it and emits
// the nests.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/FastLowering.h"
#include "compiler/Backend/LLVM/CPU/GenericLowering.h"
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "compiler/Backend/LLVM/CPU/SplitBorders.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace swage {

/// Named operations as linalg.generic, except fills, which are inlined.
static LogicalResult generalize(kernel::FuncOp kernel) {
  IRRewriter rewriter(kernel.getContext());
  if (failed(breakUp(kernel)))
    return failure();
  SmallVector<linalg::LinalgOp> named;
  kernel.walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::GenericOp, linalg::FillOp>(op))
      named.push_back(op);
  });
  for (linalg::LinalgOp op : named) {
    rewriter.setInsertionPoint(op);
    if (failed(linalg::generalizeNamedOp(rewriter, op)))
      return failure();
  }
  return success();
}

FailureOr<func::FuncOp> lowerFast(kernel::FuncOp original,
                                  ArrayRef<MemRefType> operands,
                                  const TargetInfo &target,
                                  FastRemarks &remarks) {
  auto kernel = cast<kernel::FuncOp>(original->clone());
  auto erase = llvm::scope_exit([&] { kernel->erase(); });
  // The copy's diagnostics are no concern of anyone: the general path reports.
  ScopedDiagnosticHandler quiet(kernel.getContext(),
                                [](Diagnostic &) { return success(); });
  if (!llvm::hasSingleElement(kernel.getBody()) || failed(generalize(kernel))) {
    remarks.reason = "it is not made of structured operations";
    return failure();
  }
  if (llvm::any_of(operands, [](MemRefType type) {
        return isa<ComplexType>(type.getElementType());
      })) {
    remarks.reason = "complex numbers are no elements of vectors";
    return failure();
  }
  splitBorders(kernel);
  func::FuncOp body = createBody(original, operands);
  OpBuilder builder(body.getContext());
  builder.setInsertionPoint(body.front().getTerminator());
  IndexSpace space(builder);
  TensorTable tensors(builder, space, body, kernel.getBody().front());
  Evaluator evaluator(builder, space, tensors, target, &body.front());
  FailureOr<SmallVector<StageGroup, 0>> plan =
      planKernel(kernel, evaluator, remarks.reason);
  if (failed(plan)) {
    body.erase();
    return failure();
  }
  kernel.walk([&](linalg::GenericOp op) {
    if (Operation *scalar = Evaluator::findScalarOp(op))
      remarks.scalarOps.push_back(
          {scalar->getLoc(), scalar->getName().getStringRef().str()});
  });
  NestEmitter emitter(evaluator, target);
  emitter.emit(*plan, original.getScheduleAttr());
  if (emitter.getSchedule())
    body->setAttr("schedule", emitter.getSchedule());
  return body;
}

} // namespace swage
