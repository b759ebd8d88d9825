//===- Signature.cpp - what a model takes and gives -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Signature.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Signature.h"
#include "compiler/Analysis/Updates.h"
#include "compiler/Pipelines/EvaluateConstants.h"
#include "dialects/NN/Types.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "swage/tensor.h"

using namespace mlir;
using namespace swage;

/// What the ABI says of a type; fails where it cannot hold such values.
static LogicalResult describe(Type type, ValueSignature &value) {
  if (auto map = dyn_cast<nn::MapType>(type)) {
    value.dtype = SWAGE_MAP;
    value.dims.assign(1, 2);
    for (Type element : {map.getKey(), map.getValue()})
      if (failed(
              describe(RankedTensorType::get({ShapedType::kDynamic}, element),
                       value.element.emplace_back())))
        return failure();
    return success();
  }
  Type inner;
  if (auto sequence = dyn_cast<nn::SequenceType>(type))
    inner = sequence.getElement();
  else if (auto optional = dyn_cast<nn::OptionalType>(type))
    inner = optional.getElement();
  if (inner) {
    value.dtype = isa<nn::SequenceType>(type) ? SWAGE_SEQUENCE : SWAGE_OPTIONAL;
    value.dims.assign(1, -1);
    return describe(inner, value.element.emplace_back());
  }
  value.dtype = nn::getDataType(getElementTypeOrSelf(type));
  auto tensor = dyn_cast<RankedTensorType>(type);
  value.isRanked = bool(tensor);
  if (tensor)
    for (int64_t size : tensor.getShape())
      value.dims.push_back(ShapedType::isDynamic(size) ? -1 : size);
  return success(value.dtype != SWAGE_UNDEFINED);
}

ConstantBlob swage::getBlob(ElementsAttr constant) {
  auto storage = std::make_shared<std::vector<char>>();
  ArrayRef<char> bytes = getConstantBytes(constant, *storage);
  ConstantBlob blob;
  blob.data = bytes.data();
  blob.size = bytes.size();
  blob.owner = storage;
  return blob;
}

/// One input or output, whose attributes the frontend has set.
static LogicalResult readValue(func::FuncOp main, Type type,
                               DictionaryAttr attributes,
                               const Twine &otherName, ValueSignature &value) {
  auto name = attributes ? attributes.getAs<StringAttr>("nn.name") : nullptr;
  value.name = name ? name.str() : otherName.str();
  bool isValue =
      isa<RankedTensorType, nn::SequenceType, nn::MapType, nn::OptionalType>(
          type);
  if (!isValue || failed(describe(type, value)))
    return main.emitError("'")
           << value.name << "' has type " << type
           << ", which cannot cross the border of a compiled model";
  if (value.dims.size() > SWAGE_MAX_RANK)
    return main.emitError("'")
           << value.name << "' has " << value.dims.size()
           << " dimensions; what crosses the border of a compiled model has at "
              "most "
           << SWAGE_MAX_RANK;
  if (!attributes)
    return success();
  if (auto names = attributes.getAs<ArrayAttr>("nn.dims"))
    for (Attribute dim : names)
      value.dimNames.push_back(cast<StringAttr>(dim).str());
  if (auto ranges = attributes.getAs<DenseI64ArrayAttr>("nn.ranges"))
    llvm::append_range(value.dimRanges, ranges.asArrayRef());
  if (auto role = attributes.getAs<StringAttr>("nn.role"))
    value.role = role.str();
  if (auto order = attributes.getAs<DenseI64ArrayAttr>(kOrderAttr))
    llvm::append_range(value.order, order.asArrayRef());
  if (auto initial = attributes.getAs<ElementsAttr>("nn.initial"))
    value.initial = getBlob(initial);
  if (auto updated = attributes.getAs<IntegerAttr>("nn.updates"))
    value.updates = updated.getInt();
  if (auto input = attributes.getAs<IntegerAttr>("nn.grows"))
    value.growsFrom = input.getInt();
  return success();
}

LogicalResult swage::readSignature(ModuleOp module, ModelSignature &signature) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("has no function @main");
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (failed(readValue(main, type, main.getArgAttrDict(index),
                         "input" + Twine(index),
                         signature.inputs.emplace_back())))
      return failure();
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (failed(readValue(main, type, main.getResultAttrDict(index),
                         "output" + Twine(index),
                         signature.outputs.emplace_back())))
      return failure();
  return success();
}
