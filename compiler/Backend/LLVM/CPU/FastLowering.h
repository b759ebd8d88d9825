//===- FastLowering.h - kernels in tiles and vectors ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The fast path of the CPU backend, for kernels of structured operations.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_FASTLOWERING_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_FASTLOWERING_H

#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/Target/TargetInfo.h"

namespace swage {

/// What is to be told of a kernel.
struct FastRemarks {
  /// Why it is not for the fast path.
  std::string reason;
  /// Operations that keep loops from being vectors: where, and their names.
  llvm::SmallVector<std::pair<mlir::Location, std::string>> scalarOps;
};

/// Fills a body for `kernel` with tiled, vectorised loops. Where that cannot be
/// it fails without a diagnostic and says why in `remarks`; the module is as it
/// was. The body carries the schedule as its attribute `schedule`.
llvm::FailureOr<mlir::func::FuncOp>
lowerFast(kernel::FuncOp kernel, llvm::ArrayRef<mlir::MemRefType> operands,
          const TargetInfo &target, FastRemarks &remarks);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_FASTLOWERING_H
