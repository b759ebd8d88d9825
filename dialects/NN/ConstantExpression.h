//===- ConstantExpression.h - what constants alone decide -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_CONSTANTEXPRESSION_H
#define SWAGE_DIALECTS_NN_CONSTANTEXPRESSION_H

#include "mlir/IR/Value.h"

namespace swage::nn {

/// Whether `value` is computed from constants alone. Such values are computed
/// once, at compile time, so that rewrites may add to them at no cost.
bool isConstantExpression(mlir::Value value);

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_CONSTANTEXPRESSION_H
