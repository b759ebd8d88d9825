//===- Kernel.h - the kernel dialect ----------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The seam between graph and machine code. See KernelOps.td.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_KERNEL_KERNEL_H
#define SWAGE_DIALECTS_KERNEL_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Kernel/KernelDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/KernelAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/Kernel/KernelOps.h.inc"

namespace swage::kernel {

/// The attribute of a kernel with what is known of the sizes of its arguments:
/// for each an array with the least and the greatest of every dimension, -1 for
/// no limit.
inline constexpr llvm::StringLiteral kRangesAttr = "ranges";

/// The function whose results are computed once, when a model is loaded.
inline constexpr llvm::StringLiteral kPrepareName = "prepare";

/// Lets one-shot bufferization see through `kernel.call`.
void registerBufferization(mlir::DialectRegistry &registry);

} // namespace swage::kernel

#endif // SWAGE_DIALECTS_KERNEL_KERNEL_H
