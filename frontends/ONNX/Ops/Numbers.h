//===- Numbers.h - arithmetic on tables of places ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that interpolate compute places and weights by formulas, of which
// most often all is known at compile time. A formula written with Numbers is
// evaluated at once in that case, in double precision and without making a
// single operation; otherwise it becomes operations on tensors of f64.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_NUMBERS_H
#define SWAGE_FRONTENDS_ONNX_OPS_NUMBERS_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// A matrix of real numbers. Scalars have one row and one column; operations
/// repeat rows and columns as they are needed. Comparisons give 1 and 0.
class Numbers {
public:
  Numbers(NodeContext &node, double value)
      : node(&node), known({value}), rows(1), columns(1) {}
  /// A column of numbers that are known.
  Numbers(NodeContext &node, llvm::ArrayRef<double> values)
      : node(&node), known(llvm::SmallVector<double, 1>(values)),
        rows(values.size()), columns(1) {}
  /// A scalar, or a vector as a column.
  Numbers(NodeContext &node, mlir::Value value);

  /// 0, 1, ... below a scalar, as a column.
  static Numbers count(const Numbers &size);
  /// A column as a row.
  Numbers row() const;

  /// The one number, where it is known.
  std::optional<double> scalar() const;
  bool isKnown() const { return known.has_value(); }
  /// Where they are known.
  llvm::ArrayRef<double> values() const { return *known; }

  Numbers operator+(const Numbers &other) const;
  Numbers operator-(const Numbers &other) const;
  Numbers operator*(const Numbers &other) const;
  Numbers operator/(const Numbers &other) const;
  Numbers operator<(const Numbers &other) const;
  Numbers operator==(const Numbers &other) const;
  Numbers operator+(double x) const { return *this + Numbers(*node, x); }
  Numbers operator-(double x) const { return *this - Numbers(*node, x); }
  Numbers operator*(double x) const { return *this * Numbers(*node, x); }
  Numbers operator/(double x) const { return *this / Numbers(*node, x); }
  Numbers operator<(double x) const { return *this < Numbers(*node, x); }
  Numbers operator==(double x) const { return *this == Numbers(*node, x); }
  Numbers max(const Numbers &other) const;
  Numbers min(const Numbers &other) const;
  Numbers clamp(const Numbers &low, const Numbers &high) const {
    return max(low).min(high);
  }
  Numbers abs() const;
  Numbers floor() const;
  Numbers ceil() const;
  /// Rounded to what an f32 can hold.
  Numbers rounded() const;
  /// `a` where this is not zero, else `b`.
  Numbers choose(const Numbers &a, const Numbers &b) const;
  /// The sum of each row.
  Numbers sumRows() const;

  /// As a tensor of the shape [rows, columns].
  mlir::Value matrix(mlir::Type elementType) const;
  /// A column as a vector.
  mlir::Value vector(mlir::Type elementType) const;
  /// One number as a scalar.
  mlir::Value scalarValue(mlir::Type elementType) const;

private:
  Numbers() = default;
  mlir::Value real() const { return matrix(wide()); }
  mlir::Type wide() const { return node->builder().getF64Type(); }
  Numbers ofValue(mlir::Value value) const;
  template <typename OpTy>
  Numbers combine(const Numbers &other,
                  llvm::function_ref<double(double, double)> evaluate) const;
  template <typename OpTy>
  Numbers change(llvm::function_ref<double(double)> evaluate) const;
  double at(int64_t row, int64_t column) const {
    return (
        *known)[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
  }

  NodeContext *node = nullptr;
  /// In row-major order; otherwise `value` holds them, a matrix of f64.
  std::optional<llvm::SmallVector<double, 1>> known;
  mlir::Value value;
  int64_t rows = 0, columns = 0;
};

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_NUMBERS_H
