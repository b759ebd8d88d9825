//===- Windows.cpp - attributes of convolution and pooling ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Windows.h.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Windows.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

WindowAttributes onnx::readWindow(NodeContext &node, int64_t rank,
                                  ArrayRef<int64_t> kernel) {
  WindowAttributes window;
  std::string name = node.stringAttr("auto_pad", "NOTSET");
  auto shape = node.intsAttr("kernel_shape");
  auto strides = node.intsAttr("strides"),
       dilations = node.intsAttr("dilations"), pads = node.intsAttr("pads");
  if (rank < 3) {
    node.bad("its input needs a batch, channels and at least one spatial "
             "dimension, but has rank " +
             llvm::Twine(rank));
    return window;
  }
  size_t spatial = rank - 2;
  if (!shape && kernel.empty())
    node.bad("its attribute 'kernel_shape' is missing");
  else if (shape && !kernel.empty() && ArrayRef(*shape) != kernel)
    node.bad("its attribute 'kernel_shape' contradicts the filter's shape");
  window.kernel = shape ? *shape : SmallVector<int64_t>(kernel);
  window.strides = strides.value_or(SmallVector<int64_t>(spatial, 1));
  window.dilations = dilations.value_or(SmallVector<int64_t>(spatial, 1));
  window.pads = pads.value_or(SmallVector<int64_t>(2 * spatial, 0));

  if (name == "SAME_UPPER")
    window.autoPad = WindowAttributes::SameUpper;
  else if (name == "SAME_LOWER")
    window.autoPad = WindowAttributes::SameLower;
  else if (name == "VALID")
    window.autoPad = WindowAttributes::Valid;
  else if (name != "NOTSET")
    node.bad("its attribute 'auto_pad' has the unknown value '" + name + "'");
  if (window.autoPad == WindowAttributes::Valid)
    window.pads.assign(2 * spatial, 0);

  auto check = [&](ArrayRef<int64_t> values, StringRef what, size_t count,
                   int64_t least) {
    if (values.size() != count)
      node.bad("its attribute '" + what + "' needs " + llvm::Twine(count) +
               " entries, not " + llvm::Twine(values.size()));
    for (int64_t value : values)
      if (value < least || value > std::numeric_limits<int32_t>::max())
        node.bad("its attribute '" + what + "' has the entry " +
                 llvm::Twine(value) + ", which is out of range");
  };
  check(window.kernel, "kernel_shape", spatial, 1);
  check(window.strides, "strides", spatial, 1);
  check(window.dilations, "dilations", spatial, 1);
  check(window.pads, "pads", 2 * spatial, 0);
  return window;
}

/// The total padding with which a dimension of unknown size gets as many
/// windows as it has strides: max((ceil(size / s) - 1) * s + extent - size, 0).
static Value computeSamePadding(NodeContext &node, Value size, int64_t stride,
                                int64_t extent) {
  auto number = [&](int64_t value) { return node.ints({value}); };
  Value last = node.create<nn::DivOp>(node.create<nn::SubOp>(size, number(1)),
                                      number(stride));
  Value end = node.create<nn::AddOp>(
      node.create<nn::MulOp>(last, number(stride)), number(extent));
  return node.create<nn::MaxOp>(node.create<nn::SubOp>(end, size), number(0));
}

Value onnx::resolveAutoPad(NodeContext &node, WindowAttributes &window,
                           Value input, Value padding) {
  if (node.failed() || (window.autoPad != WindowAttributes::SameUpper &&
                        window.autoPad != WindowAttributes::SameLower))
    return input;
  bool upper = window.autoPad == WindowAttributes::SameUpper;
  size_t spatial = window.kernel.size();
  window.pads.assign(2 * spatial, 0);
  SmallVector<Value> before(2, node.ints({0})), after = before;
  bool known = true;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size = node.shape(input)[2 + i], stride = window.strides[i];
    Value zero = node.ints({0});
    if (ShapedType::isDynamic(size) && stride > 1) {
      known = false;
      Value total = computeSamePadding(
          node, node.create<nn::ShapeOp>(input, 2 + i, 3 + i), stride,
          window.extent(i));
      Value lesser = node.create<nn::DivOp>(total, node.ints({2}));
      Value greater = node.create<nn::SubOp>(total, lesser);
      before.push_back(upper ? lesser : greater);
      after.push_back(upper ? greater : lesser);
      continue;
    }
    // With a stride of 1 the size does not matter.
    int64_t last = stride == 1 ? 0 : (size - 1) / stride * stride;
    int64_t total = std::max<int64_t>(
        last + window.extent(i) - (stride == 1 ? 1 : size), 0);
    window.pads[i] = upper ? total / 2 : total - total / 2;
    window.pads[spatial + i] = total - window.pads[i];
    before.push_back(zero);
    after.push_back(zero);
  }
  window.autoPad = WindowAttributes::Explicit;
  if (known)
    return input;
  before.append(after);
  return node.create<nn::PadOp>(input, node.concat(before, 0), padding,
                                "constant");
}
