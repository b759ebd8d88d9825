//===- Linear.cpp - products and reductions -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of matrix products and reductions; folding of reductions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace swage::nn {

LogicalResult
MatMulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<int64_t> lhs(shapeOf(op.getLhs())), rhs(shapeOf(op.getRhs()));
  if (lhs.empty() || rhs.empty())
    return emitOptionalError(loc,
                             "a matrix product needs operands of rank 1 or "
                             "more, but has ",
                             op.getLhs().getType(), " and ",
                             op.getRhs().getType());
  bool row = lhs.size() == 1, column = rhs.size() == 1;
  if (row)
    lhs.insert(lhs.begin(), 1);
  if (column)
    rhs.push_back(1);
  if (op.getTransposeLhs() && !row)
    std::swap(lhs[lhs.size() - 1], lhs[lhs.size() - 2]);
  if (op.getTransposeRhs() && !column)
    std::swap(rhs[rhs.size() - 1], rhs[rhs.size() - 2]);
  int64_t left = lhs.back(), right = rhs[rhs.size() - 2];
  if (!ShapedType::isDynamic(left) && !ShapedType::isDynamic(right) &&
      left != right) // (M1)
    return emitOptionalError(loc, "contracts ", left, " elements with ", right,
                             ": operands are ", op.getLhs().getType(), " and ",
                             op.getRhs().getType());
  auto shape =
      broadcastShapes({ArrayRef(lhs).drop_back(2), ArrayRef(rhs).drop_back(2)});
  if (!shape) // (M2)
    return emitOptionalError(loc, "the leading dimensions of ",
                             op.getLhs().getType(), " and ",
                             op.getRhs().getType(), " do not broadcast");
  if (!row)
    shape->push_back(lhs[lhs.size() - 2]);
  if (!column)
    shape->push_back(rhs.back());
  types.push_back(RankedTensorType::get(*shape, elementTypeOf(op.getLhs())));
  return success();
}

NN_INFER_TYPES(DetOp) {
  Adaptor op(operands, attributes, properties, regions);
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  if (shape.size() < 2 ||
      failed(verifyCompatibleShape(shape.take_back(1),
                                   shape.drop_back(1).take_back(1)))) // (D1)
    return emitOptionalError(loc, "a determinant needs square matrices, not ",
                             op.getInput().getType());
  types.push_back(
      RankedTensorType::get(shape.drop_back(2), elementTypeOf(op.getInput())));
  return success();
}

LogicalResult
SoftmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                            ValueRange operands, DictionaryAttr attributes,
                            OpaqueProperties properties, RegionRange regions,
                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  if (op.getAxis() >= uint64_t(rankOf(op.getInput())))
    return emitOptionalError(loc, "axis ", op.getAxis(), " is outside of ",
                             op.getInput().getType());
  types.push_back(op.getInput().getType());
  return success();
}

LogicalResult inferReduction(std::optional<Location> loc, Value input,
                             ArrayRef<int64_t> axes, bool keepDims,
                             SmallVectorImpl<Type> &types) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape;
  for (int64_t axis : axes)
    if (axis < 0 || axis >= type.getRank())
      return emitOptionalError(loc, "axis ", axis, " is outside of ", type);
  for (int64_t i = 0; i < type.getRank(); ++i) {
    bool reduced = llvm::is_contained(axes, i);
    if (!reduced || keepDims)
      shape.push_back(reduced ? 1 : type.getDimSize(i));
  }
  types.push_back(RankedTensorType::get(shape, type.getElementType()));
  return success();
}

OpFoldResult foldReduction(Operation *op, Attribute input) {
  // Only what shape arithmetic needs: sums and products of few integers.
  auto constant = dyn_cast_or_null<DenseIntElementsAttr>(input);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (!constant || constant.getNumElements() > kFoldLimit ||
      !isa<ReduceSumOp, ReduceProdOp>(op) || !type.hasStaticShape() ||
      type.getNumElements() != 1 || type.getElementType().isInteger(1))
    return {};
  bool isSum = isa<ReduceSumOp>(op);
  APInt result(type.getElementTypeBitWidth(), isSum ? 0 : 1);
  for (const APInt &element : constant.getValues<APInt>())
    result = isSum ? result + element : result * element;
  return DenseElementsAttr::get(type, result);
}

FailureOr<SmallVector<Value>> permuteReduction(Operation *op,
                                               ValueRange operands,
                                               ArrayRef<int64_t> permutation,
                                               OpBuilder &builder) {
  // Without the reduced dimensions the result has another rank, for which the
  // permutation says nothing.
  if (!op->hasAttr("keep_dims"))
    return failure();
  auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef();
  SmallVector<int64_t> moved;
  for (auto [to, from] : llvm::enumerate(permutation))
    if (llvm::is_contained(axes, from))
      moved.push_back(to);
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  clone->setAttr("axes", builder.getDenseI64ArrayAttr(moved));
  if (failed(inferResultTypes(clone)))
    return failure();
  return SmallVector<Value>(clone->getResults());
}

} // namespace swage::nn
