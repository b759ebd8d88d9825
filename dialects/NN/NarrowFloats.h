//===- NarrowFloats.h - floats of eight bits and fewer ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// No processor computes with these types, so scalars of them are f32, and
// memory holds their codes, a byte each. The conversions are integer arithmetic
// that every backend can vectorise and every folder can evaluate.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_NARROWFLOATS_H
#define SWAGE_DIALECTS_NN_NARROWFLOATS_H

#include "mlir/IR/Builders.h"

namespace swage::nn {

/// Whether `type` is a float whose elements memory holds as codes.
bool isNarrowFloat(mlir::Type type);

/// Where a float8e8m0, which has no mantissa, goes between two powers of two.
enum class PowerRounding { Up, Down, Nearest };

/// The f32 of an i8 code. Exact.
mlir::Value decodeNarrowFloat(mlir::OpBuilder &builder, mlir::Location loc,
                              mlir::Value code, mlir::FloatType type);

/// The i8 code of an f32, rounded to nearest even. What is too large becomes
/// the largest number when `saturate` is set; otherwise an infinity, or NaN
/// where `type` has none, or still the largest where it has no NaN either.
mlir::Value encodeNarrowFloat(mlir::OpBuilder &builder, mlir::Location loc,
                              mlir::Value value, mlir::FloatType type,
                              bool saturate = true,
                              PowerRounding rounding = PowerRounding::Up);

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_NARROWFLOATS_H
