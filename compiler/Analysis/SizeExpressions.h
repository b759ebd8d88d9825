//===- SizeExpressions.h - sizes as polynomials -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The symbolic view of sizes: every size that a function computes is a
// polynomial over what it does not know. Two sizes with the same polynomial are
// the same in every run.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_SIZEEXPRESSIONS_H
#define SWAGE_COMPILER_ANALYSIS_SIZEEXPRESSIONS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Value.h"
#include <map>
#include <set>
#include <vector>

namespace swage {

/// Products of unknowns (their sorted numbers) with their coefficients, none of
/// which is 0.
using SizePolynomial = std::map<std::vector<unsigned>, int64_t>;

/// Between which sizes something is, both included; nothing where there is no
/// limit.
struct SizeRange {
  std::optional<int64_t> low, high;

  /// Of what is one or the other.
  SizeRange orElse(const SizeRange &other) const;
  /// Of a quotient by a positive number; the dividend is not negative.
  SizeRange dividedBy(int64_t divisor, bool roundUp) const;
  /// Of the greater or the lesser of both.
  SizeRange extreme(const SizeRange &other, bool isMax) const;
};

/// The polynomials of the values of one function. Dimensions of its arguments
/// to which the model gives the same name (`nn.dims`) are the same unknown, and
/// what is known of their sizes (`nn.ranges`) is used.
class SizeExpressions {
public:
  /// The polynomial of a value of type index or i64, or of a condition, which
  /// is 0 or 1.
  SizePolynomial get(mlir::Value value);

  /// The size of a tensor's dimension, which needs no operation of its own.
  SizePolynomial getSize(mlir::Value tensor, int64_t dim);
  SizeRange getRange(const SizePolynomial &polynomial) const;

  /// Why a polynomial has no greatest value: adds the names of the dimensions
  /// that have no limit to `dims`, and returns whether there is more to it.
  bool findUnlimited(const SizePolynomial &polynomial,
                     std::set<std::string> &dims) const;

  /// Takes it for granted that a condition holds: from here on, where it says
  /// that two sizes are the same, they are one. Returns whether more can be
  /// said of values that were asked for before: where a size is the lesser of
  /// itself and a number, it has a limit now.
  bool assume(mlir::Value condition);

  static SizePolynomial constant(int64_t value);
  static SizePolynomial multiply(const SizePolynomial &x,
                                 const SizePolynomial &y);
  /// The value of a polynomial without unknowns.
  static std::optional<int64_t> getConstant(const SizePolynomial &polynomial);

private:
  using Operands = std::pair<SizePolynomial, SizePolynomial>;
  /// What an unknown is: an operation on polynomials, or something else that is
  /// told apart by a value and a number, or by a name.
  using Key = std::tuple<const void *, int64_t, std::string,
                         std::vector<SizePolynomial>>;

  SizePolynomial compute(mlir::Value value);
  SizePolynomial computeArith(mlir::Operation *op);
  SizePolynomial computeDim(mlir::Value tensor, int64_t dim);
  SizePolynomial computeBufferDim(mlir::Value buffer, int64_t dim);
  /// The unknown that is a dimension of an argument, of which the model says
  /// its name and range (either may be null).
  SizePolynomial inputDim(mlir::Value input, int64_t dim, mlir::ArrayAttr names,
                          mlir::DenseI64ArrayAttr ranges);
  SizePolynomial computeAffine(mlir::AffineExpr expr, unsigned numDims,
                               mlir::ValueRange operands);
  SizePolynomial compare(mlir::arith::CmpIOp op);
  SizePolynomial choose(const SizePolynomial &condition,
                        const SizePolynomial &x, const SizePolynomial &y);
  SizePolynomial divide(const SizePolynomial &x, const SizePolynomial &y,
                        llvm::StringRef kind);
  SizePolynomial extreme(const SizePolynomial &x, const SizePolynomial &y,
                         bool isMax);

  /// What is known of an unknown.
  struct Bounds {
    bool mayBeNegative = true;
    bool mayOverflow = true; ///< It may be too large to calculate with.
    SizeRange range = {};    ///< of what is not negative
  };
  static constexpr Bounds kSize{false, false, {}};

  /// Begins the kind of an unknown that is a dimension with a name.
  static constexpr llvm::StringLiteral kDimPrefix = "dim ";

  /// The unknown of that key.
  SizePolynomial unknown(Key key, Bounds bounds);
  SizePolynomial unknown(llvm::StringRef kind,
                         std::vector<SizePolynomial> operands, Bounds bounds);
  /// Whether y is 1 wherever x is.
  bool isOneWith(const SizePolynomial &x, const SizePolynomial &y) const;
  SizePolynomial either(const SizePolynomial &x, const SizePolynomial &y);
  /// The operands of the unknown that a polynomial is; null if it is none of
  /// them.
  static const Operands *find(const std::map<unsigned, Operands> &unknowns,
                              const SizePolynomial &polynomial);
  /// Whether a polynomial is surely 0 or more.
  bool isNonNegative(const SizePolynomial &polynomial) const;
  /// Whether a polynomial consists of sizes, so that it does not overflow.
  bool isBounded(const SizePolynomial &polynomial) const;
  /// Whether x - y is surely 0 or more.
  bool isAtLeast(const SizePolynomial &x, const SizePolynomial &y) const;
  /// What is known of an operation on both.
  Bounds combine(const SizePolynomial &x, const SizePolynomial &y) const;

  SizePolynomial substitute(SizePolynomial polynomial) const;
  /// Where `lesser` is min(size, number), takes the number as the limit of what
  /// `size` is a sum of; returns whether that is news.
  bool assumeLesser(const SizePolynomial &size, const SizePolynomial &lesser);
  /// Finds out which greater and lesser of two are decided by limits now.
  void decideExtremes();

  llvm::DenseMap<mlir::Value, SizePolynomial> known;
  /// Unknowns that are known by now, in terms of others.
  std::map<unsigned, SizePolynomial> substitutes;
  std::map<Key, unsigned> numbers;
  std::vector<Bounds> bounds; ///< By an unknown's number.
  /// The operands of the unknowns that are max(x, y) or min(x, y), and of those
  /// that say whether x = y.
  std::map<unsigned, Operands> maxima, minima, equalities;
};

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_SIZEEXPRESSIONS_H
