//===- ConstantCalls.h - calls that read constants alone --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a run need not compute: calls of kernels, and views, whose operands are
// constants or come from such. The compiler runs them, or the loading program.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_CONSTANTCALLS_H
#define SWAGE_COMPILER_PIPELINES_CONSTANTCALLS_H

#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"

namespace swage {

/// The constant that defines `value`, or null.
mlir::ElementsAttr getConstant(mlir::Value value);

/// The bytes of a tensor of static shape.
uint64_t countBytes(mlir::Type type);

/// Whether the results of a call are worth to be kept: their sizes are known,
/// and they are not out of proportion, as a huge tensor of one number would be,
/// which is better made when the program runs.
bool isKeepable(kernel::CallOp call);

/// Whether `op` gives a part or another shape of its one operand, and nothing
/// that a run decides on has a say in it.
bool isView(mlir::Operation *op);

/// The calls and views in `main` that read constants alone, in an order in
/// which they can be computed; those in loops and branches too: they give the
/// same there each time.
llvm::SmallVector<mlir::Operation *> findConstantCalls(mlir::func::FuncOp main);

/// Whether the results of `kernel` must be finite where its operands are.
bool keepsFinite(kernel::FuncOp kernel);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_CONSTANTCALLS_H
