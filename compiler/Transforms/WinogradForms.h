//===- WinogradForms.h - short convolutions with few products ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The matrices of Winograd's minimal filtering F(m, r): m outputs of a filter
// with r taps from m + r - 1 products, `y = A^T ((G g) * (B^T d))`. With a
// stride s, a filter is s filters of its every s-th tap, each of which passes
// over every s-th element: the outputs are the sums of theirs, and the matrices
// theirs side by side.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_WINOGRADFORMS_H
#define SWAGE_COMPILER_TRANSFORMS_WINOGRADFORMS_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace swage {

/// A dense matrix, row by row.
struct FormMatrix {
  int64_t rows = 0, columns = 0;
  llvm::SmallVector<double> elements;

  FormMatrix() = default;
  FormMatrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), elements(rows * columns, 0.0) {}
  double &at(int64_t row, int64_t column) {
    return elements[row * columns + column];
  }
  double at(int64_t row, int64_t column) const {
    return elements[row * columns + column];
  }
};

/// F(outputs, taps) with its three matrices. The window has as many elements as
/// there are points.
struct WinogradForm {
  int64_t outputs = 1, taps = 1, stride = 1;
  FormMatrix output; ///< A^T: outputs x points
  FormMatrix filter; ///< G: points x taps
  FormMatrix input;  ///< B^T: points x points

  /// The products that it takes, which is also the width of its window.
  int64_t points() const { return (outputs - 1) * stride + taps; }

  /// How much larger than those of the plain sum intermediate values can be.
  /// Rounding errors grow in proportion; for two dimensions the factors
  /// multiply.
  double growth() const;
};

/// The most points that a form of stride 1 may have: as many interpolation
/// points as are known to be good ones.
constexpr int64_t kMaxWinogradPoints = 12;

/// The most points with any stride: the matrices stay small enough to be
/// constants of the kernel (`swage-form-kernels`).
constexpr int64_t kMaxStridedPoints = 16;

/// The form for `outputs` and `taps`, built by Cook and Toom's method on points
/// that keep the rounding errors small. Several outputs need at least as many
/// taps as the stride; those of one tap for each place of a stride are plain
/// products.
WinogradForm getWinogradForm(int64_t outputs, int64_t taps, int64_t stride = 1);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_WINOGRADFORMS_H
