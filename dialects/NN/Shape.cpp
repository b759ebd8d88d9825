//===- Shape.cpp - inference of shape operators ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of the operators that read or change shapes.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace swage::nn;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

NN_INFER_TYPES(ShapeOp) {
  Adaptor op(operands, attributes, properties, regions);
  int64_t rank = rankOf(op.getInput());
  int64_t start = op.getStart(), end = op.getEnd();
  if (start < 0 || end > rank || start > end)
    return emitOptionalError(loc, "dimensions [", start, ", ", end,
                             ") are not a part of the input's rank ", rank);
  types.push_back(
      RankedTensorType::get({end - start}, IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(ReshapeOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  auto elements = getKnownElements(op.getShape());
  if (!elements) // (R1)
    return emitOptionalError(loc,
                             "the rank of the result is not known: the "
                             "shape operand has type ",
                             op.getShape().getType());
  SmallVector<int64_t> shape;
  std::optional<int64_t> rest;
  int64_t known = 1;
  bool isStatic = true;
  for (auto [i, element] : llvm::enumerate(*elements)) {
    int64_t size = element.value_or(kDynamic);
    if (element == 0 && !op.getAllowZero()) { // (R3)
      if (i >= input.size())
        return emitOptionalError(loc, "0 at place ", i,
                                 " of the shape stands for "
                                 "a size of the input, which has rank ",
                                 input.size());
      size = input[i];
    } else if (element == -1) { // (R2)
      if (rest)
        return emitOptionalError(loc, "the shape has more than one -1");
      rest = i;
      size = kDynamic;
    } else if (element && *element < -1) {
      return emitOptionalError(loc, "the shape has a negative size, ",
                               *element);
    }
    shape.push_back(size);
    if (rest == int64_t(i))
      continue;
    isStatic &= !ShapedType::isDynamic(size);
    known *= ShapedType::isDynamic(size) ? 1 : size;
  }
  bool inputStatic = !ShapedType::isDynamicShape(input);
  int64_t count = inputStatic ? ShapedType::getNumElements(input) : 0;
  if (inputStatic && isStatic) { // (R4)
    if (rest) {
      if (known == 0 ? count != 0 : count % known != 0)
        return emitOptionalError(loc, "cannot reshape ", count,
                                 " elements to a multiple of ", known);
      shape[*rest] = known == 0 ? 0 : count / known;
    } else if (known != count) {
      return emitOptionalError(loc, "cannot reshape ", op.getInput().getType(),
                               ", which has ", count, " elements, to ", known);
    }
  }
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}

NN_INFER_TYPES(TransposeOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  ArrayRef<int64_t> permutation = op.getPermutation();
  if (permutation.size() != input.size() || !isPermutationVector(permutation))
    return emitOptionalError(loc, "[", permutation,
                             "] is not a permutation of the dimensions of ",
                             op.getInput().getType());
  SmallVector<int64_t> shape;
  for (int64_t from : permutation)
    shape.push_back(input[from]);
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}

NN_INFER_TYPES(ConcatOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (op.getInputs().empty())
    return emitOptionalError(loc, "nothing to concatenate");
  auto first = cast<RankedTensorType>(op.getInputs().front().getType());
  SmallVector<int64_t> shape(first.getShape());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= first.getRank())
    return emitOptionalError(loc, "axis ", axis, " is outside of ", first);
  for (Value input : op.getInputs().drop_front()) {
    auto type = cast<RankedTensorType>(input.getType());
    bool fits = type.getRank() == first.getRank() &&
                type.getElementType() == first.getElementType();
    for (int64_t i = 0; fits && i < first.getRank(); ++i) {
      int64_t size = type.getDimSize(i);
      if (i == axis)
        shape[i] =
            ShapedType::isDynamic(shape[i]) || ShapedType::isDynamic(size)
                ? kDynamic
                : shape[i] + size;
      else if (ShapedType::isDynamic(shape[i]))
        shape[i] = size;
      else
        fits = ShapedType::isDynamic(size) || size == shape[i];
    }
    if (!fits) // (C1)
      return emitOptionalError(loc, "cannot concatenate ", first, " and ", type,
                               " along axis ", axis);
  }
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

NN_INFER_TYPES(SliceOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  auto starts = getKnownElements(op.getStarts());
  auto ends = getKnownElements(op.getEnds());
  auto steps = getKnownElements(op.getSteps());
  size_t count = op.getAxes().size();
  if (!starts || !ends || !steps || starts->size() != count ||
      ends->size() != count || steps->size() != count) // (S1)
    return emitOptionalError(loc, "starts, ends and steps must have ", count,
                             " elements each, as there are axes");
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = op.getAxes()[i];
    if (axis < 0 || axis >= int64_t(shape.size()))
      return emitOptionalError(loc, "axis ", axis, " is outside of ",
                               op.getInput().getType());
    int64_t &size = shape[axis];
    std::optional<int64_t> start = (*starts)[i], end = (*ends)[i],
                           step = (*steps)[i];
    if (step == 0) // (S2)
      return emitOptionalError(loc, "the step of axis ", axis, " is zero");
    if (ShapedType::isDynamic(size) && start == 0 && step == 1 && end &&
        *end >= std::numeric_limits<int32_t>::max())
      continue; // the whole axis
    if (ShapedType::isDynamic(size) || !start || !end || !step) {
      size = kDynamic;
      continue;
    }
    int64_t low = *start < 0 ? *start + size : *start;
    int64_t high = *end < 0 ? std::max<int64_t>(*end, -size - 1) + size : *end;
    if (*step > 0) {
      low = std::clamp<int64_t>(low, 0, size);
      high = std::clamp<int64_t>(high, 0, size);
      size = low < high ? (high - low - 1) / *step + 1 : 0;
    } else {
      low = std::clamp<int64_t>(low, -1, size - 1);
      high = std::clamp<int64_t>(high, -1, size - 1);
      size = low > high ? (low - high - 1) / -*step + 1 : 0;
    }
  }
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}

NN_INFER_TYPES(ExpandOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto elements = getKnownElements(op.getShape());
  if (!elements)
    return emitOptionalError(loc,
                             "the rank of the result is not known: the "
                             "shape operand has type ",
                             op.getShape().getType());
  SmallVector<int64_t> wanted;
  for (std::optional<int64_t> element : *elements)
    wanted.push_back(element.value_or(kDynamic));
  auto shape = broadcastShapes({shapeOf(op.getInput()), wanted});
  if (!shape)
    return emitOptionalError(loc, op.getInput().getType(),
                             " does not broadcast to [", wanted, "]");
  // A size that is known only at run time may still be 1 in the input.
  for (auto [offset, size] : llvm::enumerate(llvm::reverse(wanted)))
    if (ShapedType::isDynamic(size) &&
        (offset >= shapeOf(op.getInput()).size() ||
         shapeOf(op.getInput())[shapeOf(op.getInput()).size() - 1 - offset] ==
             1))
      (*shape)[shape->size() - 1 - offset] = kDynamic;
  types.push_back(RankedTensorType::get(*shape, elementTypeOf(op.getInput())));
  return success();
}

NN_INFER_TYPES(GatherOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> data = shapeOf(op.getData());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= int64_t(data.size()))
    return emitOptionalError(loc, "axis ", axis, " is outside of ",
                             op.getData().getType());
  SmallVector<int64_t> shape(data.take_front(axis));
  llvm::append_range(shape, shapeOf(op.getIndices()));
  llvm::append_range(shape, data.drop_front(axis + 1));
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getData())));
  return success();
}

NN_INFER_TYPES(PadOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  auto pads = getKnownElements(op.getPads());
  if (!pads || pads->size() != 2 * shape.size()) // (P1)
    return emitOptionalError(loc, "needs ", 2 * shape.size(), " pads for ",
                             op.getInput().getType());
  for (size_t i = 0; i < shape.size(); ++i) {
    std::optional<int64_t> before = (*pads)[i],
                           after = (*pads)[i + shape.size()];
    if (ShapedType::isDynamic(shape[i]) && before == 0 && after == 0)
      continue;
    if (ShapedType::isDynamic(shape[i]) || !before || !after)
      shape[i] = kDynamic;
    else if ((shape[i] += *before + *after) < 0)
      return emitOptionalError(loc, "pads remove more than all of dimension ",
                               i, " of ", op.getInput().getType());
  }
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}
