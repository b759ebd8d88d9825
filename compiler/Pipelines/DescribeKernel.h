//===- DescribeKernel.h - what can be known of a kernel ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What profiles say of a kernel beside its times.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_DESCRIBEKERNEL_H
#define SWAGE_COMPILER_PIPELINES_DESCRIBEKERNEL_H

#include "compiler/Pipelines/CompiledModel.h"
#include "dialects/Kernel/Kernel.h"

namespace swage {

/// The facts of `kernel`, whose symbol is its name after `prefix`.
KernelFacts describeKernel(kernel::FuncOp kernel, llvm::StringRef prefix,
                           bool strictFP);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_DESCRIBEKERNEL_H
