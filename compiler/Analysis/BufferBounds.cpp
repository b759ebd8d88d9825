//===- BufferBounds.cpp - how large buffers may become --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/BufferBounds.h"
#include "dialects/Kernel/ElementSize.h"

using namespace mlir;
using namespace swage;

/// Limits beyond this are none: address space would not be enough for many.
static constexpr int64_t kMostBytes = int64_t(1) << 40;

std::optional<int64_t> BufferBounds::getMostBytes(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> bytes = kernel::getElementBytes(type.getElementType());
  std::set<std::string> dims;
  bool isUnpredictable = false;
  auto multiply = [&](std::optional<int64_t> most) {
    int64_t product;
    if (!bytes || !most ||
        llvm::MulOverflow(*bytes, std::max<int64_t>(0, *most), product))
      bytes.reset();
    else
      bytes = product;
  };
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      multiply(size);
  for (Value value : alloc.getDynamicSizes()) {
    SizePolynomial size = sizes.get(value);
    multiply(sizes.getRange(size).high);
    isUnpredictable |= sizes.findUnlimited(size, dims);
  }
  if (bytes && *bytes <= kMostBytes)
    return bytes;
  // Limits may be there and too high.
  if (isUnpredictable || dims.empty())
    ++unpredictable;
  unlimited.merge(dims);
  return std::nullopt;
}
