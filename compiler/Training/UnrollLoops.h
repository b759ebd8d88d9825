//===- UnrollLoops.h - short loops, iteration by iteration ------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_UNROLLLOOPS_H
#define SWAGE_COMPILER_TRAINING_UNROLLLOOPS_H

#include "compiler/Training/Gradients.h"

namespace swage::training {

/// Writes a counted loop of few iterations, before it, as what they compute one
/// after the other. Returns what takes the place of its results; nothing for a
/// loop that stays as it is.
std::optional<Values> tryUnrollLoop(mlir::Operation *loop);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_UNROLLLOOPS_H
