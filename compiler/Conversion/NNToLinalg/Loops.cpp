//===- Loops.cpp - sequential code ----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Loops.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Loops.h"

using namespace mlir;

namespace swage::nn {

Values createSequence(
    OpBuilder &b, Location loc, ValueRange inits,
    function_ref<Values(OpBuilder &, Location, ValueRange)> body) {
  auto sequence = scf::ExecuteRegionOp::create(b, loc, TypeRange(inits),
                                               /*no_inline=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&sequence.getRegion());
  scf::YieldOp::create(b, loc, body(b, loc, inits));
  return Values(sequence.getResults());
}

Values createNest(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                  ValueRange inits, NestBody body) {
  if (sizes.empty())
    return body(b, loc, {}, inits);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Values ends;
  for (OpFoldResult size : sizes)
    ends.push_back(asValue(b, loc, size));
  auto nest = scf::buildLoopNest(
      b, loc, Values(ends.size(), zero), ends, Values(ends.size(), one), inits,
      [&](OpBuilder &at, Location l, ValueRange indices, ValueRange carried) {
        Values results = body(at, l, indices, carried);
        return scf::ValueVector(results.begin(), results.end());
      });
  return Values(nest.results.begin(), nest.results.end());
}

Values createLoop(
    OpBuilder &b, Location loc, Value start, Value end, ValueRange inits,
    function_ref<Values(OpBuilder &, Location, Value, ValueRange)> body) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(
      b, loc, start, end, one, inits,
      [&](OpBuilder &at, Location l, Value index, ValueRange carried) {
        scf::YieldOp::create(at, l, body(at, l, index, carried));
      });
  return Values(loop.getResults());
}

Values createIf(OpBuilder &b, Location loc, Value condition,
                function_ref<Values(OpBuilder &, Location)> then,
                function_ref<Values(OpBuilder &, Location)> otherwise) {
  auto choice = scf::IfOp::create(
      b, loc, condition,
      [&](OpBuilder &at, Location l) {
        scf::YieldOp::create(at, l, then(at, l));
      },
      [&](OpBuilder &at, Location l) {
        scf::YieldOp::create(at, l, otherwise(at, l));
      });
  return Values(choice.getResults());
}

Values createWhile(
    OpBuilder &b, Location loc, ValueRange inits,
    function_ref<Value(OpBuilder &, Location, ValueRange)> condition,
    function_ref<Values(OpBuilder &, Location, ValueRange)> step) {
  auto loop = scf::WhileOp::create(
      b, loc, TypeRange(inits), inits,
      [&](OpBuilder &at, Location l, ValueRange carried) {
        Value more = condition(at, l, carried);
        scf::ConditionOp::create(at, l, more, carried);
      },
      [&](OpBuilder &at, Location l, ValueRange carried) {
        scf::YieldOp::create(at, l, step(at, l, carried));
      });
  return Values(loop.getResults());
}

namespace {
/// The steps of a merge sort over the rows of a scratch tensor.
struct Sort {
  using Precedes =
      function_ref<Value(OpBuilder &, Location, Value, Value)>;
  Value count;
  Precedes precedes;

  static Value read(OpBuilder &b, Location l, Value scratch, Value row,
                    Value place) {
    Value number =
        tensor::ExtractOp::create(b, l, scratch, ValueRange{row, place});
    return arith::IndexCastOp::create(b, l, b.getIndexType(), number);
  }

  static Value write(OpBuilder &b, Location l, Value number, Value scratch,
                     Value row, Value place) {
    number = arith::IndexCastOp::create(b, l, b.getI64Type(), number);
    return tensor::InsertOp::create(b, l, number, scratch,
                                    ValueRange{row, place});
  }

  /// Merges [start, middle) and [middle, end) of `row` into the other row.
  Value merge(OpBuilder &b, Location loc, Value scratch, Value row, Value other,
              Value start, Value middle, Value end) const {
    ScalarBuilder s(b, loc, b.getIndexType());
    Value last = s.sub(count, s.constant(1));
    return createLoop(
               b, loc, start, end, {start, middle, scratch},
               [&](OpBuilder &at, Location l, Value place, ValueRange carried) {
                 ScalarBuilder s(at, l, at.getIndexType());
                 Value i = carried[0], j = carried[1], all = carried[2];
                 // A run that is used up is read at some place, for nothing.
                 Value left = read(at, l, all, row, s.min(i, last));
                 Value right = read(at, l, all, row, s.min(j, last));
                 Value one = s.constant(1), none = s.constant(0);
                 Value leftIsOver = s.lessEqual(middle, i);
                 Value rightIsOver = s.lessEqual(end, j);
                 Value falsity = arith::ConstantIntOp::create(at, l, 0, 1);
                 Value rightFirst = arith::SelectOp::create(
                     at, l, rightIsOver, falsity, precedes(at, l, right, left));
                 Value takeRight =
                     arith::OrIOp::create(at, l, leftIsOver, rightFirst);
                 Value taken = s.select(takeRight, right, left);
                 all = write(at, l, taken, all, other, place);
                 return Values{s.add(i, s.select(takeRight, none, one)),
                               s.add(j, s.select(takeRight, one, none)), all};
               })
        .back();
  }
};
} // namespace

std::pair<Value, Value>
createSort(OpBuilder &b, Location loc, Value count, Value scratch,
           function_ref<Value(OpBuilder &, Location, Value, Value)> precedes) {
  Sort sort{count, precedes};
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  scratch = createLoop(b, loc, zero, count, scratch,
                       [&](OpBuilder &at, Location l, Value place,
                           ValueRange carried) {
                         return Values{Sort::write(at, l, place, carried[0],
                                                   zero, place)};
                       })
                .front();
  // Carried: the runs' length, the row that holds them, and both rows.
  Values sorted = createWhile(
      b, loc, {one, zero, scratch},
      [&](OpBuilder &at, Location l, ValueRange carried) {
        return ScalarBuilder(at, l, at.getIndexType()).less(carried[0], count);
      },
      [&](OpBuilder &at, Location l, ValueRange carried) {
        ScalarBuilder s(at, l, at.getIndexType());
        Value length = carried[0], row = carried[1];
        Value other = s.sub(one, row), twice = s.add(length, length);
        auto pairs = scf::ForOp::create(
            at, l, zero, count, twice, carried[2],
            [&](OpBuilder &in, Location il, Value start, ValueRange rows) {
              ScalarBuilder t(in, il, in.getIndexType());
              Value middle = t.min(t.add(start, length), count);
              Value end = t.min(t.add(start, twice), count);
              scf::YieldOp::create(in, il,
                                   sort.merge(in, il, rows[0], row, other,
                                              start, middle, end));
            });
        return Values{twice, other, pairs.getResult(0)};
      });
  return {sorted[2], sorted[1]};
}

} // namespace swage::nn
