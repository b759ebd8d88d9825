//===- KernelFunction.h - kernels as functions on buffers -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The frame that every path of the backend fills: a body function on memrefs
// and the entry function with the C signature.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_KERNELFUNCTION_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_KERNELFUNCTION_H

#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage {

/// The name of the attribute of a kernel that lists its operands' types.
inline constexpr llvm::StringLiteral kBuffersAttr = "buffers";

/// The types of the buffers that `kernel` is called with: its attribute
/// `buffers`, or row-major ones. A diagnostic when they do not fit the
/// arguments.
llvm::FailureOr<llvm::SmallVector<mlir::MemRefType>>
getBufferTypes(kernel::FuncOp kernel);

/// Creates `func.func private @<name>.body(!llvm.ptr, memrefs...)`, before
/// `kernel`, with an empty block ended by a return. Buffers keep their strides
/// and begin at offset 0.
mlir::func::FuncOp createBody(kernel::FuncOp kernel,
                              llvm::ArrayRef<mlir::MemRefType> operands);

/// Creates the entry `@<name>(exec, buffers, dims)` that calls `body`.
void createEntry(llvm::StringRef name, mlir::func::FuncOp body,
                 llvm::ArrayRef<mlir::MemRefType> operands);

/// A memref of `type` at address `pointer` (an !llvm.ptr). `sizes` are its
/// dynamic sizes, `strides` its strides that the type leaves open; both are of
/// type i64.
mlir::Value createBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::MemRefType type, mlir::Value pointer,
                         mlir::ValueRange sizes, mlir::ValueRange strides);

/// Declares a function of the runtime in `module`, once.
mlir::func::FuncOp declareRuntime(mlir::ModuleOp module, llvm::StringRef name,
                                  mlir::FunctionType type);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_KERNELFUNCTION_H
