//===- ConstantTensors.h - what is the same in every run --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Tells which operations of @main the compiler can run itself.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_CONSTANTTENSORS_H
#define SWAGE_COMPILER_ANALYSIS_CONSTANTTENSORS_H

#include "mlir/IR/Operation.h"

namespace swage {

/// Whether the tensors that `op` reads come from constants alone.
bool dependsOnConstantsOnly(mlir::Operation *op);

/// Whether `value` is the same in every run.
bool isConstantValue(mlir::Value value);

/// Whether `op` only prepares something and is cloned into each kernel that
/// needs it: destinations, fills, scalar constants, sizes.
bool isRematerialized(mlir::Operation *op);

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_CONSTANTTENSORS_H
