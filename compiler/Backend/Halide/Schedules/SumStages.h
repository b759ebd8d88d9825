//===- SumStages.h - a reduction and what follows it ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The structure that products, convolutions and pooling have in common: a stage
// reduces, and later ones change its elements one by one. What the schedules
// for them tell apart is how the reduction reads its operands.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SUMSTAGES_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SUMSTAGES_H

#include "compiler/Backend/Halide/KernelSpec.h"

namespace swage::halide {

/// How the reduction reads a tensor.
struct SumRead {
  TensorId tensor = -1;
  bool alongColumns = false; ///< elements of a vector lie side by side
  bool alongWindow = false;  ///< an index has a result's loop and a reduction
  int64_t panel = 0;         ///< columns of a panel, where it is packed
};

/// All loops have known sizes; the result has one operand of f32.
struct SumStages {
  int sums = -1;             ///< the stage that reduces
  std::vector<int> epilogue; ///< later stages, in order
  std::vector<SumRead> reads;
  std::vector<int64_t> extents; ///< of the result's loops
  int64_t steps = 1;            ///< of the reduction

  int last() const { return epilogue.empty() ? sums : epilogue.back(); }
  int64_t columns() const { return extents.back(); }
  /// Columns of the panels that an operand is packed in, or 0.
  int64_t panel() const;
  /// Whether all vectors of columns come out of panels.
  bool isByPanel() const;
  bool readsWindow() const;
  /// Whether each column has operands of its own: no element is read for
  /// several.
  bool isByColumn() const;
};

/// The parts of `spec`, or nothing when it has another structure. Columns, the
/// innermost loop of the result, are in vectors.
std::optional<SumStages> findSumStages(const KernelSpec &spec);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SUMSTAGES_H
