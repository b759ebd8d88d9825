//===- SizeExpressions.cpp - sizes as polynomials -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See SizeExpressions.h. Sizes of tensors are not negative and do not overflow
// 64 bits; of other integers nothing is taken for granted.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;

/// Polynomials of more terms are not followed further.
static constexpr size_t kMaxTerms = 32;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Coefficients are added and multiplied as the program does.
static int64_t wrap(uint64_t bits) { return int64_t(bits); }

/// Coefficients up to here have not gone around.
static constexpr int64_t kMaxCoefficient = int64_t(1) << 61;

static SizePolynomial add(const SizePolynomial &x, const SizePolynomial &y,
                          int64_t factor = 1) {
  SizePolynomial sum = x;
  for (const auto &[product, coefficient] : y) {
    int64_t &own = sum[product];
    own = wrap(uint64_t(own) + uint64_t(factor) * uint64_t(coefficient));
    if (own == 0)
      sum.erase(product);
  }
  return sum;
}

SizePolynomial SizeExpressions::multiply(const SizePolynomial &x,
                                         const SizePolynomial &y) {
  SizePolynomial result;
  for (const auto &[first, factor] : x)
    for (const auto &[second, coefficient] : y) {
      std::vector<unsigned> product = first;
      product.insert(product.end(), second.begin(), second.end());
      llvm::sort(product);
      result = add(result, {{product, coefficient}}, factor);
    }
  return result;
}

/// x / y where y is one product that every term of x contains.
static std::optional<SizePolynomial> divideExactly(const SizePolynomial &x,
                                                   const SizePolynomial &y) {
  if (y.size() != 1)
    return std::nullopt;
  const auto &[divisor, factor] = *y.begin();
  SizePolynomial quotient;
  for (const auto &[product, coefficient] : x) {
    if (coefficient % factor || !std::includes(product.begin(), product.end(),
                                               divisor.begin(), divisor.end()))
      return std::nullopt;
    std::vector<unsigned> rest;
    std::set_difference(product.begin(), product.end(), divisor.begin(),
                        divisor.end(), std::back_inserter(rest));
    quotient[rest] = coefficient / factor;
  }
  return quotient;
}

SizePolynomial SizeExpressions::constant(int64_t value) {
  if (value == 0)
    return {};
  return {{{}, value}};
}

std::optional<int64_t>
SizeExpressions::getConstant(const SizePolynomial &polynomial) {
  if (polynomial.empty())
    return 0;
  if (polynomial.size() == 1 && polynomial.begin()->first.empty())
    return polynomial.begin()->second;
  return std::nullopt;
}

bool SizeExpressions::isNonNegative(const SizePolynomial &polynomial) const {
  return getRange(polynomial).low.value_or(-1) >= 0 ||
         llvm::all_of(polynomial, [&](const auto &term) {
           return term.second >= 0 && term.second <= kMaxCoefficient &&
                  llvm::none_of(term.first, [&](unsigned number) {
                    return bounds[number].mayBeNegative;
                  });
         });
}

bool SizeExpressions::isBounded(const SizePolynomial &polynomial) const {
  return llvm::all_of(polynomial, [&](const auto &term) {
    return llvm::none_of(term.first, [&](unsigned number) {
      return bounds[number].mayOverflow;
    });
  });
}

bool SizeExpressions::isAtLeast(const SizePolynomial &x,
                                const SizePolynomial &y) const {
  return isBounded(x) && isBounded(y) && isNonNegative(add(x, y, -1));
}

SizeExpressions::Bounds
SizeExpressions::combine(const SizePolynomial &x,
                         const SizePolynomial &y) const {
  return {!isNonNegative(x) || !isNonNegative(y),
          !isBounded(x) || !isBounded(y),
          {}};
}

//===----------------------------------------------------------------------===//
// Unknowns
//===----------------------------------------------------------------------===//

SizePolynomial SizeExpressions::unknown(Key key, Bounds known) {
  auto [entry, isNew] = numbers.try_emplace(std::move(key), numbers.size());
  if (isNew)
    bounds.push_back(known);
  return {{{entry->second}, 1}};
}

SizePolynomial SizeExpressions::unknown(StringRef kind,
                                        std::vector<SizePolynomial> operands,
                                        Bounds known) {
  return unknown(Key{nullptr, 0, kind.str(), std::move(operands)}, known);
}

SizePolynomial SizeExpressions::get(Value value) {
  if (auto found = known.find(value); found != known.end())
    return substitute(found->second);
  SizePolynomial polynomial = compute(value);
  if (polynomial.size() > kMaxTerms)
    polynomial = unknown(Key{value.getAsOpaquePointer(), -1, "", {}}, {});
  known[value] = polynomial;
  return substitute(polynomial);
}

SizePolynomial SizeExpressions::substitute(SizePolynomial polynomial) const {
  auto isReplaced = [&](unsigned number) { return substitutes.count(number); };
  for (bool changed = !substitutes.empty(); changed;) {
    changed = false;
    SizePolynomial result;
    for (const auto &[product, coefficient] : polynomial) {
      SizePolynomial term = constant(coefficient);
      for (unsigned number : product) {
        bool replaced = isReplaced(number);
        changed |= replaced;
        term = multiply(term, replaced ? substitutes.at(number)
                                       : SizePolynomial{{{number}, 1}});
      }
      result = add(result, term);
    }
    polynomial = std::move(result);
  }
  return polynomial;
}

SizePolynomial SizeExpressions::getSize(Value tensor, int64_t dim) {
  auto sizeOf = [&](OpFoldResult size) {
    auto value = dyn_cast<Value>(size);
    return value ? get(value) : constant(*getConstantIntValue(size));
  };
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return constant(type.getDimSize(dim));
  // What is written to has the sizes of the result.
  while (auto op = tensor.getDefiningOp<DestinationStyleOpInterface>())
    tensor = op.getTiedOpOperand(cast<OpResult>(tensor))->get();
  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return sizeOf(empty.getMixedSizes()[dim]);
  if (auto expand = tensor.getDefiningOp<tensor::ExpandShapeOp>())
    return sizeOf(expand.getMixedOutputShape()[dim]);
  if (auto collapse = tensor.getDefiningOp<tensor::CollapseShapeOp>()) {
    SizePolynomial product = constant(1);
    ReassociationIndices parts = collapse.getReassociationIndices()[dim];
    for (int64_t part : parts)
      product = multiply(product, getSize(collapse.getSrc(), part));
    return product;
  }
  return substitute(computeDim(tensor, dim));
}

/// The tensor that a choice of -swage-nn-to-linalg between an operand and its
/// repeated copy computes the copy into: both have its sizes.
static tensor::EmptyOp findRepeated(Value tensor) {
  auto choice = tensor.getDefiningOp<scf::IfOp>();
  if (!choice || !choice->hasAttr("nn.broadcast"))
    return nullptr;
  Value copy = choice.elseYield()->getOperand(0);
  if (auto repeat = copy.getDefiningOp<linalg::GenericOp>())
    return repeat.getDpsInits().front().getDefiningOp<tensor::EmptyOp>();
  return nullptr;
}

SizePolynomial SizeExpressions::computeDim(Value tensor, int64_t dim) {
  while (auto cast = tensor.getDefiningOp<tensor::CastOp>()) {
    if (!isa<RankedTensorType>(cast.getSource().getType()))
      break;
    tensor = cast.getSource();
  }
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return constant(type.getDimSize(dim));
  if (tensor::EmptyOp copy = findRepeated(tensor)) {
    OpFoldResult size = copy.getMixedSizes()[dim];
    if (auto value = dyn_cast<Value>(size))
      return get(value);
    return constant(*getConstantIntValue(size));
  }
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    auto func =
        dyn_cast_or_null<func::FuncOp>(argument.getOwner()->getParentOp());
    auto names = func ? func.getArgAttrOfType<ArrayAttr>(
                            argument.getArgNumber(), "nn.dims")
                      : nullptr;
    auto ranges = func ? func.getArgAttrOfType<DenseI64ArrayAttr>(
                             argument.getArgNumber(), "nn.ranges")
                       : nullptr;
    return inputDim(tensor, dim, names, ranges);
  }
  return unknown(Key{tensor.getAsOpaquePointer(), dim, "", {}}, kSize);
}

SizePolynomial SizeExpressions::inputDim(Value input, int64_t dim,
                                         ArrayAttr names,
                                         DenseI64ArrayAttr ranges) {
  Bounds known = kSize;
  if (ranges && 2 * dim + 1 < int64_t(ranges.size())) {
    known.range.low = ranges[2 * dim];
    if (ranges[2 * dim + 1] >= 0)
      known.range.high = ranges[2 * dim + 1];
  }
  StringRef name = names && dim < int64_t(names.size())
                       ? cast<StringAttr>(names[dim]).getValue()
                       : "";
  if (!name.empty())
    return unknown((kDimPrefix + name).str(), {}, known);
  return unknown(Key{input.getAsOpaquePointer(), dim, "", {}}, known);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

const SizeExpressions::Operands *
SizeExpressions::find(const std::map<unsigned, Operands> &unknowns,
                      const SizePolynomial &polynomial) {
  if (polynomial.size() != 1 || polynomial.begin()->second != 1 ||
      polynomial.begin()->first.size() != 1)
    return nullptr;
  auto found = unknowns.find(polynomial.begin()->first[0]);
  return found == unknowns.end() ? nullptr : &found->second;
}

bool SizeExpressions::isOneWith(const SizePolynomial &x,
                                const SizePolynomial &y) const {
  // Of min(size, limit) and size, for limits that are not in the way.
  auto isMinimum = [&](const SizePolynomial &minimum,
                       const SizePolynomial &size, int64_t least) {
    const Operands *operands = find(minima, minimum);
    if (!operands)
      return false;
    for (const auto &[first, second] :
         {*operands, Operands(operands->second, operands->first)})
      if (first == size && getConstant(second).value_or(0) >= least)
        return true;
    return false;
  };
  return x == y || isMinimum(y, x, 1) || isMinimum(x, y, 2);
}

SizePolynomial SizeExpressions::either(const SizePolynomial &x,
                                       const SizePolynomial &y) {
  if (x.empty() || y.empty() || x == y)
    return x.empty() ? y : x;
  if (getConstant(x) == 1 || getConstant(y) == 1)
    return constant(1);
  // Whether a size is another or 1 comes down to whether it is the other where
  // that is 1 as well.
  for (auto [general, special] : {std::pair(&x, &y), std::pair(&y, &x)}) {
    const Operands *same = find(equalities, *general);
    const Operands *one = find(equalities, *special);
    if (!same || !one || getConstant(one->second) != 1)
      continue;
    if ((same->first == one->first && isOneWith(same->first, same->second)) ||
        (same->second == one->first && isOneWith(same->second, same->first)))
      return *general;
  }
  return unknown("or", {x, y}, kSize);
}

SizePolynomial SizeExpressions::choose(const SizePolynomial &condition,
                                       const SizePolynomial &x,
                                       const SizePolynomial &y) {
  if (std::optional<int64_t> decided = getConstant(condition))
    return *decided ? x : y;
  if (x == y)
    return x;
  // y = 0 ? 1 : y is max(y, 1).
  const Operands *equality = find(equalities, condition);
  if (equality && equality->first == y && equality->second.empty() &&
      getConstant(x) == 1 && isNonNegative(y))
    return extreme(y, x, /*isMax=*/true);
  // y = 1 ? x : y is y where x is 1 as well.
  if (equality && equality->first == y && getConstant(equality->second) == 1 &&
      isOneWith(y, x))
    return y;
  Bounds known = combine(x, y);
  known.range = getRange(x).orElse(getRange(y));
  return unknown("select", {condition, x, y}, known);
}

SizePolynomial SizeExpressions::divide(const SizePolynomial &x,
                                       const SizePolynomial &y,
                                       StringRef kind) {
  if (getConstant(y) == 0 || !isBounded(x) || !isBounded(y))
    return unknown(kind, {x, y}, {});
  if (auto quotient = divideExactly(x, y))
    return *quotient;
  // By max(y, 1): where that is not y, x is 0 like y, and the quotient of two
  // counts of elements is free to choose.
  if (const Operands *operands = find(maxima, y))
    for (const auto &[size, least] :
         {*operands, Operands(operands->second, operands->first)})
      if (getConstant(least) == 1)
        if (auto quotient = divideExactly(x, size))
          return *quotient;
  Bounds known = combine(x, y);
  // By the least that it may be: of a greater one there is no least quotient.
  if (int64_t divisor = getRange(y).low.value_or(0); divisor > 0) {
    known.range = getRange(x).dividedBy(divisor, kind == "ceildiv");
    if (!getConstant(y))
      known.range.low.reset();
  }
  return unknown(kind, {x, y}, known);
}

SizePolynomial SizeExpressions::extreme(const SizePolynomial &x,
                                        const SizePolynomial &y, bool isMax) {
  if (isAtLeast(x, y))
    return isMax ? x : y;
  if (isAtLeast(y, x))
    return isMax ? y : x;
  auto [first, second] = std::minmax(x, y);
  Bounds known = combine(x, y);
  // The greater of two is no less than either; the lesser of two that are not
  // negative is no more than either.
  if (isMax)
    known.mayBeNegative = !isNonNegative(x) && !isNonNegative(y);
  else if (!known.mayBeNegative)
    known.mayOverflow = !isBounded(x) && !isBounded(y);
  known.range = getRange(x).extreme(getRange(y), isMax);
  SizePolynomial result =
      unknown(isMax ? "max" : "min", {first, second}, known);
  (isMax ? maxima : minima).try_emplace(result.begin()->first[0], x, y);
  return result;
}

SizePolynomial SizeExpressions::compare(arith::CmpIOp op) {
  SizePolynomial x = get(op.getLhs()), y = get(op.getRhs());
  SizePolynomial one = constant(1);
  // Whether x < y, or x <= y, is decided.
  auto isLess = [&](bool strictly) -> std::optional<bool> {
    if (isAtLeast(y, strictly ? add(x, one) : x))
      return true;
    if (isAtLeast(x, strictly ? y : add(y, one)))
      return false;
    return std::nullopt;
  };
  auto isMore = [&](bool strictly) -> std::optional<bool> {
    std::optional<bool> opposite = isLess(!strictly);
    return opposite ? std::optional(!*opposite) : std::nullopt;
  };
  std::optional<bool> decided;
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::eq:
  case arith::CmpIPredicate::ne: {
    bool equal = op.getPredicate() == arith::CmpIPredicate::eq;
    if (x == y)
      decided = equal;
    else if (isAtLeast(x, add(y, one)) || isAtLeast(y, add(x, one)))
      decided = !equal;
    break;
  }
  case arith::CmpIPredicate::slt:
    decided = isLess(true);
    break;
  case arith::CmpIPredicate::sle:
    decided = isLess(false);
    break;
  case arith::CmpIPredicate::sgt:
    decided = isMore(true);
    break;
  case arith::CmpIPredicate::sge:
    decided = isMore(false);
    break;
  default:
    break;
  }
  if (decided)
    return constant(*decided);
  std::string kind =
      ("cmpi " + stringifyCmpIPredicate(op.getPredicate())).str();
  // Equality has no sides; a constant stands on the right.
  bool symmetric = op.getPredicate() == arith::CmpIPredicate::eq ||
                   op.getPredicate() == arith::CmpIPredicate::ne;
  if (symmetric && (getConstant(x) || (!getConstant(y) && y < x)))
    std::swap(x, y);
  SizePolynomial result = unknown(kind, {x, y}, kSize);
  if (op.getPredicate() == arith::CmpIPredicate::eq)
    equalities.try_emplace(result.begin()->first[0], x, y);
  return result;
}

SizePolynomial SizeExpressions::computeAffine(AffineExpr expr, unsigned numDims,
                                              ValueRange operands) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr))
    return constant(number.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return get(operands[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return get(operands[numDims + symbol.getPosition()]);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  SizePolynomial x = computeAffine(binary.getLHS(), numDims, operands);
  SizePolynomial y = computeAffine(binary.getRHS(), numDims, operands);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return add(x, y);
  case AffineExprKind::Mul:
    return multiply(x, y);
  case AffineExprKind::FloorDiv:
    return divide(x, y, "floordiv");
  case AffineExprKind::CeilDiv:
    return divide(x, y, "ceildiv");
  default: {
    auto divisor = getConstant(y);
    if (divisor.value_or(0) > 0)
      return unknown("mod", {x, y}, {false, false, {0, *divisor - 1}});
    return unknown("mod", {x, y}, {false, true});
  }
  }
}

SizePolynomial SizeExpressions::computeArith(Operation *op) {
  auto binary = [&](auto apply) {
    return apply(get(op->getOperand(0)), get(op->getOperand(1)));
  };
  using P = const SizePolynomial &;
  return llvm::TypeSwitch<Operation *, SizePolynomial>(op)
      .Case([&](arith::AddIOp) {
        return binary([](P x, P y) { return add(x, y); });
      })
      .Case([&](arith::SubIOp) {
        return binary([](P x, P y) { return add(x, y, -1); });
      })
      .Case([&](arith::MulIOp) {
        return binary([](P x, P y) { return multiply(x, y); });
      })
      .Case([&](arith::DivSIOp) {
        return binary([&](P x, P y) { return divide(x, y, "div"); });
      })
      .Case([&](arith::FloorDivSIOp) {
        return binary([&](P x, P y) { return divide(x, y, "floordiv"); });
      })
      .Case([&](arith::CeilDivSIOp) {
        return binary([&](P x, P y) { return divide(x, y, "ceildiv"); });
      })
      .Case([&](arith::MaxSIOp) {
        return binary([&](P x, P y) { return extreme(x, y, true); });
      })
      .Case([&](arith::MinSIOp) {
        return binary([&](P x, P y) { return extreme(x, y, false); });
      })
      .Case([&](arith::IndexCastOp cast) { return get(cast.getIn()); })
      .Case([&](arith::SelectOp select) {
        return choose(get(select.getCondition()), get(select.getTrueValue()),
                      get(select.getFalseValue()));
      })
      .Case([&](arith::AndIOp) {
        return binary([&](P x, P y) -> SizePolynomial {
          if (!op->getResult(0).getType().isInteger(1))
            return unknown("bitwise and", {x, y}, {});
          if (x.empty() || y.empty() || x == y)
            return x.empty() ? x : y;
          if (getConstant(x) == 1 || getConstant(y) == 1)
            return getConstant(x) == 1 ? y : x;
          return unknown("and", {x, y}, kSize);
        });
      })
      .Case([&](arith::OrIOp) {
        return binary([&](P x, P y) -> SizePolynomial {
          if (!op->getResult(0).getType().isInteger(1))
            return unknown("bitwise or", {x, y}, {});
          return either(x, y);
        });
      })
      .Case([&](arith::CmpIOp compared) { return compare(compared); })
      .Default([&](Operation *) -> SizePolynomial {
        // The same operation on the same operands.
        std::vector<SizePolynomial> operands;
        for (Value operand : op->getOperands())
          operands.push_back(get(operand));
        return unknown(op->getName().getStringRef(), operands, {});
      });
}

/// Whether arithmetic on the type is that of the integers it stands for.
static bool isExact(Type type) {
  return type.isIndex() || type.isInteger(64) || type.isInteger(1);
}

SizePolynomial SizeExpressions::compute(Value value) {
  Operation *op = value.getDefiningOp();
  auto opaque = [&] {
    return unknown(Key{value.getAsOpaquePointer(), -1, "", {}}, {});
  };
  if (!op)
    return opaque();
  if (auto number = dyn_cast<arith::ConstantOp>(op))
    if (auto integer = dyn_cast<IntegerAttr>(number.getValue());
        integer && isExact(value.getType())) {
      APInt bits = integer.getValue();
      int64_t element = value.getType().isInteger(1) ? bits.getZExtValue()
                                                     : bits.getSExtValue();
      // Numbers that stand for "to the end" take part in no arithmetic.
      if (element > kMaxCoefficient || element < -kMaxCoefficient)
        return unknown("number " + std::to_string(element), {},
                       {element < 0, true});
      return constant(element);
    }
  if (auto dim = dyn_cast<tensor::DimOp>(op))
    if (std::optional<int64_t> index = dim.getConstantIndex())
      if (auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
          type && *index >= 0 && *index < type.getRank())
        return computeDim(dim.getSource(), *index);
  if (auto dim = dyn_cast<memref::DimOp>(op))
    if (std::optional<int64_t> index = dim.getConstantIndex())
      if (auto type = dyn_cast<MemRefType>(dim.getSource().getType());
          type && *index >= 0 && *index < type.getRank())
        return computeBufferDim(dim.getSource(), *index);
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return computeAffine(apply.getAffineMap().getResult(0),
                         apply.getAffineMap().getNumDims(),
                         apply.getOperands());
  bool exact =
      isExact(value.getType()) && llvm::all_of(op->getOperandTypes(), isExact);
  // A bit is no number to calculate with.
  if (value.getType().isInteger(1) &&
      !isa<arith::CmpIOp, arith::SelectOp, arith::AndIOp, arith::OrIOp,
           arith::XOrIOp>(op))
    exact = false;
  if (exact && isa<arith::ArithDialect>(op->getDialect()) &&
      op->getNumResults() == 1)
    return computeArith(op);
  return opaque();
}
