//===- CPUBackend.h - kernels for processors, through LLVM ------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The code generator that takes every kernel.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_CPUBACKEND_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_CPUBACKEND_H

#include "compiler/Backend/Backend.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace swage {

/// Which kernels take which road through the backend.
enum class CPUPath {
  Fast,   ///< loops and vectors of our own; the general path for the rest
  General ///< bufferization and plain loops for all
};

/// The backend of the name "llvm". `path` other than Fast gives the reference
/// that fast kernels are compared with.
std::unique_ptr<KernelBackend> createCPUBackend(CPUPath path = CPUPath::Fast);

/// Replaces `kernel` by functions on buffers (see the pass
/// swage-lower-kernels-cpu).
llvm::LogicalResult lowerKernel(kernel::FuncOp kernel, const TargetInfo &target,
                                CPUPath path);

/// Adds the passes that take a module of kernels to the LLVM dialect.
void buildCPUPipeline(mlir::OpPassManager &passes, const TargetInfo &target,
                      CPUPath path);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_CPUBACKEND_H
