//===- LoopForm.cpp - what a loop carries and collects --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/LoopForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// Whether `insert` writes the iteration's slice of its whole destination.
static bool insertsPiece(tensor::InsertSliceOp insert, Value number) {
  ArrayRef<int64_t> shape = insert.getDestType().getShape();
  for (auto [axis, offset, size, stride] :
       llvm::enumerate(insert.getMixedOffsets(), insert.getMixedSizes(),
                       insert.getMixedStrides())) {
    bool isFirst = axis == 0;
    if (isFirst ? offset != OpFoldResult(number) : !isZeroInteger(offset))
      return false;
    if (getConstantIntValue(size) != (isFirst ? 1 : shape[axis]) ||
        !isOneInteger(stride))
      return false;
  }
  return !shape.empty();
}

/// Finds out whether the value is collected.
static void readCollector(LoopForm::Carried &value, Value number) {
  if (!value.argument.hasOneUse() || !value.next.hasOneUse())
    return;
  Operation *next = value.next.getDefiningOp();
  auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(next);
  auto concat = dyn_cast_or_null<nn::ConcatOp>(next);
  if (insert && insert.getDest() == value.argument &&
      insertsPiece(insert, number)) {
    value.piece = insert.getSource();
    value.collector = insert;
  } else if (concat && concat.getAxis() == 0 &&
             concat.getInputs().size() == 2 &&
             concat.getInputs().front() == value.argument) {
    Value piece = concat.getInputs().back();
    if (TensorBuilder::shapeOf(piece).front() == 1) {
      value.piece = piece;
      value.collector = concat;
    }
  }
}

static std::optional<LoopForm> readFor(scf::ForOp loop) {
  APInt start, step;
  if (!matchPattern(loop.getLowerBound(), m_ConstantInt(&start)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&step)) || !start.isZero() ||
      !step.isOne())
    return std::nullopt;
  LoopForm form;
  form.loop = loop;
  form.body = loop.getBody();
  form.number = loop.getBody()->getArgument(0);
  for (auto [initial, argument, next, result] :
       llvm::zip_equal(loop.getInits(), loop.getRegionIterArgs(),
                       loop.getYieldedValues(), loop.getResults()))
    form.carried.push_back({initial, argument, next, result});
  return form;
}

/// Whether a value counts the iterations, from 0.
static bool isCounter(Value initial, Value argument, Value next) {
  auto sum = next.getDefiningOp<arith::AddIOp>();
  return argument.getType().isIndex() && matchPattern(initial, m_Zero()) &&
         sum && sum.getLhs() == argument && matchPattern(sum.getRhs(), m_One());
}

/// Whether the body only runs while `flag`, an argument of the test, is true.
static bool impliedBy(Value condition, Value flag) {
  if (condition == flag)
    return true;
  auto both = condition.getDefiningOp<arith::AndIOp>();
  return both && (both.getLhs() == flag || both.getRhs() == flag);
}

/// The body gets some of the values that the test is given, each as it is.
static std::optional<LoopForm> readWhile(scf::WhileOp loop) {
  Operation *yield = loop.getAfterBody()->getTerminator();
  scf::ConditionOp condition = loop.getConditionOp();
  LoopForm form;
  form.loop = loop;
  form.body = loop.getAfterBody();
  for (auto [passed, argument, result] : llvm::zip_equal(
           condition.getArgs(), loop.getAfterArguments(), loop.getResults())) {
    auto tested = dyn_cast<BlockArgument>(passed);
    if (!tested || tested.getOwner() != loop.getBeforeBody())
      return std::nullopt;
    Value initial = loop.getInits()[tested.getArgNumber()];
    Value next = yield->getOperand(tested.getArgNumber());
    if (isCounter(initial, argument, next))
      form.number = argument;
    else if (argument.getType().isInteger(1) &&
             impliedBy(condition.getCondition(), tested))
      form.goesOn = argument;
    else
      form.carried.push_back({initial, argument, next, result});
  }
  return form;
}

std::optional<LoopForm> LoopForm::read(Operation *loop) {
  std::optional<LoopForm> form;
  if (auto counted = dyn_cast<scf::ForOp>(loop))
    form = readFor(counted);
  else if (auto conditional = dyn_cast<scf::WhileOp>(loop))
    form = readWhile(conditional);
  if (!form)
    return std::nullopt;
  for (Carried &value : form->carried)
    if (!isa<ShapedType, nn::SequenceType, nn::OptionalType>(
            value.argument.getType()))
      return std::nullopt;
  for (Carried &value : form->carried)
    readCollector(value, form->number);
  return form;
}

std::optional<int64_t> LoopForm::getKnownCount() const {
  APInt bound;
  if (!isCounted() || !matchPattern(getBound(), m_ConstantInt(&bound)))
    return std::nullopt;
  return std::max<int64_t>(bound.getSExtValue(), 0);
}

SmallVector<Operation *> LoopForm::cloneBody(IRMapping &mapping,
                                             OpBuilder &builder) const {
  SmallVector<Operation *> clones;
  for (Operation &op : body->without_terminator())
    if (llvm::none_of(carried, [&](const Carried &value) {
          return value.collector == &op;
        }))
      clones.push_back(builder.clone(op, mapping));
  return clones;
}
