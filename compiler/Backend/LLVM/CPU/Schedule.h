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

/// The tile with the least time for `rows` x `columns` outputs (-1: unknown),
/// of which each step of the reduction reads one scalar a row and one vector a
/// column of vectors. `vectors` fixes the columns where an operand is packed.
RegisterTile chooseContractionTile(const TargetInfo &target, int64_t rows,
                                   int64_t columns, int64_t lanes,
                                   std::optional<int64_t> vectors);

/// The width, in elements of `elementBits` bits, of the panels that a constant
/// operand with `columns` columns is packed into, for products with `rows`
/// rows (-1: unknown). 0 where packing does not pay.
int64_t choosePanelWidth(const TargetInfo &target, int64_t rows,
                         int64_t columns, unsigned elementBits);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_SCHEDULE_H
