//===- LowerKernels.cpp - kernels on tensors to functions on buffers ------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Chooses the path of each kernel and gives it its entry function.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "compiler/Backend/LLVM/CPU/FastLowering.h"
#include "compiler/Backend/LLVM/CPU/GenericLowering.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace swage {
#define GEN_PASS_DEF_LOWERKERNELSCPUPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {

LogicalResult lowerKernel(kernel::FuncOp kernel, const TargetInfo &target,
                          CPUPath path) {
  FailureOr<SmallVector<MemRefType>> operands = getBufferTypes(kernel);
  if (failed(operands))
    return failure();
  FailureOr<func::FuncOp> body = failure();
  if (path == CPUPath::Fast) {
    FastRemarks remarks;
    body = lowerFast(kernel, *operands, target, remarks);
    if (failed(body))
      kernel.emitRemark("takes the general path: ") << remarks.reason;
    for (const auto &[location, name] : remarks.scalarOps)
      emitRemark(location) << "computes one element at a time: '" << name
                           << "' has no vectorised form";
  }
  if (failed(body))
    body = lowerGeneric(kernel, *operands);
  if (failed(body))
    return failure();
  std::string name = kernel.getName().str();
  kernel.erase();
  createEntry(name, *body, *operands);
  return success();
}

namespace {

struct LowerKernelsCPU : impl::LowerKernelsCPUPassBase<LowerKernelsCPU> {
  using Base::Base;

  LowerKernelsCPU(const TargetInfo &target, CPUPath path)
      : target(target), path(path) {}

  LogicalResult initialize(MLIRContext *context) override {
    if (target)
      return success();
    llvm::Expected<TargetInfo> parsed = TargetInfo::parse(targetName);
    if (!parsed)
      return emitError(UnknownLoc::get(context),
                       llvm::toString(parsed.takeError()));
    target = *parsed;
    path = generic ? CPUPath::General : CPUPath::Fast;
    return success();
  }

  void runOnOperation() override {
    for (auto kernel :
         llvm::to_vector(getOperation().getOps<kernel::FuncOp>()))
      if (failed(lowerKernel(kernel, *target, path)))
        return signalPassFailure();
  }

  std::optional<TargetInfo> target;
  CPUPath path = CPUPath::Fast;
};

} // namespace

std::unique_ptr<Pass> createLowerKernels(const TargetInfo &target,
                                         CPUPath path) {
  return std::make_unique<LowerKernelsCPU>(target, path);
}

} // namespace swage
