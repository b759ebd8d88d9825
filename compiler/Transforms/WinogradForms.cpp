//===- WinogradForms.cpp - short convolutions with few products -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WinogradForms.h. A form evaluates polynomials at distinct points, the
// last of which is infinity. The points come in pairs p, -p, whose rows share
// their even and odd parts; they are small fractions of powers of two, so that
// every entry of the input's and the output's matrix is exact in f32.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/WinogradForms.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <cmath>

using namespace llvm;

namespace swage {

/// The finite points of a form with `count` + 1 points: of the sets that were
/// measured, those with the smallest errors (docs/Performance.md).
static ArrayRef<double> getFinitePoints(int64_t count) {
  static const double few[] = {0, 1, -1, 2};
  static const double five[] = {0, 0.75, -0.75, 1.5, -1.5};
  static const double many[] = {0,  1,    -1,    0.5, -0.5, 2,
                                -2, 0.75, -0.75, 1.5, -1.5};
  if (count == 5)
    return five;
  return count <= 4 ? ArrayRef(few).take_front(count)
                    : ArrayRef(many).take_front(count);
}

/// The coefficients of the product of (x - p) over all points but number
/// `skipped`, lowest first.
static SmallVector<double> multiplyOut(ArrayRef<double> points,
                                       int64_t skipped) {
  SmallVector<double> polynomial{1};
  for (auto [index, point] : llvm::enumerate(points)) {
    if (int64_t(index) == skipped)
      continue;
    polynomial.push_back(0);
    for (size_t i = polynomial.size(); i-- > 0;)
      polynomial[i] = (i ? polynomial[i - 1] : 0) - point * polynomial[i];
  }
  return polynomial;
}

/// A form with its matrices to be filled in.
static WinogradForm createForm(int64_t outputs, int64_t taps, int64_t stride) {
  WinogradForm form;
  form.outputs = outputs;
  form.taps = taps;
  form.stride = stride;
  int64_t count = form.points();
  form.output = FormMatrix(outputs, count);
  form.filter = FormMatrix(count, taps);
  form.input = FormMatrix(count, count);
  return form;
}

/// One tap: each output is a product of its own.
static WinogradForm getPlainForm(int64_t outputs) {
  WinogradForm form = createForm(outputs, 1, 1);
  for (int64_t i = 0; i < outputs; ++i)
    form.output.at(i, i) = form.filter.at(i, 0) = form.input.at(i, i) = 1;
  return form;
}

/// A form of stride 1 on a set of points.
static WinogradForm getPointForm(int64_t outputs, int64_t taps) {
  WinogradForm form = createForm(outputs, taps, 1);
  int64_t count = form.points();
  assert(count <= kMaxWinogradPoints);
  ArrayRef<double> points = getFinitePoints(count - 1);
  for (int64_t i = 0; i < count; ++i) {
    for (auto [power, value] : llvm::enumerate(multiplyOut(points, i)))
      form.input.at(i, power) = value;
    if (i == count - 1) {
      // At infinity only the highest power counts.
      form.output.at(outputs - 1, i) = 1;
      form.filter.at(i, taps - 1) = 1;
      continue;
    }
    double scale = 1;
    for (int64_t j = 0; j < count - 1; ++j)
      if (j != i)
        scale *= points[i] - points[j];
    for (int64_t power = 0; power < outputs; ++power)
      form.output.at(power, i) = std::pow(points[i], power);
    for (int64_t power = 0; power < taps; ++power)
      // No negative zeros.
      form.filter.at(i, power) = std::pow(points[i], power) / scale + 0.0;
  }
  return form;
}

WinogradForm getWinogradForm(int64_t outputs, int64_t taps, int64_t stride) {
  assert(outputs == 1 || taps >= stride);
  WinogradForm form = createForm(outputs, taps, stride);
  int64_t first = 0; // point of the phase
  for (int64_t phase = 0; phase < std::min(stride, taps); ++phase) {
    int64_t own = llvm::divideCeil(taps - phase, stride);
    WinogradForm part =
        own == 1 ? getPlainForm(outputs) : getPointForm(outputs, own);
    for (int64_t i = 0; i < part.points(); ++i) {
      for (int64_t j = 0; j < part.points(); ++j)
        form.input.at(first + i, j * stride + phase) = part.input.at(i, j);
      for (int64_t tap = 0; tap < own; ++tap)
        form.filter.at(first + i, tap * stride + phase) =
            part.filter.at(i, tap);
      for (int64_t output = 0; output < outputs; ++output)
        form.output.at(output, first + i) = part.output.at(output, i);
    }
    first += part.points();
  }
  return form;
}

/// The sum of a row's magnitudes.
static double sumRow(const FormMatrix &matrix, int64_t row) {
  double sum = 0;
  for (int64_t column = 0; column < matrix.columns; ++column)
    sum += std::abs(matrix.at(row, column));
  return sum;
}

double WinogradForm::growth() const {
  double most = 0;
  for (int64_t i = 0; i < outputs; ++i) {
    double sum = 0;
    for (int64_t point = 0; point < points(); ++point)
      sum += std::abs(output.at(i, point)) * sumRow(filter, point) *
             sumRow(input, point);
    most = std::max(most, sum);
  }
  // The plain sum's own.
  return most / taps;
}

} // namespace swage
