//===- Schedule.h - how the loops of a kernel are tiled ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The cost model: register tiles, vector loops and cache blocks, chosen from
// the strides of a computation's accesses and the target's registers and
// caches.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_SCHEDULE_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_SCHEDULE_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace swage {

/// Rows and vectors of an accumulator tile.
struct RegisterTile {
  int64_t rows = 1;
  int64_t vectors = 1;
};

/// A contraction of which each step reads one scalar a row and one vector a
/// column of vectors.
struct ContractionShape {
  int64_t rows = -1;    ///< -1: unknown
  int64_t columns = -1; ///< -1: unknown
  int64_t rowBytes = 0; ///< between the scalars of two rows; 0: unknown
  int64_t vectors = 0;  ///< of a packed operand's panel; 0: free to choose
};

/// The tile with the least time.
RegisterTile chooseContractionTile(const TargetInfo &target,
                                   const ContractionShape &shape,
                                   int64_t lanes);

/// The width, in elements of `elementBits` bits, of the panels that a constant
/// operand is packed into. 0 where packing does not pay.
int64_t choosePanelWidth(const TargetInfo &target,
                         const ContractionShape &shape, unsigned elementBits);

/// Whether lines that lie `stepBytes` apart, `steps` of them, want so few of
/// the first-level cache's sets that they push one another out.
bool conflictsInCache(const TargetInfo &target, int64_t stepBytes,
                      int64_t steps);

/// A stretch of nested loops: `size` iterations of loop `loop` with all of
/// those inside of it.
struct LoopBlock {
  unsigned loop = 0;
  int64_t size = 0; ///< a divisor of the loop's extent; 0: all loops as one
};

/// The block of a reduction, over loops of `extents` from the outermost, whose
/// part of a panel, `stepBytes` a step, stays in the first-level cache while
/// all rows pass over it. `most` steps instead of what the cache takes, if
/// given.
LoopBlock chooseReductionBlock(const TargetInfo &target,
                               llvm::ArrayRef<int64_t> extents,
                               int64_t stepBytes, std::optional<int64_t> most);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_SCHEDULE_H
