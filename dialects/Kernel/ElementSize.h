//===- ElementSize.h - how large elements are in memory ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_KERNEL_ELEMENTSIZE_H
#define SWAGE_DIALECTS_KERNEL_ELEMENTSIZE_H

#include "mlir/IR/BuiltinTypes.h"

namespace swage::kernel {

/// Bytes of an element of a buffer; those of a complex number are two of its
/// parts.
inline int64_t getElementBytes(mlir::Type element) {
  if (auto complex = mlir::dyn_cast<mlir::ComplexType>(element))
    return 2 * getElementBytes(complex.getElementType());
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

} // namespace swage::kernel

#endif // SWAGE_DIALECTS_KERNEL_ELEMENTSIZE_H
