//===- KernelABI.cpp - how kernels are called -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See KernelABI.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/KernelABI.h"

using namespace mlir;

namespace swage {

llvm::SmallVector<KernelDim> kernelDims(llvm::ArrayRef<MemRefType> operands) {
  SmallVector<KernelDim> result;
  for (auto [index, type] : llvm::enumerate(operands)) {
    unsigned operand = index;
    for (unsigned dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        result.push_back({operand, dim, /*isStride=*/false});
    if (type.getLayout().isIdentity())
      continue;
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(type.getStridesAndOffset(strides, offset)))
      continue; // not strided: no kernel takes it
    for (auto [dim, stride] : llvm::enumerate(strides))
      if (ShapedType::isDynamic(stride))
        result.push_back({operand, static_cast<unsigned>(dim), true});
  }
  return result;
}

} // namespace swage
