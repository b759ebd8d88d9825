//===- BoxSelection.cpp - non-maximum suppression -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowering of nn.non_max_suppression: for each batch and class, boxes are
// sorted by their scores and compared with those that have been taken.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Loops.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

Value fromI64(OpBuilder &b, Location loc, Value integer) {
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), integer);
}

struct Box {
  Value top, left, bottom, right, area;
};

/// Reads boxes of one batch and compares them.
struct Boxes {
  Value boxes;
  Type type;
  bool centerSize = false;

  Box read(OpBuilder &b, Location loc, Value batch, Value place) const {
    ScalarBuilder s(b, loc, type);
    Values c;
    for (int64_t i = 0; i < 4; ++i) {
      Value column = arith::ConstantIndexOp::create(b, loc, i);
      Value number = tensor::ExtractOp::create(
          b, loc, boxes, ValueRange{batch, place, column});
      c.push_back(convertFloat(b, loc, number, type));
    }
    Box box;
    if (centerSize) {
      Value halfWidth = s.mul(c[2], s.constant(0.5));
      Value halfHeight = s.mul(c[3], s.constant(0.5));
      box.left = s.sub(c[0], halfWidth);
      box.right = s.add(c[0], halfWidth);
      box.top = s.sub(c[1], halfHeight);
      box.bottom = s.add(c[1], halfHeight);
    } else {
      box.top = s.min(c[0], c[2]);
      box.bottom = s.max(c[0], c[2]);
      box.left = s.min(c[1], c[3]);
      box.right = s.max(c[1], c[3]);
    }
    box.area = s.mul(s.sub(box.bottom, box.top), s.sub(box.right, box.left));
    return box;
  }

  /// Whether more than the part `overlap` of two boxes' union is common.
  Value overlaps(OpBuilder &b, Location loc, const Box &x, const Box &y,
                 Value overlap) const {
    ScalarBuilder s(b, loc, type);
    Value zero = s.constant(0);
    Value height = s.sub(s.min(x.bottom, y.bottom), s.max(x.top, y.top));
    Value width = s.sub(s.min(x.right, y.right), s.max(x.left, y.left));
    Value common = s.mul(s.max(height, zero), s.max(width, zero));
    Value either = s.sub(s.add(x.area, y.area), common);
    // Empty boxes have nothing in common with any.
    Value sensible = s.less(zero, either);
    Value part = s.div(common, s.select(sensible, either, s.constant(1)));
    return arith::AndIOp::create(b, loc, sensible, s.less(overlap, part));
  }
};

struct NonMaxSuppressionLowering
    : LowerToLinalgInterface::ExternalModel<NonMaxSuppressionLowering,
                                            NonMaxSuppressionOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value boxes = operands[0], scores = operands[1];
    Type type = getAccumulatorType(elementTypeOf(boxes)), i64 = b.getI64Type();
    Selection selection;
    selection.boxes = {boxes, type,
                       cast<NonMaxSuppressionOp>(op).getCenterSize()};
    selection.scores = scores;
    Sizes sizes = sizesOf(b, loc, scores);
    selection.count = asValue(b, loc, sizes[2]);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    selection.limit = createClamp(
        b, loc, fromI64(b, loc, createScalarRead(b, loc, operands[2])), zero,
        selection.count);
    selection.overlap =
        convertFloat(b, loc, createScalarRead(b, loc, operands[3]), type);
    selection.threshold = createScalarRead(b, loc, operands[4]);

    OpFoldResult most = mulSizes(b, loc, mulSizes(b, loc, sizes[0], sizes[1]),
                                 selection.limit);
    Value taken = createEmpty(b, loc, {most, b.getIndexAttr(3)}, i64);
    Value number = createEmpty(b, loc, fixed(b, 1), i64);
    Value scratch = createEmpty(b, loc, {b.getIndexAttr(2), sizes[2]}, i64);
    Values results = createSequence(
        b, loc, {taken, number},
        [&](OpBuilder &in, Location l, ValueRange inits) {
          Values end = createNest(
              in, l, {sizes[0], sizes[1]}, {inits[0], zero, scratch},
              [&](OpBuilder &at, Location il, ValueRange place,
                  ValueRange carried) {
                return selection.select(at, il, place, carried);
              });
          Value all = arith::IndexCastOp::create(in, l, i64, end[1]);
          return Values{end[0], tensor::InsertOp::create(in, l, all, inits[1],
                                                         ValueRange{zero})};
        });
    Value found = fromI64(
        b, loc, tensor::ExtractOp::create(b, loc, results[1], ValueRange{zero}));
    OpFoldResult one = b.getIndexAttr(1), none = b.getIndexAttr(0);
    return Values{tensor::ExtractSliceOp::create(
        b, loc, results[0], Sizes{none, none},
        Sizes{found, b.getIndexAttr(3)}, Sizes{one, one})};
  }

private:
  struct Selection {
    Boxes boxes;
    Value scores, count, limit, overlap, threshold;

    /// Goes through one batch and class. Carried: the rows of taken boxes,
    /// their number, and scratch memory.
    Values select(OpBuilder &b, Location loc, ValueRange place,
                  ValueRange carried) const {
      auto score = [&](OpBuilder &at, Location l, Value box) -> Value {
        return tensor::ExtractOp::create(at, l, scores,
                                         ValueRange{place[0], place[1], box});
      };
      auto [sorted, row] = createSort(
          b, loc, count, carried[2],
          [&](OpBuilder &at, Location l, Value x, Value y) {
            ScalarBuilder s(at, l, elementTypeOf(scores));
            return s.less(score(at, l, y), score(at, l, x));
          });
      Value order = sorted, orderRow = row, start = carried[1];
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Values results = createLoop(
          b, loc, zero, count, {carried[0], start},
          [&](OpBuilder &at, Location l, Value i, ValueRange now) {
            ScalarBuilder s(at, l, at.getIndexType());
            Value box = fromI64(at, l,
                                tensor::ExtractOp::create(
                                    at, l, order, ValueRange{orderRow, i}));
            Value good = ScalarBuilder(at, l, elementTypeOf(scores))
                             .less(threshold, score(at, l, box));
            Value room = s.less(s.sub(now[1], start), limit);
            return createIf(
                at, l, arith::AndIOp::create(at, l, good, room),
                [&](OpBuilder &in, Location il) {
                  return consider(in, il, place, box, start, now);
                },
                [&](OpBuilder &, Location) { return Values(now); });
          });
      results.push_back(order);
      return results;
    }

    /// Takes a box unless one that was taken since `start` overlaps it.
    Values consider(OpBuilder &b, Location loc, ValueRange place, Value box,
                    Value start, ValueRange now) const {
      Value taken = now[0], end = now[1], batch = place[0];
      Box candidate = boxes.read(b, loc, batch, box);
      Value two = arith::ConstantIndexOp::create(b, loc, 2);
      Value truth = arith::ConstantIntOp::create(b, loc, 1, 1);
      // Carried: which box comes next, and whether none has overlapped yet.
      Values looked = createWhile(
          b, loc, {start, truth},
          [&](OpBuilder &at, Location l, ValueRange state) -> Value {
            ScalarBuilder s(at, l, at.getIndexType());
            return arith::AndIOp::create(at, l, s.less(state[0], end), state[1]);
          },
          [&](OpBuilder &at, Location l, ValueRange state) {
            ScalarBuilder s(at, l, at.getIndexType());
            Value other = fromI64(at, l,
                                  tensor::ExtractOp::create(
                                      at, l, taken, ValueRange{state[0], two}));
            Value covered =
                boxes.overlaps(at, l, candidate,
                               boxes.read(at, l, batch, other), overlap);
            Value clear = arith::XOrIOp::create(
                at, l, covered, arith::ConstantIntOp::create(at, l, 1, 1));
            return Values{s.add(state[0], s.constant(1)), clear};
          });
      return createIf(
          b, loc, looked[1],
          [&](OpBuilder &in, Location il) {
            Value rows = taken;
            for (auto [i, number] :
                 llvm::enumerate(Values{place[0], place[1], box})) {
              Value column = arith::ConstantIndexOp::create(in, il, i);
              Value entry = arith::IndexCastOp::create(in, il, in.getI64Type(),
                                                       number);
              rows = tensor::InsertOp::create(in, il, entry, rows,
                                              ValueRange{end, column});
            }
            ScalarBuilder s(in, il, in.getIndexType());
            return Values{rows, s.add(end, s.constant(1))};
          },
          [&](OpBuilder &, Location) { return Values(now); });
    }
  };
};

} // namespace

void registerBoxSelectionLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    NonMaxSuppressionOp::attachInterface<NonMaxSuppressionLowering>(*context);
  });
}

} // namespace swage::nn
