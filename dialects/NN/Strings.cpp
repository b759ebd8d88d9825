//===- Strings.cpp - operators on strings ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

/// The type of as many elements as `input` has.
static RankedTensorType withElements(Value input, Type elementType) {
  return RankedTensorType::get(shapeOf(input), elementType);
}

NN_INFER_TYPES(StringConstantOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto type = RankedTensorType::get(op.getShape(), StringType::get(context));
  if (type.getNumElements() != int64_t(op.getValues().size())) // (T1)
    return emitOptionalError(loc, "a ", type, " cannot hold ",
                             op.getValues().size(), " strings");
  types.push_back(type);
  return success();
}

/// (T2)
static LogicalResult inferPair(std::optional<Location> loc, ValueRange operands,
                               Type elementType, SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> left = shapeOf(operands[0]), right = shapeOf(operands[1]);
  if (failed(verifyCompatibleShape(left, right)))
    return emitOptionalError(loc, "strings of ", operands[0].getType(), " and ",
                             operands[1].getType(), " are no pairs");
  SmallVector<int64_t> shape(left);
  for (auto [size, other] : llvm::zip(shape, right))
    size = ShapedType::isDynamic(size) ? other : size;
  types.push_back(RankedTensorType::get(shape, elementType));
  return success();
}

NN_INFER_TYPES(StringConcatOp) {
  return inferPair(loc, operands, StringType::get(context), types);
}

NN_INFER_TYPES(StringEqualOp) {
  return inferPair(loc, operands, IntegerType::get(context, 1), types);
}

NN_INFER_TYPES(StringSplitOp) {
  Value input = operands.front();
  SmallVector<int64_t> shape(shapeOf(input));
  shape.push_back(ShapedType::kDynamic);
  types.push_back(RankedTensorType::get(shape, elementTypeOf(input)));
  types.push_back(withElements(input, IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(StringNormalizeOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  bool isRow =
      shape.size() == 2 && (shape[0] == 1 || ShapedType::isDynamic(shape[0]));
  if (shape.size() != 1 && !isRow) // (T3)
    return emitOptionalError(loc, "needs a vector or a matrix of one row, not ",
                             op.getInput().getType());
  if (!llvm::is_contained({"none", "lower", "upper"},
                          op.getChangeCase())) // (T4)
    return emitOptionalError(loc, "there is no case '", op.getChangeCase(),
                             "'; it is none, lower or upper");
  if (isRow)
    shape[0] = 1;
  if (!op.getStopWords().empty())
    shape.back() = ShapedType::kDynamic;
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}

NN_INFER_TYPES(StringMatchOp) {
  types.push_back(withElements(operands[0], IntegerType::get(context, 1)));
  return success();
}

NN_INFER_TYPES(StringFindOp) {
  types.push_back(withElements(operands[0], IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(StringRankOp) {
  types.push_back(withElements(operands[0], IntegerType::get(context, 64)));
  return success();
}

NN_INFER_TYPES(ParseNumberOp) {
  Adaptor op(operands, attributes, properties, regions);
  types.push_back(withElements(op.getInput(), op.getTo()));
  return success();
}

NN_INFER_TYPES(FormatNumberOp) {
  types.push_back(withElements(operands[0], StringType::get(context)));
  return success();
}
