//===- Simplify.h - rewrites of graphs --------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The sets of patterns of swage-simplify, and how patterns look at operands.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_SIMPLIFY_H
#define SWAGE_COMPILER_TRANSFORMS_SIMPLIFY_H

#include "dialects/NN/NN.h"
#include "mlir/IR/PatternMatch.h"

namespace swage::nn {

/// Scales and shifts by constants become part of the convolution or matrix
/// product before them.
void populateFoldScalePatterns(mlir::RewritePatternSet &patterns);
/// Rows of a computed constant table are chosen before they are computed.
void populateGatherFirstPatterns(mlir::RewritePatternSet &patterns);
/// Padding that adds nothing is left out; zeros that a pool counts are its own.
void populatePadPatterns(mlir::RewritePatternSet &patterns);
/// Average pools change places with products, where that saves work.
void populatePoolOrderPatterns(mlir::RewritePatternSet &patterns);
/// Activation functions spelled out in arithmetic.
void populateActivationPatterns(mlir::RewritePatternSet &patterns);
/// Normalisations of rows spelled out in reductions and arithmetic.
void populateNormalizationPatterns(mlir::RewritePatternSet &patterns);

/// The value of a constant that is the same everywhere, of one element.
std::optional<double> getScalarConstant(mlir::Value value);
/// Whether `value` is such a constant near `expected`, as far as its type can
/// tell.
bool isScalarConstant(mlir::Value value, double expected);

/// The factors of a product: operands of multiplications by multiplications
/// that nobody else uses.
llvm::SmallVector<mlir::Value> getFactors(mlir::Value product);

/// The operand of a sum of it and the constant `addend`, in any order; null
/// otherwise.
mlir::Value matchAddConstant(mlir::Value sum, double addend);

} // namespace swage::nn

#endif // SWAGE_COMPILER_TRANSFORMS_SIMPLIFY_H
