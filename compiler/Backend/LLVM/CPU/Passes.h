//===- Passes.h - passes of the CPU backend ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Creation and registration of the passes of Passes.td.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_PASSES_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace swage {

#define GEN_PASS_DECL
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PASSES_H
