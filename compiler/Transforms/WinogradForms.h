//===- WinogradForms.h - short convolutions with few products ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The matrices of Winograd's minimal filtering F(m, r): m outputs of a filter
// with r taps from m + r - 1 products, `y = A^T ((G g) * (B^T d))`.
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

/// F(outputs, taps) with its three matrices.
struct WinogradForm {
  int64_t outputs = 1, taps = 1;
  FormMatrix output; ///< A^T: outputs x points
  FormMatrix filter; ///< G: points x taps
  FormMatrix input;  ///< B^T: points x points

  /// The products that it takes, which is also the width of its window.
  int64_t points() const { return outputs + taps - 1; }

  /// How much larger than those of the plain sum intermediate values can be.
  /// Rounding errors grow in proportion; for two dimensions the factors
  /// multiply.
  double growth() const;
};

/// The most points that a form may have: as many interpolation points as are
/// known to be good ones.
constexpr int64_t kMaxWinogradPoints = 12;

/// The form for `outputs` and `taps`, built by Cook and Toom's method on points
/// that keep the rounding errors small. With one tap it is the plain product,
/// one output at a time.
WinogradForm getWinogradForm(int64_t outputs, int64_t taps);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_WINOGRADFORMS_H
