//===- Transforms.h - products with constant matrices -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Spells products of small constant matrices with vectors of expressions out,
// with few operations. Included behind the wall only.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TRANSFORMS_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TRANSFORMS_H

#include "compiler/Backend/Halide/Schedules/WinogradStages.h"
#include <Halide.h>

namespace swage::halide {

/// matrix * elements. Rows that differ in the signs of their even or odd
/// columns alone, and columns that differ in those of their rows, share sums.
std::vector<Halide::Expr> multiply(const ConstantMatrix &matrix,
                                   const std::vector<Halide::Expr> &elements);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TRANSFORMS_H
