//===- WindowLowering.cpp - images under windows --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WindowLowering.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/WindowLowering.h"
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {

/// The count of windows on a dimension of unknown size.
static Value countWindows(OpBuilder &b, Location loc, const Window &window,
                          Value size) {
  auto index = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  auto padding = window.before + window.after - window.extent();
  Value room = b.createOrFold<arith::AddIOp>(loc, size, index(padding));
  Value one = index(1);
  Value whole = b.createOrFold<arith::AddIOp>(
      loc, b.createOrFold<arith::DivSIOp>(loc, room, index(window.stride)),
      one);
  if (!window.ceil)
    return whole;
  // One more when that begins before the end of the input and something of the
  // padded input is left for it.
  Value start = b.createOrFold<arith::MulIOp>(loc, whole, index(window.stride));
  Value limit = b.createOrFold<arith::AddIOp>(loc, size, index(window.before));
  Value begins = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                               start, limit);
  Value rest = b.createOrFold<arith::RemSIOp>(loc, room, index(window.stride));
  Value left = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne,
                                             rest, index(0));
  Value more = b.createOrFold<arith::AndIOp>(loc, begins, left);
  return b.createOrFold<arith::AddIOp>(
      loc, whole,
      b.createOrFold<arith::IndexCastUIOp>(loc, b.getIndexType(), more));
}

/// Makes sure that each window fits at least once.
static void checkWindows(OpBuilder &b, Location loc, ArrayRef<Window> windows,
                         ImageLayout layout, const Sizes &sizes) {
  Values conditions;
  for (auto [i, window] : llvm::enumerate(windows))
    if (auto size = dyn_cast<Value>(sizes[layout.spatial(i)])) {
      int64_t least = window.extent() - window.before - window.after;
      conditions.push_back(b.createOrFold<arith::CmpIOp>(
          loc, arith::CmpIPredicate::sge, size,
          arith::ConstantIndexOp::create(b, loc, least)));
    }
  createRequire(b, loc, createAll(b, loc, conditions),
                "a window does not fit into the padded input", sizes);
}

Sizes slideSizes(OpBuilder &b, Location loc, Value image,
                 ArrayRef<Window> windows, bool channelsLast) {
  ImageLayout layout{rankOf(image), channelsLast};
  Sizes sizes = sizesOf(b, loc, image);
  checkWindows(b, loc, windows, layout, sizes);
  for (auto [i, window] : llvm::enumerate(windows)) {
    OpFoldResult &size = sizes[layout.spatial(i)];
    if (auto known = getConstantIntValue(size))
      size = fixed(b, window.countWindows(*known));
    else
      size = getAsOpFoldResult(
          countWindows(b, loc, window, asValue(b, loc, size)));
  }
  return sizes;
}

Value padImage(OpBuilder &b, Location loc, Value image,
               ArrayRef<Window> windows, bool channelsLast, Value value) {
  auto type = cast<RankedTensorType>(image.getType());
  ImageLayout layout{type.getRank(), channelsLast};
  SmallVector<OpFoldResult> low(type.getRank(), fixed(b, 0)), high = low;
  SmallVector<int64_t> shape(type.getShape());
  bool pads = false;
  for (auto [i, window] : llvm::enumerate(windows)) {
    int64_t dim = layout.spatial(i), size = shape[dim];
    low[dim] = fixed(b, window.before);
    if (ShapedType::isDynamic(size)) {
      if (window.ceil) {
        // The last window may need anything below a stride more.
        Value own = asValue(b, loc, tensor::getMixedSize(b, loc, image, dim));
        Value last = b.createOrFold<arith::SubIOp>(
            loc, countWindows(b, loc, window, own),
            arith::ConstantIndexOp::create(b, loc, 1));
        OpFoldResult end = mulSizes(b, loc, last, fixed(b, window.stride));
        end = addSizes(b, loc, end, fixed(b, window.extent() - window.before));
        Value missing =
            b.createOrFold<arith::SubIOp>(loc, asValue(b, loc, end), own);
        high[dim] = getAsOpFoldResult(b.createOrFold<arith::MaxSIOp>(
            loc, missing, arith::ConstantIndexOp::create(b, loc, 0)));
        pads = true;
      } else {
        high[dim] = fixed(b, window.after);
      }
      pads |= window.before > 0 || window.after > 0;
      continue;
    }
    int64_t end =
        (window.countWindows(size) - 1) * window.stride + window.extent();
    int64_t after = std::max<int64_t>(end - window.before - size, 0);
    high[dim] = fixed(b, after);
    pads |= window.before > 0 || after > 0;
    shape[dim] = window.before + size + after;
  }
  if (!pads)
    return image;
  return tensor::PadOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), image, low,
      high, value);
}

} // namespace swage::nn
