//===- LoopGradients.cpp - gradients of loops -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A loop goes backwards as a loop: from the last iteration to the first, it
// takes what each one had been given, which the forward loop saves, computes
// the iteration again, and goes back through it. Cotangents of what is carried
// are carried; those of captured values are summed up. Of a captured value of
// which each iteration reads its own slice, as Scan does, each cotangent is
// written to its slice instead.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/LoopForm.h"
#include "compiler/Training/Regions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

class LoopGradients {
public:
  LoopGradients(LoopForm form, ArrayRef<Value> cotangents,
                const DenseSet<Value> &active, OpBuilder &builder)
      : form(std::move(form)), cotangents(cotangents), active(active),
        builder(builder), loc(this->form.loop->getLoc()), b(builder, loc) {}

  FailureOr<Contributions> build();

private:
  /// A captured value that each iteration reads one slice of.
  struct Scanned {
    Value source;
    nn::GatherOp gather;
  };

  LogicalResult check() const;
  void findCaptured();
  nn::GatherOp findScan(Value source) const;
  bool isIterationNumber(Value value) const;

  void saveStates();
  Operation *cloneSavingFor(ArrayRef<Value> saved);
  Operation *cloneSavingWhile(ArrayRef<Value> saved);

  Values getInitialCotangents();
  FailureOr<Values> buildBody(Value number, ValueRange carried);
  Value insert(Value slice, Value stack, Value place);
  Value toTensor(Value index);
  Value toIndex(Value number, int64_t size);
  Value constantIndex(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value getCotangent(const LoopForm::Carried &value) const {
    return cotangents[value.result.getResultNumber()];
  }
  bool isDifferentiated(const LoopForm::Carried &value) const {
    return !value.collector && isDifferentiable(value.argument.getType());
  }

  LoopForm form;
  ArrayRef<Value> cotangents;
  const DenseSet<Value> &active;
  OpBuilder &builder;
  Location loc;
  TensorBuilder b;

  Values captured;
  SmallVector<Scanned> scanned;
  Value count;                   ///< of iterations
  DenseMap<Value, Value> stacks; ///< of what arguments of the body have been
};

} // namespace

static RankedTensorType stackOf(Value value, int64_t count) {
  SmallVector<int64_t> shape{count};
  llvm::append_range(shape, TensorBuilder::shapeOf(value));
  return RankedTensorType::get(shape, TensorBuilder::elementTypeOf(value));
}

LogicalResult LoopGradients::check() const {
  for (const LoopForm::Carried &value : form.carried) {
    if (value.collector && !getCotangent(value))
      continue;
    Value given = value.collector ? value.piece : Value(value.argument);
    auto type = dyn_cast<RankedTensorType>(given.getType());
    if (!type)
      return form.loop->emitError("a loop that carries ")
             << given.getType() << " cannot be differentiated";
    if (!type.hasStaticShape())
      return form.loop->emitError("gradients need sizes that are known at "
                                  "compile time, and the loop carries a ")
             << type;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Captured values
//===----------------------------------------------------------------------===//

bool LoopGradients::isIterationNumber(Value value) const {
  if (auto mirrored = value.getDefiningOp<nn::SubOp>())
    if (!form.loop->isAncestor(
            mirrored.getLhs().getParentBlock()->getParentOp()))
      value = mirrored.getRhs();
  auto tensor = value.getDefiningOp<tensor::FromElementsOp>();
  if (!tensor || tensor.getElements().size() != 1)
    return false;
  auto cast = tensor.getElements().front().getDefiningOp<arith::IndexCastOp>();
  return cast && cast.getIn() == form.number;
}

nn::GatherOp LoopGradients::findScan(Value source) const {
  nn::GatherOp scan;
  for (Operation *user : source.getUsers()) {
    if (!form.loop->isProperAncestor(user))
      continue;
    auto gather = dyn_cast<nn::GatherOp>(user);
    if (scan || !gather || gather->getBlock() != form.body ||
        TensorBuilder::rankOf(gather.getIndices()) != 0 ||
        !isIterationNumber(gather.getIndices()))
      return {};
    scan = gather;
  }
  return scan;
}

void LoopGradients::findCaptured() {
  for (Value value : getCaptured(form.loop->getRegions(), active)) {
    if (nn::GatherOp gather = findScan(value))
      scanned.push_back({value, gather});
    else
      captured.push_back(value);
  }
}

//===----------------------------------------------------------------------===//
// Forward, with all states saved
//===----------------------------------------------------------------------===//

Value LoopGradients::toTensor(Value index) {
  Value number =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), index);
  return tensor::FromElementsOp::create(
      builder, loc, RankedTensorType::get({}, builder.getI64Type()), number);
}

/// `stack` with `slice` at a place of the first dimension.
Value LoopGradients::insert(Value slice, Value stack, Value place) {
  SmallVector<OpFoldResult> offsets(b.rankOf(stack), builder.getIndexAttr(0)),
      strides(b.rankOf(stack), builder.getIndexAttr(1)),
      sizes{builder.getIndexAttr(1)};
  offsets[0] = place;
  for (int64_t size : b.shapeOf(stack).drop_front())
    sizes.push_back(builder.getIndexAttr(size));
  return tensor::InsertSliceOp::create(builder, loc, slice, stack, offsets,
                                       sizes, strides);
}

Operation *LoopGradients::cloneSavingFor(ArrayRef<Value> saved) {
  auto loop = cast<scf::ForOp>(form.loop);
  Values initial(loop.getInits());
  int64_t known = form.getKnownCount().value_or(ShapedType::kDynamic);
  for (Value value : saved)
    initial.push_back(tensor::EmptyOp::create(
        builder, loc, stackOf(value, known),
        ShapedType::isDynamic(known) ? ValueRange(loop.getUpperBound())
                                     : ValueRange()));
  auto saving =
      scf::ForOp::create(builder, loc, loop.getLowerBound(),
                         loop.getUpperBound(), loop.getStep(), initial);
  IRMapping mapping;
  mapping.map(form.body->getArguments(),
              saving.getBody()->getArguments().take_front(
                  form.body->getNumArguments()));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(saving.getBody());
  cloneBody(*form.body, mapping, builder);
  Values yielded;
  for (Value value : loop.getYieldedValues())
    yielded.push_back(mapping.lookupOrDefault(value));
  auto filled = saving.getRegionIterArgs().take_back(saved.size());
  for (auto [value, stack] : llvm::zip_equal(saved, filled))
    yielded.push_back(
        insert(mapping.lookup(value), stack, saving.getInductionVar()));
  scf::YieldOp::create(builder, loc, yielded);
  return saving;
}

Operation *LoopGradients::cloneSavingWhile(ArrayRef<Value> saved) {
  auto loop = cast<scf::WhileOp>(form.loop);
  // Behind what there is: the stacks, and the number of iterations.
  Values initial(loop.getInits());
  SmallVector<Type> types(loop.getResultTypes());
  Value none = constantIndex(0);
  for (Value value : saved) {
    RankedTensorType type = stackOf(value, ShapedType::kDynamic);
    initial.push_back(tensor::EmptyOp::create(builder, loc, type, none));
    types.push_back(type);
  }
  initial.push_back(none);
  types.push_back(none.getType());
  auto saving = scf::WhileOp::create(builder, loc, types, initial);
  OpBuilder::InsertionGuard guard(builder);
  auto begin = [&](Region &region, TypeRange arguments, Block *forward,
                   IRMapping &mapping) {
    Block *block = builder.createBlock(
        &region, {}, arguments, SmallVector<Location>(arguments.size(), loc));
    mapping.map(forward->getArguments(),
                block->getArguments().take_front(forward->getNumArguments()));
    cloneBody(*forward, mapping, builder);
    return block;
  };
  auto finish = [&](ValueRange values, IRMapping &mapping) {
    Values mapped;
    for (Value value : values)
      mapped.push_back(mapping.lookupOrDefault(value));
    return mapped;
  };
  size_t added = saved.size() + 1;

  IRMapping before, after;
  Block *test = begin(saving.getBefore(), ValueRange(initial).getTypes(),
                      loop.getBeforeBody(), before);
  scf::ConditionOp condition = loop.getConditionOp();
  Values passed = finish(condition.getArgs(), before);
  llvm::append_range(passed, test->getArguments().take_back(added));
  scf::ConditionOp::create(
      builder, loc, before.lookupOrDefault(condition.getCondition()), passed);

  Block *body = begin(saving.getAfter(), types, form.body, after);
  Values yielded = finish(form.body->getTerminator()->getOperands(), after);
  auto fresh = body->getArguments().take_back(added);
  for (auto [value, stack] : llvm::zip_equal(saved, fresh.drop_back()))
    yielded.push_back(b.concat(
        {stack, b.reshape(after.lookup(value), stackOf(value, 1).getShape())},
        0));
  yielded.push_back(
      arith::AddIOp::create(builder, loc, fresh.back(), constantIndex(1)));
  scf::YieldOp::create(builder, loc, yielded);
  return saving;
}

/// Puts a loop that saves what each iteration is given in place of the loop,
/// which is left without users.
void LoopGradients::saveStates() {
  Values saved;
  for (const LoopForm::Carried &value : form.carried)
    if (value.isSaved())
      saved.push_back(value.argument);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(form.loop);
  Operation *saving =
      form.isCounted() ? cloneSavingFor(saved) : cloneSavingWhile(saved);
  form.loop->replaceAllUsesWith(
      saving->getResults().take_front(form.loop->getNumResults()));
  for (auto [value, stack] :
       llvm::zip_equal(saved, saving->getResults().slice(
                                  form.loop->getNumResults(), saved.size())))
    stacks[value] = stack;
  count = form.isCounted() ? form.getBound() : saving->getResults().back();
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

/// Those of what is carried, of captured values, and stacks for those of the
/// scanned ones.
Values LoopGradients::getInitialCotangents() {
  Values values;
  for (const LoopForm::Carried &value : form.carried)
    if (isDifferentiated(value))
      values.push_back(orZeros(getCotangent(value), value.argument, b));
  for (Value value : captured)
    values.push_back(b.zerosLike(value));
  for (Scanned &each : scanned) {
    Value slice = each.gather.getResult();
    int64_t size = b.shapeOf(each.source)[each.gather.getAxis()];
    values.push_back(
        b.splat(b.elementTypeOf(slice), stackOf(slice, size).getShape(), 0));
  }
  return values;
}

/// A number that counts from the end where it is negative, as an index.
Value LoopGradients::toIndex(Value number, int64_t size) {
  Value scalar = tensor::ExtractOp::create(builder, loc, number, ValueRange());
  Value index =
      arith::IndexCastOp::create(builder, loc, builder.getIndexType(), scalar);
  Value fromEnd =
      arith::AddIOp::create(builder, loc, index, constantIndex(size));
  Value isNegative = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::slt, index, constantIndex(0));
  return arith::SelectOp::create(builder, loc, isNegative, fromEnd, index);
}

/// Goes back through iteration `number`; gives the new cotangents.
FailureOr<Values> LoopGradients::buildBody(Value number, ValueRange carried) {
  Value numberTensor = toTensor(number);
  IRMapping mapping;
  if (form.number)
    mapping.map(form.number, number);
  if (form.goesOn)
    mapping.map(form.goesOn, arith::ConstantOp::create(
                                 builder, loc, builder.getBoolAttr(true)));
  for (auto [argument, stack] : stacks)
    mapping.map(argument, b.gather(stack, numberTensor, 0));
  SmallVector<Operation *> forward = form.cloneBody(mapping, builder);

  Values variables;
  for (const LoopForm::Carried &value : form.carried)
    if (isDifferentiated(value))
      variables.push_back(mapping.lookupOrDefault(Value(value.argument)));
  llvm::append_range(variables, captured);
  for (Scanned &each : scanned)
    variables.push_back(mapping.lookup(each.gather.getResult()));

  ReverseMode reverse(builder, forward, variables);
  unsigned place = 0;
  for (const LoopForm::Carried &value : form.carried) {
    if (isDifferentiated(value)) {
      reverse.seed(mapping.lookupOrDefault(value.next), carried[place++]);
    } else if (value.collector && getCotangent(value)) {
      Value piece = mapping.lookupOrDefault(value.piece);
      reverse.seed(
          piece,
          b.reshapeLike(b.gather(getCotangent(value), numberTensor, 0), piece));
    }
  }
  if (failed(reverse.run()))
    return failure();

  Values next;
  for (const LoopForm::Carried &value : form.carried)
    if (isDifferentiated(value))
      next.push_back(
          orZeros(reverse.take(mapping.lookupOrDefault(Value(value.argument))),
                  value.argument, b));
  for (Value value : captured) {
    Value gradient = reverse.take(value), sum = carried[next.size()];
    next.push_back(gradient ? b.add(sum, gradient) : sum);
  }
  for (Scanned &each : scanned) {
    auto gather = cast<nn::GatherOp>(
        mapping.lookup(each.gather.getResult()).getDefiningOp());
    Value slice = reverse.take(gather.getResult()),
          stack = carried[next.size()];
    Value at = toIndex(gather.getIndices(), b.shapeOf(stack).front());
    next.push_back(slice ? insert(slice, stack, at) : stack);
  }
  return next;
}

FailureOr<Contributions> LoopGradients::build() {
  findCaptured();
  if (failed(check()))
    return failure();
  saveStates();
  Values initial = getInitialCotangents();
  auto loop = scf::ForOp::create(builder, loc, constantIndex(0), count,
                                 constantIndex(1), initial);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(loop.getBody());
    Value last = arith::SubIOp::create(builder, loc, count, constantIndex(1));
    Value number =
        arith::SubIOp::create(builder, loc, last, loop.getInductionVar());
    FailureOr<Values> next = buildBody(number, loop.getRegionIterArgs());
    if (failed(next))
      return failure();
    scf::YieldOp::create(builder, loc, *next);
  }
  Contributions contributions;
  ResultRange results = loop.getResults();
  for (const LoopForm::Carried &value : form.carried)
    if (isDifferentiated(value))
      contributions.emplace_back(value.initial, results[contributions.size()]);
  for (Value value : captured)
    contributions.emplace_back(value, results[contributions.size()]);
  for (Scanned &each : scanned) {
    Value stack = results[contributions.size()];
    int64_t axis = each.gather.getAxis();
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(1, b.rankOf(stack)));
    order.insert(order.begin() + axis, 0);
    contributions.emplace_back(each.source,
                               axis ? b.transpose(stack, order) : stack);
  }
  return contributions;
}

FailureOr<Contributions>
swage::training::buildLoopGradients(Operation *loop, ArrayRef<Value> cotangents,
                                    const DenseSet<Value> &active,
                                    OpBuilder &builder) {
  std::optional<LoopForm> form = LoopForm::read(loop);
  if (!form)
    return loop->emitError("a loop in this form cannot be differentiated");
  return LoopGradients(std::move(*form), cotangents, active, builder).build();
}
