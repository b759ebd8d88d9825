//===- Operands.h - buffers for trying kernels ------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Random inputs and the comparison of outputs.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_OPERANDS_H
#define SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_OPERANDS_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace swage {

/// How inputs are drawn.
struct OperandOptions {
  uint64_t seed = 1;
  bool special = false; ///< NaN, infinities and zeros among the floats
};

/// One operand: memory with room before and after that must not be touched.
class Operand {
public:
  /// Takes the type's dynamic sizes from the front of `sizes`, its strides
  /// likewise afterwards, and appends both to `dims`.
  static llvm::Expected<Operand> create(mlir::MemRefType type,
                                        llvm::ArrayRef<int64_t> &sizes,
                                        std::vector<int64_t> &dims);

  void *data() { return bytes() + kGuard; }
  const void *data() const { return bytes() + kGuard; }
  int64_t numElements() const { return elements; }
  int64_t numBytes() const { return elements * elementBytes; }
  void randomize(const OperandOptions &options, unsigned index);
  /// Fills everything with a pattern that no kernel computes.
  void poison();
  /// The difference from `expected`, relative to its largest magnitude; an
  /// error names the first element that has no business being different, or
  /// says that memory outside of the operand was written.
  llvm::Expected<double> compare(const Operand &expected,
                                 double tolerance) const;

private:
  static constexpr int64_t kGuard = 256;
  double at(int64_t index) const;
  bool inside(int64_t index) const;

  mlir::Type type;
  llvm::SmallVector<int64_t> shape, strides;
  int64_t elements = 0, elementBytes = 0;
  /// Memory in units that are aligned as models' buffers are.
  struct alignas(64) Line {
    unsigned char bytes[64];
  };
  unsigned char *bytes() { return lines.front().bytes; }
  const unsigned char *bytes() const { return lines.front().bytes; }
  int64_t allBytes() const { return lines.size() * sizeof(Line); }
  std::vector<Line> lines;
};

} // namespace swage

#endif // SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_OPERANDS_H
