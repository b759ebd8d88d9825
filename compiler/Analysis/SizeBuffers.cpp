//===- SizeBuffers.cpp - sizes of buffers ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What SizeExpressions says of tensors, for the buffers that they become.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;

SizePolynomial SizeExpressions::computeBufferDim(Value buffer, int64_t dim) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(dim))
    return constant(type.getDimSize(dim));
  auto mixed = [&](ArrayRef<OpFoldResult> sizes) {
    auto value = dyn_cast<Value>(sizes[dim]);
    return value ? get(value) : constant(*getConstantIntValue(sizes[dim]));
  };
  auto dynamic = [&](ValueRange sizes) {
    return get(sizes[type.getDynamicDimIndex(dim)]);
  };
  auto opaque = [&] {
    return unknown(Key{buffer.getAsOpaquePointer(), dim, "", {}}, kSize);
  };
  Operation *op = buffer.getDefiningOp();
  if (!op)
    return opaque();
  return llvm::TypeSwitch<Operation *, SizePolynomial>(op)
      .Case([&](kernel::InputOp input) {
        return inputDim(buffer, dim, input.getDimsAttr(),
                        input.getRangesAttr());
      })
      .Case([&](kernel::OutputOp output) { return dynamic(output.getSizes()); })
      .Case([&](memref::AllocOp alloc) {
        return dynamic(alloc.getDynamicSizes());
      })
      .Case([&](memref::ExpandShapeOp expand) {
        return mixed(expand.getMixedOutputShape());
      })
      .Case([&](memref::CollapseShapeOp collapse) {
        SizePolynomial product = constant(1);
        auto groups = collapse.getReassociationIndices();
        for (int64_t part : groups[dim])
          product =
              multiply(product, computeBufferDim(collapse.getSrc(), part));
        return product;
      })
      .Case([&](memref::CastOp cast) {
        return isa<MemRefType>(cast.getSource().getType())
                   ? computeBufferDim(cast.getSource(), dim)
                   : opaque();
      })
      .Default([&](Operation *) { return opaque(); });
}
