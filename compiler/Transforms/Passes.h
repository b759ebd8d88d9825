//===- Passes.h - passes on graphs and kernels ------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Declarations of the passes in Passes.td.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_PASSES_H
#define SWAGE_COMPILER_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace swage {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Transforms/Passes.h.inc"

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_PASSES_H
