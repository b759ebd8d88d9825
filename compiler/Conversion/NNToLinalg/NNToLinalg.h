//===- NNToLinalg.h - what operators mean, as loops -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Lowers nn operators to linalg, tensor, scf and arith operations on tensors.
// After it, element types are storage types: signless integers, and bytes for
// booleans.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_NNTOLINALG_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_NNTOLINALG_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/Pass.h"

namespace swage {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/NNToLinalg/Passes.h.inc"

namespace nn {
/// Attaches every family's lowering to its operators.
void registerLinalgLowerings(mlir::DialectRegistry &registry);
} // namespace nn

} // namespace swage

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_NNTOLINALG_H
