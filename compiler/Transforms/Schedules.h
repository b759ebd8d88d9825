//===- Schedules.h - schedules of operations --------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_SCHEDULES_H
#define SWAGE_COMPILER_TRANSFORMS_SCHEDULES_H

#include "llvm/ADT/StringRef.h"

namespace swage {

/// The attribute of an operation that belongs to the kernel of what it reads
/// although their loops do not fit, and the schedule of that kernel.
inline constexpr llvm::StringLiteral kScheduleAttr = "kernel.schedule";

/// The number of the chain that an operation belongs to: a product, what is
/// made of its rows, and a product of that, which are one kernel.
inline constexpr llvm::StringLiteral kChainAttr = "kernel.chain";

/// The number of the group that an operation belongs to: a product or a
/// convolution, what is made of its elements, their padding, and a window over
/// each channel of that; or a window and a product.
inline constexpr llvm::StringLiteral kWindowAttr = "kernel.window";

/// The number of the group that an operation belongs to: a product whose
/// columns are gates of units, and what combines the gates of each unit.
inline constexpr llvm::StringLiteral kGatesAttr = "kernel.gates";

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_SCHEDULES_H
