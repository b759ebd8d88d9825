//===- SizeRanges.cpp - between which limits sizes are --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Arithmetic on ranges, and the range of a polynomial.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"

using namespace swage;

/// Products and sums of limits; nothing where one is missing or too large.
static std::optional<int64_t> timesLimit(std::optional<int64_t> x,
                                         std::optional<int64_t> y) {
  int64_t result;
  if (!x || !y || llvm::MulOverflow(*x, *y, result))
    return std::nullopt;
  return result;
}
static std::optional<int64_t> plusLimit(std::optional<int64_t> x,
                                        std::optional<int64_t> y) {
  int64_t result;
  if (!x || !y || llvm::AddOverflow(*x, *y, result))
    return std::nullopt;
  return result;
}

SizeRange SizeRange::orElse(const SizeRange &other) const {
  SizeRange result;
  if (low && other.low)
    result.low = std::min(*low, *other.low);
  if (high && other.high)
    result.high = std::max(*high, *other.high);
  return result;
}

SizeRange SizeRange::dividedBy(int64_t divisor, bool roundUp) const {
  SizeRange result;
  int64_t more = roundUp ? divisor - 1 : 0;
  if (auto least = plusLimit(low, more))
    result.low = std::max<int64_t>(0, *least) / divisor;
  if (auto most = plusLimit(high, more))
    result.high = std::max<int64_t>(0, *most) / divisor;
  return result;
}

SizeRange SizeRange::extreme(const SizeRange &other, bool isMax) const {
  auto choose = [isMax](std::optional<int64_t> x, std::optional<int64_t> y,
                        bool needsBoth) {
    if (x && y)
      return std::optional(isMax ? std::max(*x, *y) : std::min(*x, *y));
    return needsBoth ? std::nullopt : (x ? x : y);
  };
  return {choose(low, other.low, !isMax), choose(high, other.high, isMax)};
}

SizeRange SizeExpressions::getRange(const SizePolynomial &polynomial) const {
  SizeRange sum{0, 0};
  for (const auto &[product, coefficient] : polynomial) {
    SizeRange term{1, 1};
    unsigned signs = 0; // factors that may be negative
    for (unsigned number : product) {
      const Bounds &known = bounds[number];
      if (known.mayOverflow)
        return {};
      std::optional<int64_t> high = known.range.high;
      if (known.mayBeNegative) {
        // A product with it may be as low as one likes, but no higher than if
        // this were what it is at most, or 0.
        if (++signs > 1)
          return {};
        term.low.reset();
        if (high && product.size() > 1)
          high = std::max<int64_t>(0, *high);
      } else {
        term.low = timesLimit(term.low, known.range.low.value_or(0));
      }
      term.high = timesLimit(term.high, high);
    }
    if (coefficient < 0)
      std::swap(term.low, term.high);
    sum.low = plusLimit(sum.low, timesLimit(term.low, coefficient));
    sum.high = plusLimit(sum.high, timesLimit(term.high, coefficient));
  }
  return sum;
}

bool SizeExpressions::findUnlimited(const SizePolynomial &polynomial,
                                    std::set<std::string> &dims) const {
  if (getRange(polynomial).high)
    return false;
  std::set<unsigned> unlimited;
  for (const auto &[product, coefficient] : polynomial)
    for (unsigned number : product)
      if (!bounds[number].range.high)
        unlimited.insert(number);
  bool isMore = unlimited.empty();
  for (const auto &[key, number] : numbers) {
    if (!unlimited.count(number))
      continue;
    const auto &[value, index, kind, operands] = key;
    llvm::StringRef name = kind;
    if (!value && operands.empty() && name.consume_front(kDimPrefix)) {
      dims.insert(name.str());
      continue;
    }
    // What it is made of has no limit, or what is done to that has none.
    size_t before = dims.size();
    bool found = false;
    for (const SizePolynomial &operand : operands)
      found |= findUnlimited(operand, dims);
    isMore |= found || dims.size() == before;
  }
  return isMore;
}
