//===- Whole.h - stages that are computed before their readers --*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What every schedule does with stages that are not its own: padding for
// instance.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WHOLE_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WHOLE_H

#include "compiler/Backend/Halide/Emitter/Pipeline.h"

namespace swage::halide {

/// Whether a stage is to be computed by itself: an output, a sum, or what
/// several elements read.
bool isStored(Pipeline &pipeline, int stage);

/// Computes a stage whole: vectors of the innermost loop, tasks of the first
/// one that has something to split.
void computeWhole(Pipeline &pipeline, int stage);

/// Makes vectors of the innermost loop of what `func` is defined as, which is
/// no update. The last vector overlaps the one before it.
void vectorizeInner(Pipeline &pipeline, Halide::Func func,
                    const Tensor &tensor);

/// The same for the copies that outputs need: those that are not a stage's
/// result itself.
void vectorizeCopies(Pipeline &pipeline);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WHOLE_H
