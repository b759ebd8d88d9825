//===- Indexing.cpp - places chosen by indices ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types and constraints of the operators in Indexing.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

/// The element of a scalar integer constant.
static std::optional<int64_t> getScalar(Attribute attribute) {
  auto constant = dyn_cast_or_null<DenseIntElementsAttr>(attribute);
  if (!constant || constant.getNumElements() != 1)
    return std::nullopt;
  return constant.getValues<APInt>()[0].getSExtValue();
}

/// How many numbers a range has; nothing when it does not end.
static std::optional<int64_t> countRange(int64_t start, int64_t limit,
                                         int64_t delta) {
  if (delta == 0)
    return std::nullopt;
  __int128 distance = __int128(limit) - start, step = delta;
  if ((distance > 0) != (step > 0) || distance == 0)
    return 0;
  __int128 count = (distance + step + (step > 0 ? -1 : 1)) / step;
  if (count > std::numeric_limits<int32_t>::max() * __int128(1024))
    return std::nullopt;
  return int64_t(count);
}

NN_INFER_TYPES(RangeOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type type = elementTypeOf(op.getStart());
  for (Value operand : operands)
    if (rankOf(operand) != 0 || elementTypeOf(operand) != type) // (A1)
      return emitOptionalError(loc, "a range is made of three scalars of one "
                                    "type, but one is ",
                               operand.getType());
  int64_t count = ShapedType::kDynamic;
  if (isa<IntegerType>(type)) {
    auto start = getConstantElements(op.getStart());
    auto limit = getConstantElements(op.getLimit());
    auto delta = getConstantElements(op.getDelta());
    if (start && limit && delta)
      count = countRange(start->front(), limit->front(), delta->front())
                  .value_or(ShapedType::kDynamic);
  }
  types.push_back(RankedTensorType::get({count}, type));
  return success();
}

OpFoldResult RangeOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto first = getScalar(adaptor.getStart());
  auto step = getScalar(adaptor.getDelta());
  if (!first || !step || !type.hasStaticShape() ||
      type.getNumElements() > kFoldLimit)
    return {};
  SmallVector<APInt> elements;
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i)
    elements.push_back(APInt(type.getElementTypeBitWidth(), *first + i * *step,
                             /*isSigned=*/true, /*implicitTrunc=*/true));
  return DenseElementsAttr::get(type, elements);
}

NN_INFER_TYPES(GatherElementsOp) {
  Adaptor op(operands, attributes, properties, regions);
  int64_t rank = rankOf(op.getData());
  if (rank != rankOf(op.getIndices()) || rank == 0) // (G1)
    return emitOptionalError(loc, "needs data and indices of one rank, but has ",
                             op.getData().getType(), " and ",
                             op.getIndices().getType());
  if (op.getAxis() >= uint64_t(rank))
    return emitOptionalError(loc, "axis ", op.getAxis(), " is outside of ",
                             op.getData().getType());
  types.push_back(RankedTensorType::get(shapeOf(op.getIndices()),
                                        elementTypeOf(op.getData())));
  return success();
}

NN_INFER_TYPES(GatherNDOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> data = shapeOf(op.getData());
  ArrayRef<int64_t> indices = shapeOf(op.getIndices());
  int64_t batch = op.getBatchDims();
  if (batch < 0 || batch >= int64_t(indices.size()) ||
      batch > int64_t(data.size()))
    return emitOptionalError(loc, batch, " common dimensions are too many for ",
                             op.getData().getType(), " and ",
                             op.getIndices().getType());
  int64_t depth = indices.back();
  if (ShapedType::isDynamic(depth) || batch + depth > int64_t(data.size()))
    return emitOptionalError(loc, "the last dimension of ", // (G2)
                             op.getIndices().getType(),
                             " cannot index ", op.getData().getType());
  SmallVector<int64_t> shape(indices.drop_back());
  llvm::append_range(shape, data.drop_front(batch + depth));
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getData())));
  return success();
}

NN_INFER_TYPES(GatherSumOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (rankOf(op.getData()) != 2 || rankOf(op.getIndices()) != 2 ||
      failed(verifyCompatibleShape(op.getIndices().getType(),
                                   op.getWeights().getType()))) // (G3)
    return emitOptionalError(loc,
                             "needs a matrix of data, and matrices of indices "
                             "and weights of one shape, but has ",
                             operands.getTypes());
  if (elementTypeOf(op.getData()) != elementTypeOf(op.getWeights())) // (G4)
    return emitOptionalError(loc, "weights of type ", op.getWeights().getType(),
                             " do not fit data of type ",
                             op.getData().getType());
  int64_t rows = shapeOf(op.getIndices())[0];
  if (ShapedType::isDynamic(rows))
    rows = shapeOf(op.getWeights())[0];
  types.push_back(RankedTensorType::get({rows, shapeOf(op.getData())[1]},
                                        elementTypeOf(op.getData())));
  return success();
}

static LogicalResult checkUpdates(std::optional<Location> loc, Value data,
                                  Value updates, ArrayRef<int64_t> expected,
                                  StringRef reduction) {
  if (elementTypeOf(updates) != elementTypeOf(data) ||
      failed(verifyCompatibleShape(shapeOf(updates), expected))) // (S1)
    return emitOptionalError(loc, "updates of type ", updates.getType(),
                             " do not fit the data ", data.getType(),
                             " under these indices");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return emitOptionalError(loc, "there is no reduction '", reduction, // (S2)
                             "' of updates");
  return success();
}

NN_INFER_TYPES(ScatterElementsOp) {
  Adaptor op(operands, attributes, properties, regions);
  int64_t rank = rankOf(op.getData());
  if (rank != rankOf(op.getIndices()) || op.getAxis() >= uint64_t(rank))
    return emitOptionalError(loc, "needs data and indices of one rank and an "
                                  "axis within it, but has ",
                             op.getData().getType(), ", ",
                             op.getIndices().getType(), " and axis ",
                             op.getAxis());
  if (failed(checkUpdates(loc, op.getData(), op.getUpdates(),
                          shapeOf(op.getIndices()), op.getReduction())))
    return failure();
  types.push_back(op.getData().getType());
  return success();
}

NN_INFER_TYPES(ScatterNDOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> data = shapeOf(op.getData());
  ArrayRef<int64_t> indices = shapeOf(op.getIndices());
  if (indices.empty() || ShapedType::isDynamic(indices.back()) ||
      indices.back() > int64_t(data.size()))
    return emitOptionalError(loc, "the last dimension of ",
                             op.getIndices().getType(), " cannot index ",
                             op.getData().getType());
  SmallVector<int64_t> expected(indices.drop_back());
  llvm::append_range(expected, data.drop_front(indices.back()));
  if (failed(checkUpdates(loc, op.getData(), op.getUpdates(), expected,
                          op.getReduction())))
    return failure();
  types.push_back(op.getData().getType());
  return success();
}
