//===- Stages.cpp - what becomes a stage ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Structured operations, padding, and what joins tensors.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/SpecBuilder.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage::halide {

Stage &SpecBuilder::startStage(StringRef kind, unsigned numParallel) {
  Stage stage;
  stage.name = ("s" + Twine(spec.stages.size()) + "_" + kind).str();
  stage.numParallel = numParallel;
  spec.stages.push_back(std::move(stage));
  return spec.stages.back();
}

LogicalResult SpecBuilder::addResult(Value value, Operation *op) {
  FailureOr<Element> element =
      elementOf(op, getElementTypeOrSelf(value.getType()));
  FailureOr<ExprIds> shape = shapeOf(value, op);
  if (failed(element) || failed(shape))
    return failure();
  Tensor tensor;
  tensor.element = *element;
  tensor.shape.assign(shape->begin(), shape->end());
  tensor.stage = spec.stages.size() - 1;
  tensor.result = spec.stages.back().results.size();
  tensors[value] = spec.tensors.size();
  spec.stages.back().results.push_back(spec.tensors.size());
  spec.tensors.push_back(std::move(tensor));
  return success();
}

FailureOr<ExprId> SpecBuilder::evaluate(Block &block, Value result,
                                        Scope &scope) {
  for (Operation &op : block.without_terminator())
    if (op.getNumRegions())
      return refuse(&op, "'" + op.getName().getStringRef() +
                             "' has no counterpart in Halide");
  return scalar(result, scope);
}

namespace {

/// How the loops of a structured operation become those of a stage.
struct LoopOrder {
  SmallVector<int> position; ///< of each loop in the stage; -1 when it has none
  unsigned numParallel = 0;
  SmallVector<unsigned> reductions; ///< loops that reduce, in order
};

/// The stage's parallel loops are the dimensions of what `map` writes. Fails
/// with a reason when that is no tensor written once.
FailureOr<LoopOrder> getLoopOrder(linalg::GenericOp op, AffineMap map,
                                  std::string &reason) {
  LoopOrder order;
  order.position.assign(op.getNumLoops(), -1);
  order.numParallel = map.getNumResults();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (auto [dim, expression] : llvm::enumerate(map.getResults())) {
    auto loop = dyn_cast<AffineDimExpr>(expression);
    if (loop && order.position[loop.getPosition()] < 0 &&
        iterators[loop.getPosition()] == utils::IteratorType::parallel) {
      order.position[loop.getPosition()] = dim;
      continue;
    }
    auto type = cast<RankedTensorType>(op.getDpsInits().front().getType());
    if (isa<AffineConstantExpr>(expression) && type.getDimSize(dim) == 1)
      continue;
    reason = "writes its result in an order that Halide cannot";
    return failure();
  }
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    if (order.position[loop] >= 0)
      continue;
    if (iterators[loop] == utils::IteratorType::reduction) {
      order.position[loop] = order.numParallel + order.reductions.size();
      order.reductions.push_back(loop);
    } else if (ranges[loop] != 1) {
      reason = "writes elements of its result more than once";
      return failure();
    }
  }
  return order;
}

} // namespace

/// Whether a result of a step needs another result of the step before. Halide 14
/// stores the new one before it reads the old one: it does not look for reads
/// inside of strict_float.
bool SpecBuilder::areEntangled(const Stage &stage) const {
  auto readsOther = [&](auto &self, ExprId id, int own) -> bool {
    const Expression &expression = spec[id];
    if (expression.opcode == Opcode::Accumulator)
      return expression.index != own;
    return llvm::any_of(expression.operands, [&](ExprId operand) {
      return self(self, operand, own);
    });
  };
  for (auto [number, value] : llvm::enumerate(stage.values))
    if (readsOther(readsOther, value, number))
      return true;
  return false;
}

LogicalResult SpecBuilder::addGeneric(linalg::GenericOp op) {
  bool reduces = op.getNumReductionLoops() > 0;
  Block &body = *op.getBody();
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  if (!op.hasPureTensorSemantics())
    return refuse(op, "'linalg.generic' on scalars has no counterpart in "
                      "Halide");
  auto initMap = [&](unsigned result) {
    return op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  };
  // Results that are written in one order are one stage.
  SmallVector<SmallVector<unsigned>> groups;
  for (unsigned result = 0; result < op.getNumResults(); ++result) {
    bool same =
        !groups.empty() && initMap(groups.front().front()) == initMap(result);
    if (same && reduces)
      groups.front().push_back(result);
    else
      groups.push_back({result});
  }
  if (reduces && groups.size() > 1)
    return refuse(op, "'linalg.generic' reduces into results of different "
                      "orders, which Halide cannot");
  for (ArrayRef<unsigned> group : groups) {
    std::string reason;
    FailureOr<LoopOrder> order =
        getLoopOrder(op, initMap(group.front()), reason);
    if (failed(order))
      return refuse(op, "'linalg.generic' " + reason);
    startStage(reduces ? "reduce" : "map", order->numParallel);
    ExprIds loops, place;
    for (int position : order->position)
      loops.push_back(position < 0 ? index(0) : loop(position));
    for (unsigned dim = 0; dim < order->numParallel; ++dim)
      place.push_back(loop(dim));

    Scope scope;
    auto placeIn = [&](OpOperand &operand) {
      ExprIds indices;
      for (AffineExpr expression :
           op.getMatchingIndexingMap(&operand).getResults())
        indices.push_back(affine(expression, loops));
      return indices;
    };
    for (OpOperand *input : op.getDpsInputOperands()) {
      BlockArgument argument = op.getMatchingBlockArgument(input);
      if (argument.use_empty())
        continue;
      FailureOr<ExprId> element = isa<TensorType>(input->get().getType())
                                      ? read(input->get(), placeIn(*input), op)
                                      : scalar(input->get(), globals);
      if (failed(element))
        return failure();
      scope[argument] = *element;
    }
    for (auto [number, result] : llvm::enumerate(group)) {
      OpOperand *init = op.getDpsInitOperand(result);
      BlockArgument argument = op.getMatchingBlockArgument(init);
      if (argument.use_empty() && !reduces)
        continue;
      FailureOr<ExprId> before = read(init->get(), place, op);
      if (failed(before))
        return failure();
      if (!reduces) {
        scope[argument] = *before;
        continue;
      }
      spec.stages.back().inits.push_back(*before);
      Expression accumulator;
      accumulator.opcode = Opcode::Accumulator;
      accumulator.type = spec.typeOf(*before);
      accumulator.index = number;
      scope[argument] = add(accumulator);
    }
    // Other results of the operation may be read by this one's body.
    if (!reduces)
      for (unsigned result = 0; result < op.getNumResults(); ++result) {
        OpOperand *init = op.getDpsInitOperand(result);
        BlockArgument argument = op.getMatchingBlockArgument(init);
        if (argument.use_empty() || scope.count(argument))
          continue;
        FailureOr<ExprId> before = read(init->get(), placeIn(*init), op);
        if (failed(before))
          return failure();
        scope[argument] = *before;
      }
    for (linalg::IndexOp number : body.getOps<linalg::IndexOp>())
      scope[number.getResult()] = loops[number.getDim()];
    for (unsigned reduction : order->reductions) {
      FailureOr<ExprId> size = failure();
      for (OpOperand &operand : op->getOpOperands()) {
        if (!isa<TensorType>(operand.get().getType()))
          continue;
        AffineMap map = op.getMatchingIndexingMap(&operand);
        for (auto [dim, expression] : llvm::enumerate(map.getResults()))
          if (failed(size) &&
              expression == getAffineDimExpr(reduction, op.getContext()))
            size = sizeOf(operand.get(), dim, op);
      }
      if (failed(size))
        return refuse(op, "'linalg.generic' has a reduction whose extent no "
                          "operand gives");
      spec.stages.back().reductions.push_back(*size);
    }
    for (unsigned result : group) {
      FailureOr<ExprId> value =
          evaluate(body, yield.getValues()[result], scope);
      if (failed(value))
        return failure();
      spec.stages.back().values.push_back(*value);
    }
    if (reduces && areEntangled(spec.stages.back()))
      return refuse(op, "'linalg.generic' reduces into results that depend on "
                        "each other, which Halide mixes up");
    for (unsigned result : group)
      if (failed(addResult(op.getResult(result), op)))
        return failure();
  }
  return success();
}

LogicalResult SpecBuilder::addPad(tensor::PadOp op) {
  int64_t rank = op.getResultType().getRank();
  startStage("pad", rank);
  Scope scope;
  Block &body = op.getRegion().front();
  ExprIds place;
  ExprId inside = integer(Element::Bool, 1);
  bool isWhole = true;
  for (int64_t dim = 0; dim < rank; ++dim) {
    scope[body.getArgument(dim)] = loop(dim);
    FailureOr<ExprId> low = sizeOf(op.getMixedLowPad()[dim]);
    FailureOr<ExprId> high = sizeOf(op.getMixedHighPad()[dim]);
    FailureOr<ExprId> size = sizeOf(op.getSource(), dim, op);
    if (failed(low) || failed(high) || failed(size))
      return failure();
    ExprId position = binary(Opcode::Sub, loop(dim), *low);
    if (spec.constant(*low) == 0 && spec.constant(*high) == 0) {
      place.push_back(position);
      continue;
    }
    ExprId last = binary(Opcode::Sub, *size, index(1));
    ExprId within = binary(Opcode::And, compare(Opcode::Le, index(0), position),
                           compare(Opcode::Le, position, last));
    inside = isWhole ? within : binary(Opcode::And, inside, within);
    isWhole = false;
    place.push_back(clamp(position, index(0), last));
  }
  FailureOr<ExprId> element = read(op.getSource(), place, op);
  FailureOr<ExprId> padding = evaluate(
      body, cast<tensor::YieldOp>(body.getTerminator()).getValue(), scope);
  if (failed(element) || failed(padding))
    return failure();
  spec.stages.back().values.push_back(
      isWhole ? *element : select(inside, *element, *padding));
  return addResult(op.getResult(), op);
}

LogicalResult SpecBuilder::addInsert(tensor::InsertSliceOp op) {
  int64_t rank = op.getType().getRank();
  startStage("insert", rank);
  llvm::SmallBitVector dropped = op.getDroppedDims();
  ExprIds source, everywhere;
  ExprId inside = integer(Element::Bool, 1);
  for (int64_t dim = 0; dim < rank; ++dim) {
    everywhere.push_back(loop(dim));
    FailureOr<ExprId> offset = sizeOf(op.getMixedOffsets()[dim]);
    FailureOr<ExprId> stride = sizeOf(op.getMixedStrides()[dim]);
    FailureOr<ExprId> size = sizeOf(op.getMixedSizes()[dim]);
    if (failed(offset) || failed(stride) || failed(size))
      return failure();
    ExprId distance = binary(Opcode::Sub, loop(dim), *offset);
    ExprId position = binary(Opcode::FloorDiv, distance, *stride);
    ExprId last = binary(Opcode::Sub, *size, index(1));
    inside =
        binary(Opcode::And, inside, compare(Opcode::Le, index(0), position));
    inside = binary(Opcode::And, inside, compare(Opcode::Le, position, last));
    if (spec.constant(*stride) != 1)
      inside =
          binary(Opcode::And, inside,
                 compare(Opcode::Eq, binary(Opcode::Mul, position, *stride),
                         distance));
    if (!dropped[dim])
      source.push_back(clamp(position, index(0), last));
  }
  FailureOr<ExprId> inserted = read(op.getSource(), source, op);
  FailureOr<ExprId> other = read(op.getDest(), everywhere, op);
  if (failed(inserted) || failed(other))
    return failure();
  spec.stages.back().values.push_back(select(inside, *inserted, *other));
  return addResult(op.getResult(), op);
}

LogicalResult SpecBuilder::addConcat(tensor::ConcatOp op) {
  int64_t rank = op.getResultType().getRank();
  unsigned joined = op.getDim();
  startStage("concat", rank);
  ExprIds place;
  for (int64_t dim = 0; dim < rank; ++dim)
    place.push_back(loop(dim));
  ExprId begin = index(0);
  SmallVector<std::pair<ExprId, ExprId>> parts; // element, where it ends
  for (Value input : op.getInputs()) {
    FailureOr<ExprId> size = sizeOf(input, joined, op);
    if (failed(size))
      return failure();
    place[joined] = clamp(binary(Opcode::Sub, loop(joined), begin), index(0),
                          binary(Opcode::Sub, *size, index(1)));
    FailureOr<ExprId> element = read(input, place, op);
    if (failed(element))
      return failure();
    begin = binary(Opcode::Add, begin, *size);
    parts.push_back({*element, begin});
  }
  ExprId value = parts.back().first;
  for (auto [element, end] : llvm::reverse(ArrayRef(parts).drop_back()))
    value = select(compare(Opcode::Lt, loop(joined), end), element, value);
  spec.stages.back().values.push_back(value);
  return addResult(op.getResult(), op);
}

LogicalResult SpecBuilder::addGenerate(tensor::GenerateOp op) {
  Block &body = op.getBody().front();
  startStage("generate", body.getNumArguments());
  Scope scope;
  for (BlockArgument argument : body.getArguments())
    scope[argument] = loop(argument.getArgNumber());
  FailureOr<ExprId> value = evaluate(
      body, cast<tensor::YieldOp>(body.getTerminator()).getValue(), scope);
  if (failed(value))
    return failure();
  spec.stages.back().values.push_back(*value);
  return addResult(op.getResult(), op);
}

LogicalResult SpecBuilder::addFromElements(tensor::FromElementsOp op) {
  auto type = op.getType();
  startStage("elements", type.getRank());
  ExprId position = index(0);
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    position = binary(
        Opcode::Add, binary(Opcode::Mul, position, index(type.getDimSize(dim))),
        loop(dim));
  ExprId value = -1;
  for (size_t number = op.getElements().size(); number-- > 0;) {
    FailureOr<ExprId> translated = scalar(op.getElements()[number], globals);
    if (failed(translated))
      return failure();
    value = value < 0 ? *translated
                      : select(compare(Opcode::Eq, position, index(number)),
                               *translated, value);
  }
  if (value < 0)
    return refuse(op, "'tensor.from_elements' of nothing");
  spec.stages.back().values.push_back(value);
  return addResult(op.getResult(), op);
}

} // namespace swage::halide
