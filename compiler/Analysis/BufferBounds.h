//===- BufferBounds.h - how large buffers may become ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_BUFFERBOUNDS_H
#define SWAGE_COMPILER_ANALYSIS_BUFFERBOUNDS_H

#include "compiler/Analysis/SizeExpressions.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace swage {

/// The most bytes that buffers of a function may take, by the ranges of the
/// model's dimensions and by the checks that come before a buffer. Buffers are
/// asked for in the program's order.
class BufferBounds {
public:
  /// Nothing where there is no limit; why not is remembered.
  std::optional<int64_t> getMostBytes(mlir::memref::AllocOp alloc);

  /// What comes from here on may rely on the condition.
  void assume(mlir::Value condition) { sizes.assume(condition); }

  /// The dimensions of the model that would need a limit for all buffers to
  /// have one.
  const std::set<std::string> &getUnlimitedDims() const { return unlimited; }
  /// How many buffers have no limit whatever limits dimensions have: their
  /// sizes depend on data, say.
  int64_t getNumUnpredictable() const { return unpredictable; }

private:
  SizeExpressions sizes;
  std::set<std::string> unlimited;
  int64_t unpredictable = 0;
};

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_BUFFERBOUNDS_H
