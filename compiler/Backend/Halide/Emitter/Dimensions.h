//===- Dimensions.h - the order of dimensions -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The one place that knows: Swage counts dimensions from the outermost, Halide
// from the innermost.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_DIMENSIONS_H
#define SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_DIMENSIONS_H

#include <cassert>
#include <vector>

namespace swage::halide {

/// Halide's number of dimension `dim` of `rank` dimensions.
inline int halideDim(int rank, int dim) {
  assert(dim >= 0 && dim < rank && "no such dimension");
  return rank - 1 - dim;
}

/// A list with one entry a dimension, in Halide's order.
template <typename T> std::vector<T> toHalideOrder(const std::vector<T> &list) {
  return std::vector<T>(list.rbegin(), list.rend());
}

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_DIMENSIONS_H
