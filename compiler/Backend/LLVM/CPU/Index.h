//===- Index.h - indices and addresses as polynomials -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The arithmetic of the nest emitter: an index is a sum of loop counters with
// coefficients, a constant, and a multiple of the vector lane. Addresses are
// the same, so questions such as "is this access contiguous" and "may these two
// loops become one" are comparisons of coefficients.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_INDEX_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_INDEX_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <limits>

namespace swage {

/// An integer times sizes that are known at run time only. Sizes are named by
/// numbers that the SizeTable gives out.
struct Monomial {
  int64_t factor = 1;
  llvm::SmallVector<unsigned, 0> sizes; ///< sorted

  Monomial(int64_t factor = 1) : factor(factor) {}
  static Monomial ofSize(unsigned size) {
    Monomial result;
    result.sizes.push_back(size);
    return result;
  }
  bool isConstant() const { return sizes.empty() || factor == 0; }
  bool isZero() const { return factor == 0; }
  bool isOne() const { return factor == 1 && sizes.empty(); }
  Monomial operator*(const Monomial &other) const;
  bool operator==(const Monomial &other) const {
    return factor == other.factor && (factor == 0 || sizes == other.sizes);
  }
  bool operator!=(const Monomial &other) const { return !(*this == other); }
};

/// A number of a loop counter or of another value of type index.
using Atom = unsigned;

/// A sum: coefficients of atoms, constants, and the lane's coefficient.
struct IndexValue {
  struct Term {
    Atom atom;
    Monomial coefficient;
    bool operator==(const Term &other) const {
      return atom == other.atom && coefficient == other.coefficient;
    }
  };
  llvm::SmallVector<Term, 0> terms; ///< sorted by atom
  int64_t constant = 0;
  llvm::SmallVector<Monomial, 0> rest; ///< constants with sizes
  Monomial lane = Monomial(0);
  /// So many lanes, one after the other, have the same value.
  int64_t repeat = 1;

  static IndexValue ofConstant(int64_t value) {
    IndexValue result;
    result.constant = value;
    return result;
  }
  static IndexValue ofAtom(Atom atom) {
    IndexValue result;
    result.terms.push_back({atom, Monomial(1)});
    return result;
  }
  bool isUniform() const { return lane.isZero(); }
  /// Whether lanes follow each other.
  bool isContiguous() const { return lane.isOne() && repeat == 1; }
  bool isConstant() const {
    return terms.empty() && rest.empty() && isUniform();
  }
  /// The coefficient of `atom`; several different ones have no value.
  std::optional<Monomial> coefficientOf(Atom atom) const;

  IndexValue &operator+=(const IndexValue &other);
  IndexValue operator*(const Monomial &by) const;
  bool operator==(const IndexValue &other) const {
    return terms == other.terms && constant == other.constant &&
           rest == other.rest && lane == other.lane && repeat == other.repeat;
  }
};

/// `value` and `constant` more.
inline IndexValue plus(IndexValue value, int64_t constant) {
  value.constant += constant;
  return value;
}

/// A hash of the parts that `==` compares.
llvm::hash_code hash_value(const IndexValue &value);

/// Between which sizes, both included, something is in every run.
struct SizeLimits {
  static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t low = 0;
  int64_t high = kMost;

  SizeLimits operator+(const SizeLimits &other) const;
  SizeLimits operator*(const SizeLimits &other) const;
};

/// The atoms and sizes of a kernel, and what is known of them.
class IndexSpace {
public:
  explicit IndexSpace(mlir::OpBuilder &builder) : builder(builder) {}

  /// A new atom. `value` may be null while only addresses are compared.
  /// `multiple` divides it; `level` is the depth of the loop that defines it.
  Atom addAtom(mlir::Value value, int64_t multiple = 1, unsigned level = 0) {
    atoms.push_back({value, multiple, level, {}, 0, false});
    return atoms.size() - 1;
  }
  unsigned levelOf(Atom atom) const { return atoms[atom].level; }
  /// A divisor of `start` plus any number of steps of `step`.
  int64_t multipleOf(const IndexValue &start, int64_t step) const;
  /// The least divisor of the divisions in `value` that depend on `atom`; 0
  /// without any.
  int64_t divisorOf(const IndexValue &value, Atom atom) const;
  /// Whether a division that `value` contains depends on `atom`.
  bool dividesBy(const IndexValue &value, Atom atom) const {
    return divisorOf(value, atom) != 0;
  }
  /// The number of the run-time size `value`; the same for the same value.
  unsigned sizeOf(mlir::Value value);
  /// A size: a constant or a run-time value.
  Monomial monomialOf(mlir::OpFoldResult size);
  /// What is known of a run-time size.
  void setLimits(mlir::Value size, SizeLimits limits) { known[size] = limits; }
  SizeLimits limitsOf(const Monomial &size) const;

  /// `expr` with `dims` for its dimensions. Nothing when a division involves
  /// the lane in a way that is not uniform over `lanes` lanes. Divisions that
  /// do not fold become atoms, computed wherever they are used.
  std::optional<IndexValue> evaluate(mlir::AffineExpr expr,
                                     llvm::ArrayRef<IndexValue> dims,
                                     int64_t lanes);

  /// The level of the innermost loop that `value` depends on.
  unsigned levelOf(const IndexValue &value) const;
  /// The value at lane 0 without its constant, as code at the builder's place.
  mlir::Value materializeTerms(const IndexValue &value);
  /// The value at lane 0.
  mlir::Value materialize(const IndexValue &value);
  mlir::Value materialize(const Monomial &monomial);

private:
  struct AtomInfo {
    mlir::Value value;
    int64_t multiple;
    unsigned level;
    IndexValue dividend; ///< of a division, when `divisor` is not 0
    int64_t divisor;
    bool remainder;
  };
  std::optional<IndexValue> divide(const IndexValue &value, int64_t divisor,
                                   bool remainder, int64_t lanes);
  Atom addDivision(const IndexValue &dividend, int64_t divisor, bool remainder,
                   int64_t multiple);
  mlir::Value materializeAtom(Atom atom);

  mlir::OpBuilder &builder;
  llvm::SmallVector<AtomInfo, 0> atoms;
  llvm::SmallVector<mlir::Value> sizes;
  llvm::DenseMap<mlir::Value, SizeLimits> known;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_INDEX_H
