//===- Roofline.h - kernels against the machine's limits --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What each kernel of a model takes, and how that compares with what arithmetic
// and memory of the machine allow.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_ROOFLINE_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_ROOFLINE_H

#include "compiler/Driver/Messages.h"
#include "compiler/Pipelines/CompiledModel.h"
#include "swage/program.h"

namespace swage {

/// The measured limits of the threads that a model runs on.
struct Machine {
  unsigned threads = 1;
  double gflops = 0;
  double gigabytes = 0; ///< in a second

  static llvm::Expected<Machine> measure(const TargetInfo &host,
                                         unsigned threads);
};

/// One kernel in one run: medians over the runs. What is not known is nothing.
struct KernelRow {
  const KernelFacts *kernel;
  double calls;
  double ms;
  double share; ///< of the run, 0 to 1
  std::optional<double> gflops;
  std::optional<double> gigabytes; ///< in a second
  /// The time that the machine's limits allow, divided by the time taken. More
  /// than 1 where operands came out of caches.
  std::optional<double> roofline;
};

/// The rows of all kernels that were called, the longest first.
std::vector<KernelRow> getKernelRows(llvm::ArrayRef<KernelFacts> kernels,
                                     llvm::ArrayRef<swage_kernel_time> times,
                                     const swage_timing &timing,
                                     const Machine &machine);

/// Prints the rows as a table, under a line with the machine's limits.
void printKernelRows(llvm::ArrayRef<KernelRow> rows, const Machine &machine,
                     llvm::raw_ostream &os);

/// A remark for each kernel that takes more than twice as long as it had to.
void remarkSlowKernels(llvm::ArrayRef<KernelRow> rows,
                       const Messages &messages);

llvm::json::Array getKernelsJSON(llvm::ArrayRef<KernelRow> rows);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_ROOFLINE_H
