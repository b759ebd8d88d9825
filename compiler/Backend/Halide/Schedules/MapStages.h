//===- MapStages.h - stages that change elements one by one -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The structure that elementwise kernels and changes of layout have in common:
// no stage reduces. What their schedules tell apart is whether the elements of
// a vector lie side by side in all that is read.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_MAPSTAGES_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_MAPSTAGES_H

#include "compiler/Backend/Halide/KernelSpec.h"

namespace swage::halide {

/// A read whose elements lie side by side along a loop that is not the result's
/// innermost.
struct TurnedRead {
  ExprId read = -1;
  int loop = -1;
};

struct MapStages {
  /// Of the last stage's loops; 0 where a run gives it, but not the innermost.
  std::vector<int64_t> extents;
  /// Of the last stage, which has none but the first of them read otherwise.
  std::vector<TurnedRead> turned;
  /// Operations for an element of the result, on vectors.
  double cost = 0;

  int last() const { return static_cast<int>(extents.size()) - 1; }
  int64_t inner() const { return extents.back(); }
};

/// The parts of `spec`, or nothing when it has another structure, or reads
/// elements that have to be gathered.
std::optional<MapStages> findMapStages(const KernelSpec &spec);

/// What is split into tasks: 0 nothing, 1 the innermost loop, 2 the first other
/// one with more than one step.
int64_t chooseTasks(const MapStages &parts);

/// The loop that `parallel` = 2 splits.
std::optional<int> findOuterLoop(const MapStages &parts);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_MAPSTAGES_H
