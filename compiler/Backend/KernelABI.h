//===- KernelABI.h - how kernels are called ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The rule that callers and backends share: which sizes and strides travel in
// the `dims` array of a `swage_kernel` (swage/artifact.h).
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_KERNELABI_H
#define SWAGE_COMPILER_BACKEND_KERNELABI_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"

namespace swage {

/// One entry of a kernel's `dims` array: a size or a stride, in elements, of
/// dimension `dim` of operand `operand`.
struct KernelDim {
  unsigned operand;
  unsigned dim;
  bool isStride;
};

/// The entries of `dims` for operands of these types, in order: operand by
/// operand its dynamic sizes, outermost first, then its strides that the type
/// leaves open (`?` in `strided<>`), outermost first. The strides of a type
/// without a layout follow from its sizes and are not passed. Offsets are
/// never passed: `buffers` point at first elements.
llvm::SmallVector<KernelDim>
kernelDims(llvm::ArrayRef<mlir::MemRefType> operands);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_KERNELABI_H
