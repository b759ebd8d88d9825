//===- Broadcast.cpp - repeating what the run finds to be 1 ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Broadcast.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// Marks the choice between an operand and its copy.
constexpr StringLiteral kBroadcast = "nn.broadcast";

/// One operand on its way to the common sizes.
class Operand {
public:
  Operand(OpBuilder &b, Location loc, Value value,
          ArrayRef<OpFoldResult> wanted)
      : b(b), loc(loc), value(value), own(sizesOf(b, loc, value)),
        wanted(wanted) {
    for (auto [size, other] : llvm::zip_equal(own, this->wanted)) {
      bool isKnownOne = getConstantIntValue(size) == int64_t(1);
      same.push_back(isKnownOne ? Value()
                                : createSameSize(b, loc, size, other));
      isOne.push_back(same.back()
                          ? createSameSize(b, loc, size, b.getIndexAttr(1))
                          : Value());
      if (isKnownOne)
        other = size;
    }
  }

  /// The operand's own sizes.
  const Sizes &getSizes() const { return own; }

  /// Whether each dimension has the common size or 1; nothing if that is sure.
  Value isValid() const {
    Values conditions;
    for (auto [equal, single] : llvm::zip(same, isOne))
      if (equal)
        conditions.push_back(b.createOrFold<arith::OrIOp>(loc, equal, single));
    return createAll(b, loc, conditions);
  }

  /// The operand in the common sizes.
  Value create() const {
    Value asItIs = createAll(b, loc, same);
    if (!asItIs)
      return value;
    SmallVector<int64_t> shape;
    for (OpFoldResult size : wanted)
      shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
    auto type = RankedTensorType::get(shape, elementTypeOf(value));
    auto choice = scf::IfOp::create(b, loc, type, asItIs,
                                    /*withElseRegion=*/true);
    choice->setAttr(kBroadcast, b.getUnitAttr());
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    Value whole = value;
    if (whole.getType() != type)
      whole = createCheckedCast(b, loc, type, value);
    scf::YieldOp::create(b, loc, whole);
    b.setInsertionPointToStart(choice.elseBlock());
    scf::YieldOp::create(b, loc, createRepeated());
    return choice.getResult(0);
  }

private:
  /// A copy in which dimensions that have turned out to be 1 are repeated.
  Value createRepeated() const {
    return createParallel(
        b, loc, {}, {}, wanted, elementTypeOf(value),
        [&](OpBuilder &inner, Location l, ValueRange) -> Value {
          Value zero = arith::ConstantIndexOp::create(inner, l, 0);
          Values indices;
          for (auto [i, size] : llvm::enumerate(own)) {
            indices.push_back(getConstantIntValue(size) == int64_t(1)
                                  ? zero
                                  : linalg::IndexOp::create(inner, l, i));
            if (isOne[i])
              indices.back() = arith::SelectOp::create(inner, l, isOne[i], zero,
                                                       indices.back());
          }
          return tensor::ExtractOp::create(inner, l, value, indices);
        });
  }

  OpBuilder &b;
  Location loc;
  Value value;
  Sizes own, wanted;
  Values same, isOne; ///< Nothing for dimensions that need no look.
};

} // namespace

void createBroadcastsTo(OpBuilder &b, Location loc, Values &operands,
                        ArrayRef<Sizes> wanted) {
  std::vector<Operand> prepared;
  SmallVector<Sizes> shapes;
  Values valid;
  for (auto [operand, sizes] : llvm::zip_equal(operands, wanted)) {
    prepared.emplace_back(b, loc, operand, sizes);
    shapes.push_back(prepared.back().getSizes());
    valid.push_back(prepared.back().isValid());
  }
  createRequire(b, loc, createAll(b, loc, valid),
                "its operands do not broadcast", shapes);
  for (auto [operand, ready] : llvm::zip(operands, prepared))
    operand = ready.create();
}

void createBroadcasts(OpBuilder &b, Location loc, Values &operands,
                      ArrayRef<OpFoldResult> common) {
  SmallVector<Sizes> wanted;
  for (Value operand : operands)
    wanted.emplace_back(common.take_back(rankOf(operand)));
  createBroadcastsTo(b, loc, operands, wanted);
}

bool isBroadcast(Value tensor) {
  Operation *op = tensor.getDefiningOp();
  return op && op->hasAttr(kBroadcast);
}

} // namespace swage::nn
