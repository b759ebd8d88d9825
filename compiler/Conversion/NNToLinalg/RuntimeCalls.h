//===- RuntimeCalls.h - what only the runtime can compute -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Lowerings to functions of the runtime: values behind handles, and functions
// on flat tensors.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_RUNTIMECALLS_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_RUNTIMECALLS_H

#include "compiler/Conversion/NNToLinalg/Lowering.h"

namespace swage::nn {

/// Calls a function on integers and handles.
mlir::Value createInvoke(mlir::OpBuilder &b, mlir::Location loc,
                         llvm::StringRef callee, mlir::ValueRange operands);
mlir::Value createInteger(mlir::OpBuilder &b, mlir::Location loc,
                          int64_t value);

/// The handle of a value with the elements of `stored`, the storage form of a
/// tensor of `elementType`.
mlir::Value createBox(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value stored, mlir::Type elementType);
/// The storage form of the tensor of type `type` behind a handle.
mlir::Value createUnbox(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value handle, mlir::Type type);

/// Runs a function of the runtime on tensors into new ones of `types`, whose
/// unknown sizes are `sizes`.
Values createRuntime(mlir::OpBuilder &b, mlir::Location loc,
                     llvm::StringRef callee, mlir::ValueRange inputs,
                     llvm::ArrayRef<mlir::RankedTensorType> types,
                     mlir::ValueRange sizes);

/// Reads a count that such a function has found.
mlir::Value readCount(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value counts, int64_t place = 0);

/// The elements of a tensor in one dimension of unknown size.
mlir::Value createFlat(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Value tensor);

/// A vector of bytes, or of 64-bit integers.
mlir::Value createBytes(mlir::OpBuilder &b, mlir::Location loc,
                        llvm::ArrayRef<char> bytes);
mlir::Value createIntegers(mlir::OpBuilder &b, mlir::Location loc,
                           llvm::ArrayRef<int64_t> values);

/// Strings in the form of swage/values.h: their number, the place of each and
/// of the end as 64-bit integers, then all characters.
mlir::Value createStringTable(mlir::OpBuilder &b, mlir::Location loc,
                              llvm::ArrayRef<llvm::StringRef> strings);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_RUNTIMECALLS_H
