//===- Prefetch.h - asking memory for what comes later ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Halide's own Stage::prefetch asks for what a later turn of one loop reads.
// This asks for any place, spread over steps as the schedule sees fit. Included
// behind the wall only.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_PREFETCH_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_PREFETCH_H

#include <Halide.h>

namespace swage::halide {

/// Elements of f32 in a line of a cache.
constexpr int kLineElements = 16;

/// `value`, of f32, for which the processor asks for the line with element
/// `place` of `image`, also of f32, where `condition` is true: that has to be
/// known as soon as loops are unrolled, or the line is asked for everywhere.
/// `place` counts elements from the start of the image and may lie behind it.
Halide::Expr fetching(Halide::Expr value, Halide::Expr condition,
                      const Halide::ImageParam &image, Halide::Expr place);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_PREFETCH_H
