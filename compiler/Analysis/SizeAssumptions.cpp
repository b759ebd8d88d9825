//===- SizeAssumptions.cpp - what checks say of sizes ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Behind a check its condition holds: sizes are the same, or have limits.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"

using namespace mlir;
using namespace swage;

/// The unknown that a polynomial is, if it is no more than that.
static std::optional<unsigned> getUnknown(const SizePolynomial &size) {
  if (size.size() != 1 || size.begin()->second != 1 ||
      size.begin()->first.size() != 1)
    return std::nullopt;
  return size.begin()->first[0];
}

bool SizeExpressions::assume(Value condition) {
  const Operands *equality = find(equalities, get(condition));
  if (!equality)
    return false;
  SizePolynomial x = substitute(equality->first);
  SizePolynomial y = substitute(equality->second);
  bool limits = assumeLesser(x, y) || assumeLesser(y, x);
  // The unknown that came later is the one that is made of others.
  std::optional<unsigned> first = getUnknown(x), second = getUnknown(y);
  if (!first || (second && *second > *first)) {
    std::swap(x, y);
    std::swap(first, second);
  }
  bool isPart = llvm::any_of(y, [&](const auto &term) {
    return first && llvm::is_contained(term.first, *first);
  });
  if (first && !isPart)
    substitutes[*first] = y;
  if (limits)
    decideExtremes();
  return limits;
}

bool SizeExpressions::assumeLesser(const SizePolynomial &size,
                                   const SizePolynomial &lesser) {
  const Operands *operands = find(minima, lesser);
  if (!operands || !isBounded(size))
    return false;
  SizePolynomial x = substitute(operands->first),
                 y = substitute(operands->second);
  if (y == size)
    std::swap(x, y);
  std::optional<int64_t> limit = getConstant(y);
  if (x != size || !limit || *limit < 0)
    return false;
  // Of a sum of what is not negative, no part is more than the whole.
  for (const auto &[product, factor] : size)
    if (factor < 0 ||
        llvm::any_of(
            product,
            [&](unsigned number) { return bounds[number].mayBeNegative; }))
      return false;
  bool changed = false;
  for (const auto &[product, factor] : size) {
    if (product.size() != 1)
      continue;
    std::optional<int64_t> &high = bounds[product.front()].range.high;
    if (!high || *high > *limit / factor) {
      high = *limit / factor;
      changed = true;
    }
  }
  return changed;
}

void SizeExpressions::decideExtremes() {
  // Numbers ascend: operands are decided before what is made of them.
  std::map<unsigned, std::pair<Operands, bool>> extremes;
  for (const auto &[number, operands] : maxima)
    extremes.insert({number, {operands, true}});
  for (const auto &[number, operands] : minima)
    extremes.insert({number, {operands, false}});
  for (const auto &[number, entry] : extremes) {
    const auto &[operands, isMax] = entry;
    SizePolynomial x = substitute(operands.first),
                   y = substitute(operands.second);
    if (substitutes.count(number))
      continue;
    if (isAtLeast(x, y))
      substitutes[number] = isMax ? x : y;
    else if (isAtLeast(y, x))
      substitutes[number] = isMax ? y : x;
  }
  known.clear();
}
