//===- ExpandMath.h - elementary functions as arithmetic --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The expansions of ExpandMath.cpp for whoever compiles kernels: all backends
// compute elementary functions alike.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_EXPANDMATH_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_EXPANDMATH_H

#include "mlir/IR/PatternMatch.h"

namespace swage {

/// Adds patterns that replace math operations on f32 by arithmetic and, with
/// `ldexp`, by LLVM's operation of that name, for targets that have it for
/// vectors.
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns,
                                bool ldexp = false);

/// Replaces logistic functions, x * logistic(x) and 1 + erf(x) on f32, in which
/// elementary functions are still operations. NaN and infinities come out as
/// they do of the parts.
void expandActivations(mlir::Operation *root);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_EXPANDMATH_H
