//===- Trees.cpp - decision trees -----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowering of the operators in Trees.td: a walk for each row and tree, all
// of them independent.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Loops.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// One row of features and the table of nodes.
struct Walk {
  Value input, nodes, thresholds;
  Value row, lastNode, lastFeature;
  bool isUnsigned;

  enum Column { Feature, Rule, Then, Otherwise };

  Value read(OpBuilder &b, Location l, Value number, Column column) const {
    Value place = arith::ConstantIndexOp::create(b, l, column);
    Value value =
        tensor::ExtractOp::create(b, l, nodes, ValueRange{number, place});
    return arith::IndexCastOp::create(b, l, b.getIndexType(), value);
  }

  Value clampNode(OpBuilder &b, Location l, Value number) const {
    return createClamp(b, l, number, arith::ConstantIndexOp::create(b, l, 0),
                       lastNode);
  }

  static Value isRule(OpBuilder &b, Location l, Value rule, int64_t number) {
    return arith::CmpIOp::create(b, l, arith::CmpIPredicate::eq, rule,
                                 arith::ConstantIndexOp::create(b, l, number));
  }

  /// Whether what the inner node `number` asks of the row holds.
  Value test(OpBuilder &b, Location l, Value number, Value rule) const {
    Value zero = arith::ConstantIndexOp::create(b, l, 0);
    Value feature =
        createClamp(b, l, read(b, l, number, Feature), zero, lastFeature);
    Value value =
        tensor::ExtractOp::create(b, l, input, ValueRange{row, feature});
    Value threshold = tensor::ExtractOp::create(b, l, thresholds, number);
    Type type = getAccumulatorType(value.getType());
    value = convertFloat(b, l, value, type);
    threshold = convertFloat(b, l, threshold, type);
    ScalarBuilder s(b, l, type, isUnsigned);
    Value eight = arith::ConstantIndexOp::create(b, l, 8);
    Value comparison = arith::RemUIOp::create(b, l, rule, eight);
    Value less = s.less(value, threshold), equal = s.equal(value, threshold);
    Value lessEqual = s.lessEqual(value, threshold);
    Value never = arith::ConstantIntOp::create(b, l, 1, 1);
    Value holds = arith::XOrIOp::create(b, l, equal, never);
    auto choose = [&](int64_t number, Value result) {
      holds = s.select(isRule(b, l, comparison, number), result, holds);
    };
    choose(0, lessEqual);
    choose(1, less);
    choose(2, s.lessEqual(threshold, value));
    choose(3, s.less(threshold, value));
    choose(4, equal);
    if (!s.isFloat)
      return holds;
    Value nan =
        arith::CmpFOp::create(b, l, arith::CmpFPredicate::UNO, value, value);
    Value forNaN =
        arith::CmpIOp::create(b, l, arith::CmpIPredicate::uge, rule, eight);
    return arith::OrIOp::create(b, l, holds,
                                arith::AndIOp::create(b, l, nan, forNaN));
  }
};

struct TreeLeavesLowering
    : LowerToLinalgInterface::ExternalModel<TreeLeavesLowering, TreeLeavesOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value input = operands[0], roots = operands[1], nodes = operands[2];
    Sizes features = sizesOf(b, loc, input);
    Sizes sizes{features[0], sizesOf(b, loc, roots)[0]};
    auto lastOf = [&](OpFoldResult size) {
      return asValue(b, loc, addSizes(b, loc, size, b.getIndexAttr(-1)));
    };
    OpFoldResult count = sizesOf(b, loc, nodes)[0];
    Walk walk{input,
              nodes,
              operands[3],
              Value(),
              lastOf(count),
              lastOf(features[1]),
              nn::isUnsigned(op->getOperand(0))};
    Value limit = asValue(b, loc, count);
    Value empty = createEmpty(b, loc, sizes, b.getI64Type());
    return createSequence(
        b, loc, empty, [&](OpBuilder &in, Location l, ValueRange inits) {
          return createNest(
              in, l, sizes, inits,
              [&](OpBuilder &at, Location il, ValueRange place,
                  ValueRange carried) {
                walk.row = place[0];
                Value root = tensor::ExtractOp::create(at, il, roots, place[1]);
                root =
                    arith::IndexCastOp::create(at, il, at.getIndexType(), root);
                Value leaf = search(at, il, walk, root, limit);
                return Values{
                    tensor::InsertOp::create(at, il, leaf, carried[0], place)};
              });
        });
  }

  /// From the root to a leaf, over `limit` nodes at most.
  static Value search(OpBuilder &b, Location loc, const Walk &walk, Value root,
                      Value limit) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value found = createWhile(
        b, loc, {walk.clampNode(b, loc, root), zero},
        [&](OpBuilder &at, Location l, ValueRange carried) -> Value {
          Value rule = walk.read(at, l, carried[0], Walk::Rule);
          Value isLeaf = Walk::isRule(at, l, rule, 6);
          Value inner = arith::XOrIOp::create(
              at, l, isLeaf, arith::ConstantIntOp::create(at, l, 1, 1));
          Value more = arith::CmpIOp::create(at, l, arith::CmpIPredicate::slt,
                                             carried[1], limit);
          return arith::AndIOp::create(at, l, inner, more);
        },
        [&](OpBuilder &at, Location l, ValueRange carried) {
          Value rule = walk.read(at, l, carried[0], Walk::Rule);
          Value holds = walk.test(at, l, carried[0], rule);
          Value then = walk.read(at, l, carried[0], Walk::Then);
          Value otherwise = walk.read(at, l, carried[0], Walk::Otherwise);
          Value next = arith::SelectOp::create(at, l, holds, then, otherwise);
          Value one = arith::ConstantIndexOp::create(at, l, 1);
          return Values{walk.clampNode(at, l, next),
                        arith::AddIOp::create(at, l, carried[1], one)};
        })[0];
    Value leaf = walk.read(b, loc, found, Walk::Then);
    return arith::IndexCastOp::create(b, loc, b.getI64Type(), leaf);
  }
};

} // namespace

void registerTreesLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    TreeLeavesOp::attachInterface<TreeLeavesLowering>(*context);
  });
}

} // namespace swage::nn
