//===- Measure.h - times and peaks ------------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a kernel reaches and what the machine could.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_MEASURE_H
#define SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_MEASURE_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "dialects/Kernel/Kernel.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace swage {

/// Seconds of one call: the least and the median of those made in `seconds`.
struct Timing {
  double least = 0, median = 0;
};
Timing measure(llvm::function_ref<void()> call, double seconds);

/// Floating-point operations of the kernel's reductions, two for each
/// iteration; 0 when a loop's length is not known.
double countFlops(kernel::FuncOp kernel);

/// Operations per second of a loop of independent f32 multiply-adds on the
/// target's widest vectors, which must be this machine's.
double measurePeak(const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_TOOLS_SWAGE_KERNEL_MEASURE_H
