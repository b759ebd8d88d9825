//===- Search.cpp - order, places and running totals ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Search.td but for box selection. Places
// are found by reductions, what needs an order by sequences.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Loops.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

Value toI64(OpBuilder &b, Location loc, Value index) {
  return arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
}

Value fromI64(OpBuilder &b, Location loc, Value integer) {
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), integer);
}

//===----------------------------------------------------------------------===//
// Greatest and least
//===----------------------------------------------------------------------===//

template <typename OpTy>
struct ArgLowering
    : LowerToLinalgInterface::ExternalModel<ArgLowering<OpTy>, OpTy> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto arg = cast<OpTy>(op);
    constexpr bool isMax = std::is_same_v<OpTy, ArgMaxOp>;
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t rank = rankOf(input), axis = arg.getAxis();
    bool isUnsigned = nn::isUnsigned(arg.getInput());
    Type type = elementTypeOf(input);
    Sizes sizes = sizesOf(b, loc, input);
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    AffineMap rest = identity.dropResult(axis);
    sizes.erase(sizes.begin() + axis);
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    iterators[axis] = utils::IteratorType::reduction;
    Value worst = isMax ? createLeast(b, loc, type, isUnsigned)
                        : createGreatest(b, loc, type, isUnsigned);
    Value best = createFilled(b, loc, sizes, worst);
    Value place = createFilled(b, loc, sizes,
                               createScalarConstant(b, loc, b.getI64Type(), 0));
    auto generic = linalg::GenericOp::create(
        b, loc, TypeRange{best.getType(), place.getType()}, input,
        ValueRange{best, place}, {identity, rest, rest}, iterators,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, type, isUnsigned);
          Value index = toI64(inner, l, linalg::IndexOp::create(inner, l, axis));
          Value low = isMax ? args[1] : args[0];
          Value high = isMax ? args[0] : args[1];
          Value better = arg.getSelectLast() ? s.lessEqual(low, high)
                                             : s.less(low, high);
          linalg::YieldOp::create(
              inner, l,
              ValueRange{s.select(better, args[0], args[1]),
                         s.select(better, index, args[2])});
        });
    Value result = generic.getResult(1);
    if (arg.getKeepDims()) {
      sizes.insert(sizes.begin() + axis, b.getIndexAttr(1));
      result = reshapeTo(b, loc, result, sizes);
    }
    return Values{result};
  }
};

struct TopKLowering
    : LowerToLinalgInterface::ExternalModel<TopKLowering, TopKOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto topK = cast<TopKOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t axis = topK.getAxis();
    Type type = elementTypeOf(input);
    Sizes sizes = sizesOf(b, loc, input), rows = sizes;
    OpFoldResult size = sizes[axis];
    int64_t known = shapeOf(topK.getValues())[axis];
    if (ShapedType::isDynamic(known)) {
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Value k = fromI64(b, loc, createScalarRead(b, loc, operands[1]));
      sizes[axis] = createClamp(b, loc, k, zero, asValue(b, loc, size));
    } else {
      sizes[axis] = fixed(b, known);
    }
    rows[axis] = b.getIndexAttr(1);
    Value values = createEmpty(b, loc, sizes, type);
    Value places = createEmpty(b, loc, sizes, b.getI64Type());
    Value scratch =
        createEmpty(b, loc, {b.getIndexAttr(2), size}, b.getI64Type());
    Value count = asValue(b, loc, size), k = asValue(b, loc, sizes[axis]);
    bool isUnsigned = nn::isUnsigned(topK.getInput());
    bool largest = topK.getLargest();

    auto sortRow = [&](OpBuilder &at, Location l, ValueRange row,
                       ValueRange carried) {
      auto read = [&](OpBuilder &in, Location il, Value place) -> Value {
        Values position(row);
        position[axis] = place;
        return tensor::ExtractOp::create(in, il, input, position);
      };
      auto [sorted, from] = createSort(
          at, l, count, carried[2],
          [&](OpBuilder &in, Location il, Value x, Value y) {
            ScalarBuilder s(in, il, type, isUnsigned);
            Value a = read(in, il, x), c = read(in, il, y);
            return largest ? s.less(c, a) : s.less(a, c);
          });
      Value zero = arith::ConstantIndexOp::create(at, l, 0);
      Value order = sorted, orderRow = from;
      Values written = createLoop(
          at, l, zero, k, carried.take_front(2),
          [&](OpBuilder &in, Location il, Value i, ValueRange now) {
            Value place = tensor::ExtractOp::create(in, il, order,
                                                    ValueRange{orderRow, i});
            Value value = read(in, il, fromI64(in, il, place));
            Values position(row);
            position[axis] = i;
            return Values{
                tensor::InsertOp::create(in, il, value, now[0], position),
                tensor::InsertOp::create(in, il, place, now[1], position)};
          });
      written.push_back(order);
      return written;
    };
    return createSequence(
        b, loc, {values, places},
        [&](OpBuilder &in, Location l, ValueRange inits) {
          Values carried(inits);
          carried.push_back(scratch);
          Values results = createNest(in, l, rows, carried, sortRow);
          results.pop_back();
          return results;
        });
  }
};

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

struct NonZeroLowering
    : LowerToLinalgInterface::ExternalModel<NonZeroLowering, NonZeroOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value input = operands[0];
    Type type = elementTypeOf(input), i64 = b.getI64Type();
    int64_t rank = rankOf(input);
    auto isNonZero = [&](OpBuilder &at, Location l, Value element) -> Value {
      ScalarBuilder s(at, l, type);
      Value zero = s.constant(0);
      if (s.isFloat)
        return arith::CmpFOp::create(at, l, arith::CmpFPredicate::UNE, element,
                                     zero);
      return arith::CmpIOp::create(at, l, arith::CmpIPredicate::ne, element,
                                   zero);
    };
    // First how many there are, which is the size of the result.
    Value counted = createReduction(
        b, loc, input, llvm::to_vector(llvm::seq<int64_t>(0, rank)),
        /*keepDims=*/false, createScalarConstant(b, loc, i64, 0),
        [&](OpBuilder &inner, Location l, ValueRange args) -> Value {
          Value one = arith::ExtUIOp::create(inner, l, i64,
                                             isNonZero(inner, l, args[0]));
          return arith::AddIOp::create(inner, l, args[1], one);
        });
    Value count = fromI64(b, loc, createScalarRead(b, loc, counted));
    Value places = createEmpty(b, loc, {b.getIndexAttr(rank), count}, i64);
    Sizes sizes = sizesOf(b, loc, input);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    return createSequence(
        b, loc, places, [&](OpBuilder &in, Location l, ValueRange inits) {
          Values results = createNest(
              in, l, sizes, {inits[0], zero},
              [&](OpBuilder &at, Location il, ValueRange position,
                  ValueRange carried) {
                Value element =
                    tensor::ExtractOp::create(at, il, input, position);
                // The count holds, also when another thread were to change the
                // input in between.
                Value room = arith::CmpIOp::create(
                    at, il, arith::CmpIPredicate::ult, carried[1], count);
                Value take = arith::AndIOp::create(
                    at, il, room, isNonZero(at, il, element));
                return createIf(
                    at, il, take,
                    [&](OpBuilder &then, Location tl) {
                      return appendPlace(then, tl, position, carried);
                    },
                    [&](OpBuilder &, Location) { return Values(carried); });
              });
          return Values{results[0]};
        });
  }

  /// Writes a place as the next column; returns the tensor and the new number.
  static Values appendPlace(OpBuilder &b, Location loc, ValueRange position,
                            ValueRange carried) {
    Value places = carried[0];
    for (auto [d, index] : llvm::enumerate(position)) {
      Value row = arith::ConstantIndexOp::create(b, loc, d);
      places =
          tensor::InsertOp::create(b, loc, toI64(b, loc, index), places,
                                   ValueRange{row, carried[1]});
    }
    ScalarBuilder s(b, loc, b.getIndexType());
    return {places, s.add(carried[1], s.constant(1))};
  }
};

struct UniqueLowering
    : LowerToLinalgInterface::ExternalModel<UniqueLowering, UniqueOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto unique = cast<UniqueOp>(op);
    Location loc = op->getLoc();
    Type i64 = b.getI64Type();
    Rows rows{operands[0], asValue(b, loc, tensor::getMixedSize(b, loc, operands[0], 1)),
              nn::isUnsigned(unique.getInput())};
    OpFoldResult size = tensor::getMixedSize(b, loc, operands[0], 0);
    Value count = asValue(b, loc, size);
    auto vector = [&] { return createEmpty(b, loc, size, i64); };
    Value first = vector(), inverse = vector(), counts = vector();
    Value kinds = createEmpty(b, loc, fixed(b, 1), i64);
    Value scratch = createEmpty(b, loc, {b.getIndexAttr(2), size}, i64);
    Value heads = vector();
    Values all = createSequence(
        b, loc, {first, inverse, counts, kinds},
        [&](OpBuilder &in, Location l, ValueRange inits) {
          auto [sorted, row] =
              createSort(in, l, count, scratch,
                         [&](OpBuilder &at, Location il, Value x, Value y) {
                           return rows.less(at, il, x, y);
                         });
          Value order = sorted, orderRow = row;
          Value marked = markHeads(in, l, rows, order, orderRow, count, heads);
          return number(in, l, order, orderRow, marked, count, inits,
                        unique.getSorted());
        });
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value found = fromI64(
        b, loc, tensor::ExtractOp::create(b, loc, all[3], ValueRange{zero}));
    auto prefix = [&](Value whole) -> Value {
      return tensor::ExtractSliceOp::create(
          b, loc, whole, OpFoldResult(b.getIndexAttr(0)), OpFoldResult(found),
          OpFoldResult(b.getIndexAttr(1)));
    };
    return Values{prefix(all[0]), all[1], prefix(all[2])};
  }

private:
  /// Comparison of a matrix' rows.
  struct Rows {
    Value matrix, width;
    bool isUnsigned;

    Value read(OpBuilder &b, Location loc, Value row, Value column) const {
      return tensor::ExtractOp::create(b, loc, matrix, ValueRange{row, column});
    }

    /// The first column in which two rows differ, or the width.
    Value firstDifference(OpBuilder &b, Location loc, Value x, Value y) const {
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Value falsity = arith::ConstantIntOp::create(b, loc, 0, 1);
      return createWhile(
                 b, loc, zero,
                 [&](OpBuilder &at, Location l, ValueRange column) {
                   ScalarBuilder s(at, l, at.getIndexType());
                   return createIf(
                              at, l, s.less(column[0], width),
                              [&](OpBuilder &in, Location il) {
                                ScalarBuilder t(in, il, elementTypeOf(matrix));
                                return Values{
                                    t.equal(read(in, il, x, column[0]),
                                            read(in, il, y, column[0]))};
                              },
                              [&](OpBuilder &, Location) {
                                return Values{falsity};
                              })
                       .front();
                 },
                 [&](OpBuilder &at, Location l, ValueRange column) {
                   ScalarBuilder s(at, l, at.getIndexType());
                   return Values{s.add(column[0], s.constant(1))};
                 })
          .front();
    }

    Value equal(OpBuilder &b, Location loc, Value x, Value y) const {
      ScalarBuilder s(b, loc, b.getIndexType());
      return s.lessEqual(width, firstDifference(b, loc, x, y));
    }

    Value less(OpBuilder &b, Location loc, Value x, Value y) const {
      ScalarBuilder s(b, loc, b.getIndexType());
      Value column = firstDifference(b, loc, x, y);
      Value falsity = arith::ConstantIntOp::create(b, loc, 0, 1);
      return createIf(
                 b, loc, s.less(column, width),
                 [&](OpBuilder &in, Location il) {
                   ScalarBuilder t(in, il, elementTypeOf(matrix), isUnsigned);
                   return Values{t.less(read(in, il, x, column),
                                        read(in, il, y, column))};
                 },
                 [&](OpBuilder &, Location) { return Values{falsity}; })
          .front();
    }
  };

  /// For each row the first row that is equal to it; equal rows are neighbours
  /// in the order, the first of them in front.
  static Value markHeads(OpBuilder &b, Location loc, const Rows &rows,
                         Value order, Value orderRow, Value count,
                         Value heads) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    return createLoop(
               b, loc, zero, count, {zero, heads},
               [&](OpBuilder &at, Location l, Value i, ValueRange carried) {
                 ScalarBuilder s(at, l, at.getIndexType());
                 Value row = fromI64(at, l,
                                     tensor::ExtractOp::create(
                                         at, l, order, ValueRange{orderRow, i}));
                 Value same = rows.equal(at, l, carried[0], row);
                 Value isFirst = s.equal(i, zero);
                 Value head = s.select(isFirst, row,
                                       s.select(same, carried[0], row));
                 Value marked = tensor::InsertOp::create(
                     at, l, toI64(at, l, head), carried[1], ValueRange{row});
                 return Values{head, marked};
               })
        .back();
  }

  /// Numbers the kinds in the order in which their heads are met.
  static Values number(OpBuilder &b, Location loc, Value order, Value orderRow,
                       Value heads, Value count, ValueRange inits,
                       bool sorted) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value one = createScalarConstant(b, loc, b.getI64Type(), 1);
    Value none = createScalarConstant(b, loc, b.getI64Type(), 0);
    Values carried{zero};
    llvm::append_range(carried, inits.take_front(3));
    Values results = createLoop(
        b, loc, zero, count, carried,
        [&](OpBuilder &at, Location l, Value i, ValueRange now) {
          ScalarBuilder s(at, l, at.getIndexType());
          Value row = i;
          if (sorted)
            row = fromI64(at, l,
                          tensor::ExtractOp::create(at, l, order,
                                                    ValueRange{orderRow, i}));
          Value head = fromI64(
              at, l, tensor::ExtractOp::create(at, l, heads, ValueRange{row}));
          Values opened = createIf(
              at, l, s.equal(head, row),
              [&](OpBuilder &in, Location il) {
                ScalarBuilder t(in, il, in.getIndexType());
                Value kind = toI64(in, il, now[0]);
                return Values{
                    t.add(now[0], t.constant(1)),
                    tensor::InsertOp::create(in, il, toI64(in, il, row), now[1],
                                             ValueRange{now[0]}),
                    tensor::InsertOp::create(in, il, kind, now[2],
                                             ValueRange{row}),
                    tensor::InsertOp::create(in, il, none, now[3],
                                             ValueRange{now[0]})};
              },
              [&](OpBuilder &, Location) { return Values(now); });
          Value kind =
              tensor::ExtractOp::create(at, l, opened[2], ValueRange{head});
          Value place = fromI64(at, l, kind);
          Value members =
              tensor::ExtractOp::create(at, l, opened[3], ValueRange{place});
          members = arith::AddIOp::create(at, l, members, one);
          return Values{opened[0], opened[1],
                        tensor::InsertOp::create(at, l, kind, opened[2],
                                                 ValueRange{row}),
                        tensor::InsertOp::create(at, l, members, opened[3],
                                                 ValueRange{place})};
        });
    Value kinds = tensor::InsertOp::create(
        b, loc, toI64(b, loc, results[0]), inits[3], ValueRange{zero});
    return {results[1], results[2], results[3], kinds};
  }
};

//===----------------------------------------------------------------------===//
// Running totals
//===----------------------------------------------------------------------===//

template <typename OpTy>
struct CumulativeLowering
    : LowerToLinalgInterface::ExternalModel<CumulativeLowering<OpTy>, OpTy> {
  static constexpr bool isSum = std::is_same_v<OpTy, CumSumOp>;

  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto total = cast<OpTy>(op);
    Location loc = op->getLoc();
    Totals totals{operands[0], sizesOf(b, loc, operands[0]),
                  total.getExclusive(), total.getReverse()};
    int64_t rank = totals.sizes.size();
    std::optional<int64_t> known;
    if (auto axis = getConstantElements(total.getAxis()))
      known = normalizeAxis(axis->front(), rank);
    Value axis;
    if (!known) {
      Value size = arith::ConstantIndexOp::create(b, loc, rank);
      axis = createSafeIndex(b, loc, createScalarRead(b, loc, operands[1]), size);
    }
    Value result =
        createEmpty(b, loc, totals.sizes, elementTypeOf(operands[0]));
    return createSequence(
        b, loc, result, [&](OpBuilder &in, Location l, ValueRange inits) {
          return known ? totals.along(in, l, *known, inits)
                       : totals.alongComputed(in, l, axis, 0, inits);
        });
  }

private:
  struct Totals {
    Value input;
    Sizes sizes;
    bool exclusive, reverse;

    /// The nest for dimension `axis`, or for one of those after it.
    Values alongComputed(OpBuilder &b, Location loc, Value axis,
                         int64_t candidate, ValueRange inits) const {
      if (candidate + 1 == int64_t(sizes.size()))
        return along(b, loc, candidate, inits);
      ScalarBuilder s(b, loc, b.getIndexType());
      return createIf(
          b, loc, s.equal(axis, s.constant(candidate)),
          [&](OpBuilder &in, Location l) {
            return along(in, l, candidate, inits);
          },
          [&](OpBuilder &in, Location l) {
            return alongComputed(in, l, axis, candidate + 1, inits);
          });
    }

    Values along(OpBuilder &b, Location loc, int64_t axis,
                 ValueRange inits) const {
      Type stored = elementTypeOf(input), type = getAccumulatorType(stored);
      Sizes rows = sizes;
      rows[axis] = b.getIndexAttr(1);
      Value count = asValue(b, loc, sizes[axis]);
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Value neutral = createScalarConstant(b, loc, type, isSum ? 0 : 1);
      return createNest(
          b, loc, rows, inits,
          [&](OpBuilder &at, Location l, ValueRange row, ValueRange carried) {
            Values position(row);
            Values results = createLoop(
                at, l, zero, count, {neutral, carried[0]},
                [&](OpBuilder &in, Location il, Value i, ValueRange now) {
                  ScalarBuilder s(in, il, type), n(in, il, in.getIndexType());
                  position[axis] =
                      reverse ? n.sub(n.sub(count, n.constant(1)), i) : i;
                  Value element =
                      tensor::ExtractOp::create(in, il, input, position);
                  element = convertFloat(in, il, element, type);
                  Value total =
                      isSum ? s.add(now[0], element) : s.mul(now[0], element);
                  Value written =
                      convertFloat(in, il, exclusive ? now[0] : total, stored);
                  return Values{total, tensor::InsertOp::create(
                                           in, il, written, now[1], position)};
                });
            return Values{results[1]};
          });
    }
  };
};

} // namespace

void registerSearchLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    ArgMaxOp::attachInterface<ArgLowering<ArgMaxOp>>(*context);
    ArgMinOp::attachInterface<ArgLowering<ArgMinOp>>(*context);
    TopKOp::attachInterface<TopKLowering>(*context);
    NonZeroOp::attachInterface<NonZeroLowering>(*context);
    UniqueOp::attachInterface<UniqueLowering>(*context);
    CumSumOp::attachInterface<CumulativeLowering<CumSumOp>>(*context);
    CumProdOp::attachInterface<CumulativeLowering<CumProdOp>>(*context);
  });
}

} // namespace swage::nn
