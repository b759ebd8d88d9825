//===- KernelToLLVM.h - the main function as machine code -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Turns @main on buffers into the entry point of an artifact, which calls
// kernels through the interface of swage/artifact.h.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_KERNELTOLLVM_KERNELTOLLVM_H
#define SWAGE_COMPILER_CONVERSION_KERNELTOLLVM_KERNELTOLLVM_H

#include "mlir/Pass/Pass.h"

namespace swage {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/KernelToLLVM/Passes.h.inc"

} // namespace swage

#endif // SWAGE_COMPILER_CONVERSION_KERNELTOLLVM_KERNELTOLLVM_H
