//===- MemoryBudget.h - training within so much memory ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_MEMORYBUDGET_H
#define SWAGE_COMPILER_PIPELINES_MEMORYBUDGET_H

#include "compiler/Pipelines/Pipeline.h"

namespace swage {

/// Bytes of a value's elements; none where a size is unknown.
uint64_t getBytes(const ValueSignature &value);

/// Bytes of what a run of `model` works on: its inputs, outputs that are no new
/// values of inputs, constants, and the workspace. Sizes that only a run knows
/// count as nothing.
uint64_t getWorkingSet(const CompiledModel &model);

/// The least level of recomputation (see compiler/Training/Recompute.h) with
/// which a step of `module`'s training stays within its memory budget. What a
/// level takes is what the compiler's own plan of the workspace says. Fails
/// with a diagnostic where no level is enough.
llvm::FailureOr<unsigned> fitMemoryBudget(mlir::ModuleOp module,
                                          const CompileOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_MEMORYBUDGET_H
