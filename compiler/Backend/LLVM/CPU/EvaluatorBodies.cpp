//===- EvaluatorBodies.cpp - bodies of operations as code -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operations on scalars, from the bodies of linalg operations, as operations
// on scalars or vectors.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Evaluator.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace swage {

Value Evaluator::emitIndex(const IndexValue &index,
                           const VectorContext &context) {
  Location loc = builder.getUnknownLoc();
  IndexValue first = index;
  first.lane = Monomial(0);
  Value base = at(space.levelOf(first), [&] { return addressOf(first); });
  if (!index.isUniform()) {
    Value steps = laneSteps(context.lanes, index);
    base = arith::AddIOp::create(builder, loc, broadcast(base, context.lanes),
                                 steps);
  }
  forms[base] = index;
  return base;
}

Value Evaluator::emitExtract(tensor::ExtractOp op, IRMapping &mapping,
                             const VectorContext &context) {
  SmallVector<Value> values;
  Indices indices;
  bool affine = true;
  for (Value index : op.getIndices()) {
    Value value = mapping.lookupOrNull(index);
    if (!value)
      value = tensors.getScalar(index);
    if (!value)
      return {};
    values.push_back(value);
    auto form = forms.find(value);
    if (form != forms.end())
      indices.push_back(form->second);
    else if (isa<VectorType>(value.getType()))
      affine = false;
    else
      indices.push_back(
          IndexValue::ofAtom(space.addAtom(value, 1, levelOf(value))));
  }
  if (affine)
    return read(op.getTensor(), indices, context);
  const Place *place = tensors.find(op.getTensor());
  if (!place || place->layout)
    return {};
  return gather(*place, values, op.getType(), context);
}

Value Evaluator::emitOp(Operation *op, IRMapping &mapping,
                        const VectorContext &context, bool contract) {
  if (auto extract = dyn_cast<tensor::ExtractOp>(op))
    return emitExtract(extract, mapping, context);
  Location loc = builder.getUnknownLoc();
  bool vectors = false;
  unsigned depth = 0;
  for (Value operand : op->getOperands()) {
    Value value = mapping.lookup(operand);
    vectors |= isa<VectorType>(value.getType());
    depth = std::max(depth, levelOf(value));
  }
  auto allowFusing = [&](Operation *copy) {
    auto math = dyn_cast<arith::ArithFastMathInterface>(copy);
    if (!contract || !math)
      return copy->getResult(0);
    // Conversions may carry no flags at all.
    auto flags = arith::FastMathFlags::contract;
    // Which of two zeros is greater would take as long as the maximum does.
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(copy))
      flags = flags | arith::FastMathFlags::nsz;
    if (arith::FastMathFlagsAttr given = math.getFastMathFlagsAttr())
      flags = flags | given.getValue();
    copy->setAttr(math.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(op->getContext(), flags));
    return copy->getResult(0);
  };
  if (!vectors)
    return at(op->getNumRegions() ? level() : depth,
              [&] { return allowFusing(builder.clone(*op, mapping)); });
  SmallVector<Value> operands;
  for (auto [position, operand] : llvm::enumerate(op->getOperands())) {
    Value value = mapping.lookup(operand);
    // A select of vectors may have one condition for all lanes.
    bool condition = isa<arith::SelectOp>(op) && position == 0;
    operands.push_back(condition ? value : broadcast(value, context.lanes));
  }
  auto type = VectorType::get({context.lanes}, op->getResult(0).getType());
  OperationState state(loc, op->getName(), operands, type, op->getAttrs());
  return allowFusing(builder.create(state));
}

SmallVector<Value> Evaluator::emitBody(linalg::GenericOp op,
                                       ArrayRef<IndexValue> dims,
                                       ArrayRef<Value> arguments,
                                       const VectorContext &context,
                                       bool contract) {
  IRMapping mapping;
  Block *body = op.getBlock();
  auto capture = [&](Value value) {
    if (mapping.contains(value) || isa<TensorType>(value.getType()))
      return true;
    Value scalar = tensors.getScalar(value);
    if (!scalar)
      return false;
    levels[scalar] = 0;
    mapping.map(value, scalar);
    return true;
  };
  for (auto [argument, value] : llvm::zip(body->getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : body->without_terminator()) {
    bool captured = true;
    inner.walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
          captured &= capture(operand);
    });
    if (!captured)
      return {};
    Value result;
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      result = emitIndex(dims[index.getDim()], context);
    } else if (inner.getNumResults() == 1) {
      result = emitOp(&inner, mapping, context, contract);
    } else {
      // Several results, or none: scalar code only.
      Operation *copy = builder.clone(inner, mapping);
      for (Value value : copy->getResults())
        levels[value] = level();
      continue;
    }
    if (!result)
      return {};
    mapping.map(inner.getResult(0), result);
  }
  SmallVector<Value> results;
  for (Value value : body->getTerminator()->getOperands()) {
    if (!capture(value))
      return {};
    results.push_back(mapping.lookup(value));
  }
  return results;
}

/// Whether `op` means the same on vectors, element by element.
static bool runsOnVectors(Operation &op) {
  if (isa<linalg::IndexOp, tensor::ExtractOp>(op))
    return true;
  auto fits = [](Type type) {
    return type.isIntOrIndexOrFloat() &&
           (type.isIndex() || type.getIntOrFloatBitWidth() <= 64);
  };
  return op.getNumResults() == 1 && op.getNumRegions() == 0 &&
         (isa<arith::ConstantOp>(op) ||
          OpTrait::hasElementwiseMappableTraits(&op)) &&
         llvm::all_of(op.getOperandTypes(), fits) &&
         llvm::all_of(op.getResultTypes(), fits);
}

Operation *Evaluator::findScalarOp(linalg::GenericOp op) {
  for (Operation &inner : op.getBlock()->without_terminator())
    if (!runsOnVectors(inner))
      return &inner;
  return nullptr;
}

} // namespace swage
