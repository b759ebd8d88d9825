//===- ScalarBuilder.h - short names for scalar computations ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Writes an operator's scalar computation nearly as its formula reads.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_SCALARBUILDER_H
#define SWAGE_DIALECTS_NN_SCALARBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace swage::nn {

/// Builds arith and math operations on scalars of one kind: floats, or
/// integers read as signed or unsigned.
class ScalarBuilder {
public:
  using Value = mlir::Value;

  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                bool isUnsigned = false)
      : builder(builder), loc(loc), type(type),
        isFloat(mlir::isa<mlir::FloatType>(type)), isUnsigned(isUnsigned) {}

  /// A constant of the scalars' type.
  Value constant(double value) const;

  Value add(Value a, Value b) const;
  Value sub(Value a, Value b) const;
  Value mul(Value a, Value b) const;
  Value div(Value a, Value b) const; ///< integers truncate; x / 0 is 0
  Value rem(Value a, Value b) const; ///< the dividend's sign; x % 0 is 0
  Value max(Value a, Value b) const; ///< NaN if either is
  Value min(Value a, Value b) const;
  Value neg(Value a) const;
  Value less(Value a, Value b) const;
  Value lessEqual(Value a, Value b) const;
  Value equal(Value a, Value b) const;
  Value select(Value condition, Value a, Value b) const;

  Value exp(Value a) const { return unary<mlir::math::ExpOp>(a); }
  Value log(Value a) const { return unary<mlir::math::LogOp>(a); }
  Value tanh(Value a) const { return unary<mlir::math::TanhOp>(a); }
  Value abs(Value a) const;
  Value clamp(Value a, double low, double high) const {
    return min(max(a, constant(low)), constant(high));
  }
  Value sigmoid(Value a) const {
    return div(constant(1), add(constant(1), exp(neg(a))));
  }
  /// log(1 + exp(a)), without overflow: max(a, 0) + log1p(exp(-|a|)).
  Value softplus(Value a) const {
    Value small = unary<mlir::math::Log1pOp>(exp(neg(abs(a))));
    return add(max(a, constant(0)), small);
  }

  template <typename OpTy> Value unary(Value a) const {
    return OpTy::create(builder, loc, a);
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Type type;
  bool isFloat;
  bool isUnsigned;

private:
  /// b, or 1 where b is zero or the division would overflow: the processor's
  /// division must not trap on tensors' contents.
  Value safeDivisor(Value a, Value b) const;
};

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_SCALARBUILDER_H
