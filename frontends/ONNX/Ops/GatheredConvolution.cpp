//===- GatheredConvolution.cpp - filters of unknown size ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// nn.conv is compiled for one size of its filter. Where the run alone knows it,
// the input's elements are gathered by windows, and multiplied as a matrix.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Convolution.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The product of a vector's elements, as a vector.
static Value product(NodeContext &node, Value sizes) {
  return node.create<nn::ReduceProdOp>(sizes, ArrayRef<int64_t>{0},
                                       /*keep_dims=*/true);
}

Value swage::onnx::convolveGathered(NodeContext &node, Value input,
                                    Value filter, Value bias, Value groups,
                                    ArrayRef<int64_t> strides,
                                    ArrayRef<int64_t> dilations) {
  if (node.failed())
    return {};
  Type i64 = node.builder().getI64Type();
  int64_t spatial = strides.size(), rank = spatial + 2;
  Value image = input;
  SmallVector<int64_t> order{0, 1};
  SmallVector<Value> counts;
  for (int64_t i = 0; i < spatial; ++i) {
    // Windows begin `stride` apart; their elements are `dilation` apart.
    Value size = node.create<nn::ShapeOp>(filter, 2 + i, 3 + i);
    Value reach =
        node.create<nn::MulOp>(node.create<nn::SubOp>(size, node.ints({1})),
                               node.ints({dilations[i]}));
    Value room = node.create<nn::SubOp>(
        node.create<nn::ShapeOp>(input, 2 + i, 3 + i), reach);
    Value count = node.create<nn::AddOp>(
        node.create<nn::DivOp>(node.create<nn::SubOp>(room, node.ints({1})),
                               node.ints({strides[i]})),
        node.ints({1}));
    count = node.create<nn::MaxOp>(count, node.ints({0}));
    Value starts = node.create<nn::MulOp>(countTo(node, count),
                                          node.scalar(i64, strides[i]));
    Value offsets = node.create<nn::MulOp>(countTo(node, size),
                                           node.scalar(i64, dilations[i]));
    if (node.failed())
      return {};
    Value places = node.create<nn::AddOp>(node.unsqueeze(offsets, {1}), starts);
    image = node.create<nn::GatherOp>(image, places, 2 + 2 * i);
    order.push_back(2 + 2 * i);
    counts.push_back(count);
  }
  for (int64_t i = 0; i < spatial; ++i)
    order.push_back(3 + 2 * i);
  // [N, C, kernel..., windows...] -> [N, groups, C / groups * kernel, windows]
  Value batch = node.create<nn::ShapeOp>(input, 0, 1);
  Value depth = product(node, node.create<nn::ShapeOp>(filter, 1, rank));
  Value filters = node.create<nn::ShapeOp>(filter, 0, 1);
  Value windows = node.concat(counts, 0);
  Value columns = reshapeBy(node, node.transpose(image, order),
                            {batch, groups, depth, product(node, windows)});
  Value rows = reshapeBy(
      node, filter, {groups, node.create<nn::DivOp>(filters, groups), depth});
  Value sums = node.create<nn::MatMulOp>(rows, columns, /*transpose_lhs=*/false,
                                         /*transpose_rhs=*/false);
  Value result = reshapeBy(node, sums, {batch, filters, windows});
  if (!bias || node.failed())
    return result;
  return node.create<nn::AddOp>(result, alongAxis(node, bias, 1, rank));
}
