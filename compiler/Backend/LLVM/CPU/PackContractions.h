//===- PackContractions.h - constant operands in panels ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_PACKCONTRACTIONS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_PACKCONTRACTIONS_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage {

/// Packs the constant operands of products in `main` for `target`; see the pass
/// swage-pack-contractions.
void packContractions(mlir::func::FuncOp main, const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PACKCONTRACTIONS_H
