//===- Normalization.cpp - normalisation of rows --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of normalisations.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {

static LogicalResult inferNormalization(std::optional<Location> loc,
                                        Value input, ValueRange parameters,
                                        int64_t axis,
                                        SmallVectorImpl<Type> &types) {
  if (axis < 0 || axis >= rankOf(input)) // (N1)
    return emitOptionalError(loc, "axis ", axis, " is outside of ",
                             input.getType());
  for (Value parameter : parameters) {
    auto shape = broadcastShapes({shapeOf(input), shapeOf(parameter)});
    if (!shape || failed(verifyCompatibleShape(*shape, shapeOf(input)))) // (N2)
      return emitOptionalError(loc, "the parameter ", parameter.getType(),
                               " does not broadcast to ", input.getType());
  }
  types.push_back(input.getType());
  return success();
}

LogicalResult
LayerNormOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  return inferNormalization(loc, op.getInput(), operands.drop_front(),
                            op.getAxis(), types);
}

LogicalResult
RMSNormOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                            ValueRange operands, DictionaryAttr attributes,
                            OpaqueProperties properties, RegionRange regions,
                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  return inferNormalization(loc, op.getInput(), operands.drop_front(),
                            op.getAxis(), types);
}

} // namespace swage::nn
