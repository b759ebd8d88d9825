//===- Pooling.cpp - windows without a filter -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of the pooling operators that do not share those of NN_PoolOp.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"

using namespace mlir;

namespace swage::nn {

LogicalResult MaxPoolIndicesOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  if (failed(inferPool(loc, op.getInput(), getWindows(op),
                       /*channelsLast=*/false, types)))
    return failure();
  types.push_back(
      RankedTensorType::get(cast<RankedTensorType>(types.front()).getShape(),
                            IntegerType::get(context, 64)));
  return success();
}

} // namespace swage::nn
