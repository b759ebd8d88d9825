//===- Search.cpp - order, places and running totals ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of the operators in Search.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

static LogicalResult checkAxis(std::optional<Location> loc, Value input,
                               uint64_t axis) {
  if (axis < uint64_t(rankOf(input)))
    return success();
  return emitOptionalError(loc, "axis ", axis, " is outside of ",
                           input.getType());
}

static LogicalResult inferPlaces(std::optional<Location> loc, Value input,
                                 int64_t axis, bool keepDims,
                                 SmallVectorImpl<Type> &types) {
  if (failed(checkAxis(loc, input, axis)))
    return failure();
  SmallVector<int64_t> shape(shapeOf(input));
  if (shape[axis] == 0)
    return emitOptionalError(loc, "there is no element along axis ", axis,
                             " of ", input.getType());
  if (keepDims)
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  types.push_back(RankedTensorType::get(
      shape, IntegerType::get(input.getContext(), 64)));
  return success();
}

NN_INFER_TYPES(ArgMaxOp) {
  Adaptor op(operands, attributes, properties, regions);
  return inferPlaces(loc, op.getInput(), op.getAxis(), op.getKeepDims(), types);
}
NN_INFER_TYPES(ArgMinOp) {
  Adaptor op(operands, attributes, properties, regions);
  return inferPlaces(loc, op.getInput(), op.getAxis(), op.getKeepDims(), types);
}

NN_INFER_TYPES(TopKOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (failed(checkAxis(loc, op.getInput(), op.getAxis())))
    return failure();
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  int64_t &size = shape[op.getAxis()];
  if (rankOf(op.getK()) != 0)
    return emitOptionalError(loc, "k must be a scalar, but is ", // (T1)
                             op.getK().getType());
  auto k = getConstantElements(op.getK());
  if (k && (k->front() < 0 || (size != kDynamic && k->front() > size)))
    return emitOptionalError(loc, "cannot choose ", k->front(),
                             " elements along axis ", op.getAxis(), " of ",
                             op.getInput().getType());
  size = k ? k->front() : kDynamic;
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  types.push_back(
      RankedTensorType::get(shape, IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(NonZeroOp) {
  types.push_back(RankedTensorType::get({rankOf(operands[0]), kDynamic},
                                        IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(UniqueOp) {
  if (rankOf(operands[0]) != 2)
    return emitOptionalError(loc, "takes a matrix, but has ",
                             operands[0].getType());
  Type integer = IntegerType::get(context, 64);
  auto some = RankedTensorType::get({kDynamic}, integer);
  auto all = RankedTensorType::get(shapeOf(operands[0]).take_front(), integer);
  types.append({some, all, some});
  return success();
}

NN_INFER_TYPES(NonMaxSuppressionOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> boxes = shapeOf(op.getBoxes());
  ArrayRef<int64_t> scores = shapeOf(op.getScores());
  auto agree = [](int64_t a, int64_t b) {
    return a == b || a == kDynamic || b == kDynamic;
  };
  if (boxes.size() != 3 || scores.size() != 3 || !agree(boxes[2], 4) ||
      !agree(boxes[0], scores[0]) || !agree(boxes[1], scores[2])) // (B1)
    return emitOptionalError(loc, "takes boxes BxNx4 and scores BxCxN, but has ",
                             op.getBoxes().getType(), " and ",
                             op.getScores().getType());
  for (Value scalar : operands.drop_front(2))
    if (rankOf(scalar) != 0) // (B2)
      return emitOptionalError(loc, "takes scalars for its limits, but has ",
                               scalar.getType());
  types.push_back(
      RankedTensorType::get({kDynamic, 3}, IntegerType::get(context, 64)));
  return success();
}

static LogicalResult inferTotals(std::optional<Location> loc, Value input,
                                 Value axis, SmallVectorImpl<Type> &types) {
  if (rankOf(axis) != 0 || rankOf(input) == 0) // (C1)
    return emitOptionalError(loc, "takes a scalar axis of a tensor, but has ",
                             axis.getType(), " and ", input.getType());
  if (auto known = getConstantElements(axis))
    if (!normalizeAxis(known->front(), rankOf(input)))
      return emitOptionalError(loc, "axis ", known->front(),
                               " is outside of ", input.getType());
  types.push_back(input.getType());
  return success();
}

NN_INFER_TYPES(CumSumOp) {
  Adaptor op(operands, attributes, properties, regions);
  return inferTotals(loc, op.getInput(), op.getAxis(), types);
}
NN_INFER_TYPES(CumProdOp) {
  Adaptor op(operands, attributes, properties, regions);
  return inferTotals(loc, op.getInput(), op.getAxis(), types);
}
