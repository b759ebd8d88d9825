//===- GenericLowering.h - any kernel to loops ------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The general path of the CPU backend: takes every kernel whose operations
// bufferize, and is the reference that the fast paths are compared with.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_GENERICLOWERING_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_GENERICLOWERING_H

#include "compiler/Backend/LLVM/CPU/KernelFunction.h"

namespace swage {

/// Fills a body for `kernel` by one-shot bufferization and plain loops; outer
/// loops are `scf.parallel` where their order does not matter.
llvm::FailureOr<mlir::func::FuncOp>
lowerGeneric(kernel::FuncOp kernel, llvm::ArrayRef<mlir::MemRefType> operands);

/// Breaks up what stands for several structured operations (softmax, packing).
llvm::LogicalResult breakUp(mlir::Operation *root);

/// Whether `buffer` may still be used after the end of the block that defines
/// it.
bool outlivesItsBlock(mlir::Value buffer);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_GENERICLOWERING_H
