//===- Images.cpp - operators on encoded images ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

NN_INFER_TYPES(DecodeImageOp) {
  Adaptor op(operands, attributes, properties, regions);
  Type element = elementTypeOf(op.getInput());
  if (rankOf(op.getInput()) != 1 || !element.isUnsignedInteger(8)) // (I1)
    return emitOptionalError(loc, "an encoded image is a vector of bytes, not ",
                             op.getInput().getType());
  if (!llvm::is_contained({"rgb", "bgr", "gray"}, op.getOrder())) // (I2)
    return emitOptionalError(loc, "there is no order '", op.getOrder(),
                             "' of channels; it is rgb, bgr or gray");
  int64_t channels = op.getOrder() == "gray" ? 1 : 3;
  types.push_back(RankedTensorType::get(
      {ShapedType::kDynamic, ShapedType::kDynamic, channels}, element));
  return success();
}
