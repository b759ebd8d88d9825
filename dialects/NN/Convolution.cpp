//===- Convolution.cpp - convolution --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types of convolutions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"

using namespace mlir;

namespace swage::nn {

LogicalResult
ConvOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                         ValueRange operands, DictionaryAttr attributes,
                         OpaqueProperties properties, RegionRange regions,
                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  if (shape.size() < 3 || filter.size() != shape.size()) // (C1)
    return emitOptionalError(loc, "cannot convolve ", op.getInput().getType(),
                             " with ", op.getFilter().getType(),
                             ": both need the same rank, at least 3");
  if (ShapedType::isDynamicShape(filter.drop_front(2)))
    return emitOptionalError(loc, "the filter ", op.getFilter().getType(),
                             " must have spatial sizes that are known at "
                             "compile time");
  ImageLayout layout{int64_t(shape.size()), op.getChannelsLast()};
  int64_t channels = shape[layout.channel()];
  int64_t group = op.getGroup(), results = filter[0];
  bool fits =
      group > 0 && (ShapedType::isDynamic(results) || results % group == 0) &&
      (ShapedType::isDynamic(channels) ||
       (ShapedType::isDynamic(filter[1]) ? channels % group == 0
                                         : channels == filter[1] * group));
  if (!fits) // (C2)
    return emitOptionalError(loc, "the filter ", op.getFilter().getType(),
                             " in ", group, " groups takes ", filter[1] * group,
                             " channels to ", results, ", but the input is ",
                             op.getInput().getType());
  if (op.getBias()) {
    ArrayRef<int64_t> bias = shapeOf(op.getBias());
    if (bias.size() != 1 ||
        (!ShapedType::isDynamic(bias[0]) && !ShapedType::isDynamic(results) &&
         bias[0] != results)) // (C4)
      return emitOptionalError(loc, "the bias ", op.getBias().getType(),
                               " must have ", results,
                               " elements, one for each result channel");
  }
  if (failed(slideWindows(loc,
                          makeWindows(filter.drop_front(2), op.getStrides(),
                                      op.getPads(), op.getDilations()),
                          op.getChannelsLast(), shape))) // (C1), (C3)
    return failure();
  shape[layout.channel()] = results;
  types.push_back(RankedTensorType::get(shape, elementTypeOf(op.getInput())));
  return success();
}

} // namespace swage::nn
