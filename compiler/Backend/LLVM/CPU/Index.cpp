//===- Index.cpp - indices and addresses as polynomials -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Index.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Index.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/Hashing.h"
#include <numeric>

using namespace mlir;

namespace swage {

Monomial Monomial::operator*(const Monomial &other) const {
  Monomial result(factor * other.factor);
  if (result.factor == 0)
    return result;
  result.sizes = sizes;
  llvm::append_range(result.sizes, other.sizes);
  llvm::sort(result.sizes);
  return result;
}

std::optional<Monomial> IndexValue::coefficientOf(Atom atom) const {
  std::optional<Monomial> found;
  for (const Term &term : terms) {
    if (term.atom != atom)
      continue;
    if (found)
      return std::nullopt;
    found = term.coefficient;
  }
  return found ? found : std::optional<Monomial>(Monomial(0));
}

/// Adds `by` to the monomial of `list` that has the same sizes, or appends it.
static void addMonomial(SmallVectorImpl<Monomial> &list, const Monomial &by) {
  for (auto it = list.begin(); it != list.end(); ++it) {
    if (it->sizes != by.sizes)
      continue;
    it->factor += by.factor;
    if (it->factor == 0)
      list.erase(it);
    return;
  }
  if (!by.isZero())
    list.push_back(by);
}

IndexValue &IndexValue::operator+=(const IndexValue &other) {
  for (const Term &term : other.terms) {
    auto same = llvm::find_if(terms, [&](const Term &own) {
      return own.atom == term.atom &&
             own.coefficient.sizes == term.coefficient.sizes;
    });
    if (same == terms.end()) {
      auto place = llvm::find_if(
          terms, [&](const Term &own) { return own.atom > term.atom; });
      terms.insert(place, term);
    } else {
      same->coefficient.factor += term.coefficient.factor;
      if (same->coefficient.isZero())
        terms.erase(same);
    }
  }
  constant += other.constant;
  for (const Monomial &monomial : other.rest)
    addMonomial(rest, monomial);
  if (lane.isZero()) {
    lane = other.lane;
    repeat = other.repeat;
  } else if (!other.lane.isZero()) {
    // Two coefficients of the lane add up only when they are alike; sizes that
    // differ do not occur, as one dimension alone runs over the lanes.
    assert(lane.sizes == other.lane.sizes && repeat == other.repeat &&
           "lanes in unlike units");
    lane.factor += other.lane.factor;
  }
  return *this;
}

IndexValue IndexValue::operator*(const Monomial &by) const {
  IndexValue result;
  if (by.isZero())
    return result;
  for (const Term &term : terms)
    result.terms.push_back({term.atom, term.coefficient * by});
  if (by.sizes.empty())
    result.constant = constant * by.factor;
  else if (constant)
    result.rest.push_back(by * Monomial(constant));
  for (const Monomial &monomial : rest)
    addMonomial(result.rest, monomial * by);
  result.lane = lane * by;
  result.repeat = repeat;
  return result;
}

llvm::hash_code hash_value(const IndexValue &value) {
  llvm::hash_code code =
      llvm::hash_combine(value.constant, value.lane.factor, value.repeat);
  for (const IndexValue::Term &term : value.terms)
    code = llvm::hash_combine(code, term.atom, term.coefficient.factor);
  for (const Monomial &monomial : value.rest)
    code = llvm::hash_combine(code, monomial.factor);
  return code;
}

unsigned IndexSpace::sizeOf(Value value) {
  auto found = llvm::find(sizes, value);
  if (found != sizes.end())
    return found - sizes.begin();
  sizes.push_back(value);
  return sizes.size() - 1;
}

SizeLimits SizeLimits::operator+(const SizeLimits &other) const {
  auto add = [](int64_t x, int64_t y) {
    int64_t sum;
    return llvm::AddOverflow(x, y, sum) ? kMost : sum;
  };
  return {add(low, other.low), add(high, other.high)};
}

SizeLimits SizeLimits::operator*(const SizeLimits &other) const {
  auto multiply = [](int64_t x, int64_t y) {
    int64_t product;
    return llvm::MulOverflow(x, y, product) ? kMost : product;
  };
  return {multiply(low, other.low), multiply(high, other.high)};
}

SizeLimits IndexSpace::limitsOf(const Monomial &size) const {
  SizeLimits limits{size.factor, size.factor};
  for (unsigned number : size.sizes)
    limits = limits * known.lookup(sizes[number]);
  return limits;
}

Monomial IndexSpace::monomialOf(OpFoldResult size) {
  if (std::optional<int64_t> fixed = getConstantIntValue(size))
    return Monomial(*fixed);
  return Monomial::ofSize(sizeOf(cast<Value>(size)));
}

int64_t IndexSpace::multipleOf(const IndexValue &start, int64_t step) const {
  int64_t multiple = std::gcd(step, std::abs(start.constant));
  for (const IndexValue::Term &term : start.terms)
    multiple = std::gcd(multiple, std::abs(term.coefficient.factor) *
                                      atoms[term.atom].multiple);
  for (const Monomial &monomial : start.rest)
    multiple = std::gcd(multiple, std::abs(monomial.factor));
  return multiple;
}

int64_t IndexSpace::divisorOf(const IndexValue &value, Atom atom) const {
  int64_t least = 0;
  auto take = [&](int64_t divisor) {
    if (divisor && (!least || divisor < least))
      least = divisor;
  };
  for (const IndexValue::Term &term : value.terms) {
    const AtomInfo &info = atoms[term.atom];
    if (info.divisor == 0)
      continue;
    auto coefficient = info.dividend.coefficientOf(atom);
    if (!coefficient || !coefficient->isZero())
      take(info.divisor);
    take(divisorOf(info.dividend, atom));
  }
  return least;
}

unsigned IndexSpace::levelOf(const IndexValue &value) const {
  unsigned level = 0;
  for (const IndexValue::Term &term : value.terms)
    level = std::max(level, atoms[term.atom].level);
  return level;
}

std::optional<IndexValue>
IndexSpace::divide(const IndexValue &value, int64_t divisor, bool remainder,
                   int64_t lanes) {
  // What is a multiple of the divisor, term by term, divides exactly.
  IndexValue quotient, left;
  int64_t unit = divisor; // divides what is left, without its constant
  for (const IndexValue::Term &term : value.terms) {
    int64_t step = term.coefficient.factor * atoms[term.atom].multiple;
    IndexValue one;
    one.terms.push_back(term);
    if (term.coefficient.factor % divisor == 0) {
      one.terms[0].coefficient.factor /= divisor;
      quotient += one;
      continue;
    }
    unit = std::gcd(unit, std::abs(step));
    left += one;
  }
  for (const Monomial &monomial : value.rest) {
    IndexValue one;
    one.rest.push_back(monomial);
    if (monomial.factor % divisor == 0) {
      one.rest[0].factor /= divisor;
      quotient += one;
      continue;
    }
    unit = std::gcd(unit, std::abs(monomial.factor));
    left += one;
  }
  int64_t within = ((value.constant % divisor) + divisor) % divisor;
  quotient.constant = (value.constant - within) / divisor;
  int64_t offset = within;
  if (!value.isUniform()) {
    // All lanes must fall into one stretch between multiples of `unit`.
    if (!value.lane.isConstant() || value.lane.factor < 0 || value.repeat != 1)
      return std::nullopt;
    if (value.lane.factor % divisor == 0 && left.terms.empty() &&
        left.rest.empty() && within == 0) {
      quotient.lane = Monomial(value.lane.factor / divisor);
      return remainder ? IndexValue() : quotient;
    }
    // Or they fill several stretches from the first to the last.
    if (!remainder && value.lane.isOne() && lanes > divisor &&
        lanes % divisor == 0 && within == 0 && unit == divisor) {
      if (!left.terms.empty() || !left.rest.empty())
        quotient += IndexValue::ofAtom(addDivision(left, divisor, false, 1));
      quotient.lane = Monomial(1);
      quotient.repeat = divisor;
      return quotient;
    }
    if (offset % unit + (lanes - 1) * value.lane.factor >= unit)
      return std::nullopt;
  }
  if (left.terms.empty() && left.rest.empty()) {
    if (!remainder)
      return quotient;
    IndexValue result = IndexValue::ofConstant(within);
    result.lane = value.lane;
    return result;
  }
  IndexValue result;
  if (unit % divisor == 0) {
    // The terms are multiples of the divisor: they leave the remainder alone.
    if (remainder) {
      result.constant = within;
    } else {
      result = IndexValue::ofAtom(addDivision(left, divisor, false, 1));
      result += quotient;
    }
  } else {
    left.constant = within;
    if (remainder) {
      result = IndexValue::ofAtom(
          addDivision(left, divisor, true, std::gcd(unit, within)));
    } else {
      result = IndexValue::ofAtom(addDivision(left, divisor, false, 1));
      result += quotient;
    }
  }
  if (remainder)
    result.lane = value.lane;
  return result;
}

Atom IndexSpace::addDivision(const IndexValue &dividend, int64_t divisor,
                             bool remainder, int64_t multiple) {
  for (auto [atom, info] : llvm::enumerate(atoms))
    if (info.divisor == divisor && info.remainder == remainder &&
        info.dividend == dividend)
      return atom;
  atoms.push_back(
      {Value(), multiple, levelOf(dividend), dividend, divisor, remainder});
  return atoms.size() - 1;
}

Value IndexSpace::materializeAtom(Atom atom) {
  if (atoms[atom].divisor == 0)
    return atoms[atom].value;
  Location loc = builder.getUnknownLoc();
  Value dividend = materialize(atoms[atom].dividend);
  Value by = arith::ConstantIndexOp::create(builder, loc, atoms[atom].divisor);
  if (atoms[atom].remainder)
    return arith::RemUIOp::create(builder, loc, dividend, by);
  return arith::DivUIOp::create(builder, loc, dividend, by);
}

std::optional<IndexValue> IndexSpace::evaluate(AffineExpr expr,
                                               ArrayRef<IndexValue> dims,
                                               int64_t lanes) {
  switch (expr.getKind()) {
  case AffineExprKind::DimId:
    return dims[cast<AffineDimExpr>(expr).getPosition()];
  case AffineExprKind::Constant:
    return IndexValue::ofConstant(cast<AffineConstantExpr>(expr).getValue());
  case AffineExprKind::SymbolId:
    return std::nullopt;
  default:
    break;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<IndexValue> lhs =
      evaluate(binary.getLHS(), dims, lanes);
  if (!lhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add) {
    std::optional<IndexValue> rhs =
        evaluate(binary.getRHS(), dims, lanes);
    if (!rhs)
      return std::nullopt;
    *lhs += *rhs;
    return lhs;
  }
  auto rhs = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (!rhs)
    return std::nullopt;
  int64_t by = rhs.getValue();
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return *lhs * Monomial(by);
  case AffineExprKind::FloorDiv:
    return by > 0 ? divide(*lhs, by, false, lanes) : std::nullopt;
  case AffineExprKind::Mod:
    return by > 0 ? divide(*lhs, by, true, lanes) : std::nullopt;
  default:
    return std::nullopt; // ceildiv does not occur in indexing maps
  }
}

Value IndexSpace::materialize(const Monomial &monomial) {
  Location loc = builder.getUnknownLoc();
  Value result;
  if (monomial.factor != 1 || monomial.sizes.empty())
    result = arith::ConstantIndexOp::create(builder, loc, monomial.factor);
  for (unsigned size : monomial.sizes)
    result = result ? arith::MulIOp::create(builder, loc, result, sizes[size])
                          .getResult()
                    : sizes[size];
  return result;
}

Value IndexSpace::materializeTerms(const IndexValue &value) {
  Location loc = builder.getUnknownLoc();
  constexpr auto nsw = arith::IntegerOverflowFlags::nsw;
  Value sum;
  auto add = [&](Value part) {
    sum = sum ? arith::AddIOp::create(builder, loc, sum, part, nsw).getResult()
              : part;
  };
  for (const IndexValue::Term &term : value.terms) {
    Value part = materializeAtom(term.atom);
    if (!term.coefficient.isOne())
      part = arith::MulIOp::create(builder, loc, part,
                                   materialize(term.coefficient), nsw);
    add(part);
  }
  for (const Monomial &monomial : value.rest)
    add(materialize(monomial));
  return sum;
}

Value IndexSpace::materialize(const IndexValue &value) {
  Location loc = builder.getUnknownLoc();
  Value sum = materializeTerms(value);
  if (sum && value.constant == 0)
    return sum;
  Value constant = arith::ConstantIndexOp::create(builder, loc, value.constant);
  if (!sum)
    return constant;
  return arith::AddIOp::create(builder, loc, sum, constant,
                               arith::IntegerOverflowFlags::nsw);
}

} // namespace swage
