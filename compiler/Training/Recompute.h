//===- Recompute.h - less memory for more arithmetic ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the forward pass computes, the way back needs again. To keep all of it
// takes the most memory and the least time; this is the other end,
// checkpointing as in Chen et al., "Training Deep Nets with Sublinear Memory
// Cost" (2016).
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_RECOMPUTE_H
#define SWAGE_COMPILER_TRAINING_RECOMPUTE_H

#include "mlir/IR/Block.h"
#include "mlir/IR/DialectRegistry.h"

namespace swage::training {

/// How much is computed again. Each level takes more time than the one before,
/// and mostly less memory.
///   0  nothing
///   1  what is cheap: values between products and convolutions, and whatever
///      else costs much per element
///   n  all but what lives at the borders of n parts of the forward pass, and
///      the last part
using RecomputeLevel = unsigned;

/// The last level that is worth a try.
inline constexpr RecomputeLevel kMaxRecomputeLevel = 24;

/// Lets operators of `block` that stand behind `lastForward` read values that
/// are computed again, right before they are first needed, in place of those
/// of the forward pass. Sizes are static.
void recompute(mlir::Block &block, mlir::Operation *lastForward,
               RecomputeLevel level);

/// Lets layouts pass through what holds the clones apart.
void registerRecomputation(mlir::DialectRegistry &registry);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_RECOMPUTE_H
