//===- CompileKernels.h - many kernels at once ------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Hands kernels to their backends, several at a time.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_COMPILEKERNELS_H
#define SWAGE_COMPILER_PIPELINES_COMPILEKERNELS_H

#include "compiler/Backend/Backend.h"
#include "mlir/IR/BuiltinOps.h"
#include <vector>

namespace swage {

/// A kernel and the buffers that its calls pass.
struct KernelRequest {
  kernel::FuncOp kernel;
  llvm::SmallVector<mlir::MemRefType> operands;
};

/// The dense buffers of a kernel's arguments.
llvm::SmallVector<mlir::MemRefType> getDenseOperands(kernel::FuncOp kernel);

/// `type` as a kernel sees it: buffers are passed by their first element, and a
/// layout that only spells out the dense strides is none.
mlir::MemRefType getOperandType(mlir::MemRefType type);

/// Makes one kernel for each combination of a kernel and the layouts of the
/// buffers that @main passes to it, and prefixes their names.
std::vector<KernelRequest> specializeKernels(mlir::ModuleOp module,
                                             llvm::StringRef prefix);

/// Compiles all of `requests`, in their order, each by the backend that its
/// attribute names (LLVM where there is none), or takes them from the cache in
/// the folder `cache` (see KernelCache). Where Halide gives up on a kernel,
/// LLVM compiles it, with a warning. Failures have been diagnosed.
llvm::FailureOr<std::vector<CompiledKernel>>
compileKernels(llvm::ArrayRef<KernelRequest> requests,
               const KernelOptions &options, llvm::StringRef cache);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_COMPILEKERNELS_H
