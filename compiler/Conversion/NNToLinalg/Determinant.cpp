//===- Determinant.cpp - determinants of matrices -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowering of nn.det: elimination in a copy of each matrix. In each step,
// the row with the greatest pivot is exchanged with the first that is left.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Loops.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The steps of an elimination.
struct Elimination {
  Type type;
  Value size;

  Value read(OpBuilder &b, Location l, Value matrix, Value row,
             Value column) const {
    return tensor::ExtractOp::create(b, l, matrix, ValueRange{row, column});
  }
  Value write(OpBuilder &b, Location l, Value number, Value matrix, Value row,
              Value column) const {
    return tensor::InsertOp::create(b, l, number, matrix,
                                    ValueRange{row, column});
  }

  /// The row at `step` or below with the greatest element in column `step`.
  Value findPivot(OpBuilder &b, Location loc, Value matrix, Value step) const {
    ScalarBuilder s(b, loc, type);
    Value first = s.abs(read(b, loc, matrix, step, step));
    Value after = next(b, loc, step);
    Values best = createLoop(
        b, loc, after, size, {step, first},
        [&](OpBuilder &at, Location l, Value row, ValueRange carried) {
          ScalarBuilder t(at, l, type);
          Value candidate = t.abs(read(at, l, matrix, row, step));
          Value greater = t.less(carried[1], candidate);
          return Values{t.select(greater, row, carried[0]),
                        t.select(greater, candidate, carried[1])};
        });
    return best[0];
  }

  Value swapRows(OpBuilder &b, Location loc, Value matrix, Value x,
                 Value y) const {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    return createLoop(
        b, loc, zero, size, matrix,
        [&](OpBuilder &at, Location l, Value column, ValueRange carried) {
          Value upper = read(at, l, carried[0], x, column);
          Value lower = read(at, l, carried[0], y, column);
          Value changed = write(at, l, lower, carried[0], x, column);
          return Values{write(at, l, upper, changed, y, column)};
        })[0];
  }

  /// Takes multiples of row `step` from those below, so that column `step` is
  /// zero there.
  Value eliminate(OpBuilder &b, Location loc, Value matrix, Value step,
                  Value pivot) const {
    Value after = next(b, loc, step);
    return createLoop(
        b, loc, after, size, matrix,
        [&](OpBuilder &at, Location l, Value row, ValueRange rows) {
          ScalarBuilder t(at, l, type);
          Value factor = t.div(read(at, l, rows[0], row, step), pivot);
          return createLoop(
              at, l, after, size, rows,
              [&](OpBuilder &in, Location il, Value column,
                  ValueRange carried) {
                ScalarBuilder u(in, il, type);
                Value above = read(in, il, carried[0], step, column);
                Value own = read(in, il, carried[0], row, column);
                return Values{write(in, il, u.sub(own, u.mul(factor, above)),
                                    carried[0], row, column)};
              });
        })[0];
  }

  static Value next(OpBuilder &b, Location loc, Value index) {
    return arith::AddIOp::create(b, loc, index,
                                 arith::ConstantIndexOp::create(b, loc, 1));
  }
};

struct DetLowering : LowerToLinalgInterface::ExternalModel<DetLowering, DetOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value input = operands[0];
    Type stored = elementTypeOf(input), type = getAccumulatorType(stored);
    int64_t rank = rankOf(input);
    Sizes sizes = sizesOf(b, loc, input), outer(sizes);
    outer.resize(rank - 2);
    Value size = asValue(b, loc, sizes.back());
    // Elimination changes a matrix, so it works in a copy.
    Value scratch = createEmpty(b, loc, {sizes.back(), sizes.back()}, type);
    Value empty = createEmpty(b, loc, outer, stored);
    return createSequence(
        b, loc, empty, [&](OpBuilder &in, Location l, ValueRange inits) {
          Values results = createNest(
              in, l, outer, {inits[0], scratch},
              [&](OpBuilder &at, Location il, ValueRange place,
                  ValueRange carried) {
                Value copy = copyMatrix(at, il, input, place, sizes.back(),
                                        carried[1]);
                return build(at, il, stored, type, size, place,
                             {carried[0], copy});
              });
          results.pop_back();
          return results;
        });
  }

  /// The matrix at `place` of the input in the scratch tensor.
  static Value copyMatrix(OpBuilder &b, Location loc, Value input,
                          ValueRange place, OpFoldResult size, Value scratch) {
    return createNest(
        b, loc, {size, size}, scratch,
        [&](OpBuilder &at, Location l, ValueRange element, ValueRange carried) {
          Values from(place);
          llvm::append_range(from, element);
          Value number = tensor::ExtractOp::create(at, l, input, from);
          number = convertFloat(at, l, number, elementTypeOf(scratch));
          return Values{
              tensor::InsertOp::create(at, l, number, carried[0], element)};
        })[0];
  }

  /// The determinant of one matrix: the product of the pivots, with its sign
  /// changed by each exchange.
  static Values build(OpBuilder &b, Location loc, Type stored, Type type,
                      Value size, ValueRange place, ValueRange carried) {
    Elimination elimination{type, size};
    ScalarBuilder s(b, loc, type);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Values done = createLoop(
        b, loc, zero, size, {carried[1], s.constant(1)},
        [&](OpBuilder &at, Location l, Value step, ValueRange values) {
          ScalarBuilder t(at, l, type);
          Value best = elimination.findPivot(at, l, values[0], step);
          Value swapped = elimination.swapRows(at, l, values[0], step, best);
          Value pivot = elimination.read(at, l, swapped, step, step);
          Value same = arith::CmpIOp::create(at, l, arith::CmpIPredicate::eq,
                                             best, step);
          Value product = t.mul(values[1], pivot);
          product = t.select(same, product, t.neg(product));
          // Below a pivot of zero there are zeros only.
          Value one = t.constant(1);
          Value divisor = t.select(t.equal(pivot, t.constant(0)), one, pivot);
          return Values{elimination.eliminate(at, l, swapped, step, divisor),
                        product};
        });
    Value result = convertFloat(b, loc, done[1], stored);
    return Values{tensor::InsertOp::create(b, loc, result, carried[0], place),
                  done[0]};
  }
};

} // namespace

void registerDeterminantLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    DetOp::attachInterface<DetLowering>(*context);
  });
}

} // namespace swage::nn
