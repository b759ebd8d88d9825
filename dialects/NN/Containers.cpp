//===- Containers.cpp - sequences, maps and optionals ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Inference, verification and folding of the operators on containers.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/Types.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage::nn;

/// Emits (Q4) for something that is to be a tensor on its own.
static LogicalResult requireRank(std::optional<Location> loc, Type element) {
  if (isa<RankedTensorType>(element))
    return success();
  if (isa<UnrankedTensorType>(element))
    return emitOptionalError(
        loc, "the number of dimensions of the tensors that it takes from a "
             "container is not known");
  return emitOptionalError(loc, "it takes a tensor from a sequence that is "
                                "always empty");
}

static LogicalResult checkPosition(std::optional<Location> loc,
                                   Value position) {
  auto type = dyn_cast<RankedTensorType>(position.getType());
  if (type && (!type.hasStaticShape() || type.getNumElements() == 1))
    return success();
  return emitOptionalError(loc, "a position has one element, not the ", // (Q3)
                           position.getType());
}

NN_INFER_TYPES(SequenceOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type element = op.getElementType();
  for (Value each : op.getElements()) {
    Type joined = joinElements(element, each.getType());
    if (!joined) // (Q1)
      return emitOptionalError(loc, "a sequence of ", op.getElementType(),
                               " cannot hold a ", each.getType());
    element = joined;
  }
  types.push_back(SequenceType::get(context, element));
  return success();
}

NN_INFER_TYPES(SequenceInsertOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto sequence = cast<SequenceType>(op.getSequence().getType());
  Type element = joinElements(sequence.getElement(), op.getTensor().getType());
  if (!element) // (Q2)
    return emitOptionalError(loc, "a ", op.getTensor().getType(),
                             " cannot go into a ", sequence);
  if (op.getPosition() && failed(checkPosition(loc, op.getPosition())))
    return failure();
  types.push_back(SequenceType::get(context, element));
  return success();
}

NN_INFER_TYPES(SequenceEraseOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (op.getPosition() && failed(checkPosition(loc, op.getPosition())))
    return failure();
  types.push_back(op.getSequence().getType());
  return success();
}

NN_INFER_TYPES(SequenceAtOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type element = cast<SequenceType>(op.getSequence().getType()).getElement();
  if (failed(checkPosition(loc, op.getPosition())) ||
      failed(requireRank(loc, element)))
    return failure();
  types.push_back(element);
  return success();
}

NN_INFER_TYPES(SequenceLengthOp) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

OpFoldResult SequenceLengthOp::fold(FoldAdaptor) {
  auto sequence = getSequence().getDefiningOp<SequenceOp>();
  if (!sequence)
    return {};
  return DenseElementsAttr::get(
      cast<RankedTensorType>(getType()),
      ArrayRef<int64_t>{int64_t(sequence.getElements().size())});
}

NN_INFER_TYPES(SequenceConcatOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type element = cast<SequenceType>(op.getSequence().getType()).getElement();
  if (failed(requireRank(loc, element)))
    return failure();
  auto tensor = cast<RankedTensorType>(element);
  SmallVector<int64_t> shape(tensor.getShape());
  if (op.getAxis() >= uint64_t(tensor.getRank()) + op.getNewAxis()) // (Q5)
    return emitOptionalError(loc, "axis ", op.getAxis(), " is outside of ",
                             tensor);
  if (op.getNewAxis())
    shape.insert(shape.begin() + op.getAxis(), ShapedType::kDynamic);
  else
    shape[op.getAxis()] = ShapedType::kDynamic;
  types.push_back(RankedTensorType::get(shape, tensor.getElementType()));
  return success();
}

NN_INFER_TYPES(SequenceSplitOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto tensor = cast<RankedTensorType>(op.getTensor().getType());
  if (op.getAxis() >= uint64_t(tensor.getRank())) // (Q5)
    return emitOptionalError(loc, "axis ", op.getAxis(), " is outside of ",
                             tensor);
  SmallVector<int64_t> shape(tensor.getShape());
  if (op.getKeepDims())
    shape[op.getAxis()] = ShapedType::kDynamic;
  else
    shape.erase(shape.begin() + op.getAxis());
  types.push_back(SequenceType::get(
      context, RankedTensorType::get(shape, tensor.getElementType())));
  return success();
}

NN_INFER_TYPES(MapOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto keys = cast<RankedTensorType>(op.getKeys().getType());
  auto values = cast<RankedTensorType>(op.getValues().getType());
  Type key = keys.getElementType();
  bool isKey = key.isSignlessInteger(64) || isa<StringType>(key);
  if (!isKey || keys.getRank() != 1 || values.getRank() != 1 ||
      failed(verifyCompatibleShape(keys, values))) // (Q7)
    return emitOptionalError(loc, "a ", keys, " cannot be the keys of a ",
                             values, " in a map");
  types.push_back(MapType::get(context, key, values.getElementType()));
  return success();
}

NN_INFER_TYPES(MapKeysOp) {
  Adaptor op(operands, attributes, properties, regions);
  types.push_back(RankedTensorType::get(
      {ShapedType::kDynamic}, cast<MapType>(op.getMap().getType()).getKey()));
  return success();
}

NN_INFER_TYPES(MapValuesOp) {
  Adaptor op(operands, attributes, properties, regions);
  types.push_back(RankedTensorType::get(
      {ShapedType::kDynamic}, cast<MapType>(op.getMap().getType()).getValue()));
  return success();
}

NN_INFER_TYPES(SomeOp) {
  types.push_back(OptionalType::get(context, operands.front().getType()));
  return success();
}

NN_INFER_TYPES(NoneOp) {
  Adaptor op(operands, attributes, properties, regions);
  types.push_back(OptionalType::get(context, op.getElementType()));
  return success();
}

NN_INFER_TYPES(HasElementOp) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 1)));
  return success();
}

OpFoldResult HasElementOp::fold(FoldAdaptor) {
  Operation *source = getOptional().getDefiningOp();
  if (!isa_and_present<SomeOp, NoneOp>(source))
    return {};
  return DenseElementsAttr::get(cast<RankedTensorType>(getType()),
                                isa<SomeOp>(source));
}

NN_INFER_TYPES(GetElementOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type element = cast<OptionalType>(op.getOptional().getType()).getElement();
  if (!isa<SequenceType>(element) && failed(requireRank(loc, element)))
    return failure();
  types.push_back(element);
  return success();
}

OpFoldResult GetElementOp::fold(FoldAdaptor) {
  auto some = getOptional().getDefiningOp<SomeOp>();
  return some && some.getValue().getType() == getType() ? some.getValue()
                                                        : Value();
}

LogicalResult ContainerCastOp::verify() {
  if (areJoinable(getContainer().getType(), getType()))
    return success();
  return emitOpError("cannot take a ") // (Q6)
         << getContainer().getType() << " for a " << getType();
}

OpFoldResult ContainerCastOp::fold(FoldAdaptor) {
  if (getContainer().getType() == getType())
    return getContainer();
  auto inner = getContainer().getDefiningOp<ContainerCastOp>();
  if (!inner || !areJoinable(inner.getContainer().getType(), getType()))
    return {};
  if (inner.getContainer().getType() == getType())
    return inner.getContainer();
  getContainerMutable().assign(inner.getContainer());
  return getResult();
}
