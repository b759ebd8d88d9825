//===- Window.cpp - windows that slide over a tensor ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Window.h.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Window.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {

int64_t Window::countWindows(int64_t input) const {
  if (ShapedType::isDynamic(input))
    return input;
  int64_t room = input + before + after - extent();
  if (room < 0)
    return 0;
  int64_t count = room / stride + 1;
  // A window that covers nothing but padding at the end does not count.
  if (ceil && room % stride != 0 && count * stride < input + before)
    ++count;
  return count;
}

SmallVector<int64_t> getChannelsLastPermutation(int64_t rank) {
  SmallVector<int64_t> permutation{0};
  llvm::append_range(permutation, llvm::seq<int64_t>(2, rank));
  permutation.push_back(1);
  return permutation;
}

SmallVector<int64_t> getChannelsFirstPermutation(int64_t rank) {
  SmallVector<int64_t> permutation{0, rank - 1};
  llvm::append_range(permutation, llvm::seq<int64_t>(1, rank - 1));
  return permutation;
}

SmallVector<Window> makeWindows(ArrayRef<int64_t> sizes,
                                ArrayRef<int64_t> strides,
                                ArrayRef<int64_t> pads,
                                ArrayRef<int64_t> dilations, bool ceil) {
  size_t count = sizes.size();
  if (strides.size() != count || dilations.size() != count ||
      pads.size() != 2 * count)
    return {};
  SmallVector<Window> windows;
  for (size_t i = 0; i < count; ++i)
    windows.push_back(Window{sizes[i], strides[i], dilations[i], pads[i],
                             pads[count + i], ceil});
  return windows;
}

LogicalResult slideWindows(std::optional<Location> loc,
                           ArrayRef<Window> windows, bool channelsLast,
                           MutableArrayRef<int64_t> shape) {
  ImageLayout layout{int64_t(shape.size()), channelsLast};
  if (windows.empty() || int64_t(windows.size()) != layout.numSpatial())
    return emitOptionalError(
        loc, "kernel, strides and dilations need ", layout.numSpatial(),
        " entries each, pads twice as many, for an input of rank ",
        shape.size());
  for (auto [i, window] : llvm::enumerate(windows)) {
    if (window.size < 1 || window.stride < 1 || window.dilation < 1 ||
        window.before < 0 || window.after < 0)
      return emitOptionalError(
          loc, "kernel, strides and dilations must be positive and pads not "
               "negative");
    int64_t &size = shape[layout.spatial(i)];
    int64_t count = window.countWindows(size);
    if (!ShapedType::isDynamic(count) && count < 1)
      return emitOptionalError(loc, "a window that covers ", window.extent(),
                               " elements does not fit into dimension ",
                               layout.spatial(i), ", which has ", size, " and ",
                               window.before + window.after, " of padding");
    size = count;
  }
  return success();
}

LogicalResult inferPool(std::optional<Location> loc, Value input,
                        ArrayRef<Window> windows, bool channelsLast,
                        SmallVectorImpl<Type> &types) {
  SmallVector<int64_t> shape(shapeOf(input));
  if (failed(slideWindows(loc, windows, channelsLast, shape)))
    return failure();
  types.push_back(RankedTensorType::get(shape, elementTypeOf(input)));
  return success();
}

FailureOr<SmallVector<Value>> permuteWindowed(Operation *op,
                                              ValueRange operands,
                                              ArrayRef<int64_t> permutation,
                                              OpBuilder &builder) {
  int64_t rank = permutation.size();
  bool channelsLast = op->hasAttr("channels_last");
  if (permutation != ArrayRef(channelsLast ? getChannelsFirstPermutation(rank)
                                           : getChannelsLastPermutation(rank)))
    return failure();
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  if (channelsLast)
    clone->removeAttr("channels_last");
  else
    clone->setAttr("channels_last", builder.getUnitAttr());
  if (failed(inferResultTypes(clone)))
    return failure();
  return SmallVector<Value>(clone->getResults());
}

} // namespace swage::nn
