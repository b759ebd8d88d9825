//===- Transforms.cpp - products with constant matrices -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Transforms.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Transforms.h"
#include <cmath>

using Halide::Expr;

namespace swage::halide {
namespace {

using Exprs = std::vector<Expr>;
using Row = std::vector<double>;

/// The sum of row[i] * elements[i], elements with the factors 1 and -1 first,
/// so that each product meets a sum and can be fused with it.
Expr sum(const Row &row, const Exprs &elements) {
  Expr total;
  for (bool wantsUnits : {true, false})
    for (size_t i = 0; i < row.size(); ++i) {
      double factor = row[i];
      bool isUnit = std::abs(factor) == 1;
      if (factor == 0 || isUnit != wantsUnits)
        continue;
      Expr term =
          isUnit ? elements[i] : Expr(static_cast<float>(factor)) * elements[i];
      if (!total.defined())
        total = factor == -1 ? Expr(-1.0f) * term : term;
      else
        total = factor == -1 ? total - term : total + term;
    }
  return total.defined() ? total : Expr(0.0f);
}

/// The entries of a row at even or odd columns, zero elsewhere.
Row takeEvery(const Row &row, size_t first) {
  Row taken(row.size(), 0.0);
  for (size_t i = first; i < row.size(); i += 2)
    taken[i] = row[i];
  return taken;
}

bool isZero(const Row &row) {
  for (double element : row)
    if (element != 0)
      return false;
  return true;
}

/// Whether `other` is `row` with the signs of the columns from `first` on, by
/// twos, changed.
bool differsInSigns(const Row &row, const Row &other, size_t first) {
  for (size_t i = 0; i < row.size(); ++i)
    if (other[i] != (i % 2 == first ? -row[i] : row[i]))
      return false;
  return true;
}

Exprs multiplyByRows(const ConstantMatrix &matrix, const Exprs &elements) {
  Exprs results(matrix.size());
  for (size_t i = 0; i < matrix.size(); ++i) {
    if (results[i].defined())
      continue;
    Row even = takeEvery(matrix[i], 0), odd = takeEvery(matrix[i], 1);
    for (size_t j = i + 1; j < matrix.size() && !isZero(even) && !isZero(odd);
         ++j) {
      bool oddDiffers = differsInSigns(matrix[i], matrix[j], 1);
      if (results[j].defined() ||
          (!oddDiffers && !differsInSigns(matrix[i], matrix[j], 0)))
        continue;
      Expr left = sum(even, elements), right = sum(odd, elements);
      results[i] = left + right;
      results[j] = oddDiffers ? left - right : right - left;
      break;
    }
    if (!results[i].defined())
      results[i] = sum(matrix[i], elements);
  }
  return results;
}

/// The column that differs from column `i` in the signs of odd rows alone.
std::optional<size_t> findPartner(const ConstantMatrix &matrix, size_t i,
                                  const std::vector<bool> &taken) {
  for (size_t j = i + 1; j < matrix[0].size(); ++j) {
    bool matches = !taken[j];
    for (size_t row = 0; row < matrix.size(); ++row)
      matches &= matrix[row][i] != 0 &&
                 matrix[row][j] == (row % 2 ? -1 : 1) * matrix[row][i];
    if (matches)
      return j;
  }
  return std::nullopt;
}

/// Adds and subtracts the elements of paired columns first.
std::optional<Exprs> multiplyByColumns(const ConstantMatrix &matrix,
                                       const Exprs &elements) {
  std::vector<bool> taken(elements.size(), false);
  std::vector<size_t> columns;
  Exprs sums, differences;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (taken[i])
      continue;
    columns.push_back(i);
    std::optional<size_t> partner = findPartner(matrix, i, taken);
    if (partner)
      taken[*partner] = true;
    sums.push_back(partner ? elements[i] + elements[*partner] : elements[i]);
    differences.push_back(partner ? elements[i] - elements[*partner]
                                  : elements[i]);
  }
  if (columns.size() == elements.size() || matrix.size() < 2)
    return std::nullopt;
  Exprs results;
  for (size_t row = 0; row < matrix.size(); ++row) {
    Row entries;
    for (size_t column : columns)
      entries.push_back(matrix[row][column]);
    results.push_back(sum(entries, row % 2 ? differences : sums));
  }
  return results;
}

} // namespace

std::vector<Expr> multiply(const ConstantMatrix &matrix,
                           const std::vector<Expr> &elements) {
  if (std::optional<Exprs> results = multiplyByColumns(matrix, elements))
    return *results;
  return multiplyByRows(matrix, elements);
}

} // namespace swage::halide
