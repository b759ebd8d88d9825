//===- KernelCost.h - arithmetic and memory traffic -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Counts what kernels compute and move, off the structure of their bodies.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_KERNELCOST_H
#define SWAGE_COMPILER_ANALYSIS_KERNELCOST_H

#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>

namespace swage {

/// What code costs; nothing where only a run knows.
struct Cost {
  /// Arithmetic on numbers: a multiplication with its addition counts as two,
  /// an elementary function as one. Addresses and comparisons do not count.
  std::optional<int64_t> flops = 0;
  /// The elementary functions among them: exp, tanh, erf, pow...
  std::optional<int64_t> functions = 0;
  /// Bytes of the operands, each read or written once. Of an operand from which
  /// single elements are gathered, as many as there are accesses.
  std::optional<int64_t> bytes = 0;

  /// Adds `times` times the costs of `other`.
  void add(const Cost &other, std::optional<int64_t> times);
};

/// The costs of one call of `kernel`.
Cost getCost(kernel::FuncOp kernel);

/// The costs of all calls of kernels in `main`, those in loops as often as the
/// loops run.
Cost getCost(mlir::func::FuncOp main);

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_KERNELCOST_H
