//===- Unpooling.cpp - elements put back where they came from -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The inverses of pooling and of taking an image apart into columns: elements
// are scattered into an image of zeros.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Windows.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static Value product(NodeContext &node, Value sizes) {
  return node.create<nn::ReduceProdOp>(sizes, ArrayRef<int64_t>{0},
                                       /*keep_dims=*/true);
}

static Results importMaxUnpool(NodeContext &node) {
  Value value = node.input(0), places = node.input(1);
  if (node.failed())
    return {};
  int64_t rank = node.rank(value);
  WindowAttributes window = readWindow(node, rank);
  if (node.failed())
    return {};
  if (node.rank(places) != rank)
    return node.bad("its indices must have the shape of its input");
  // The places count in the image that the pooling must have had.
  SmallVector<Value> parts{node.create<nn::ShapeOp>(value, 0, 2)};
  for (int64_t i = 0; i < rank - 2; ++i) {
    Value size = node.create<nn::ShapeOp>(value, 2 + i, 3 + i);
    int64_t rest = window.kernel[i] - window.strides[i] - window.pads[i] -
                   window.pads[rank - 2 + i];
    parts.push_back(node.create<nn::AddOp>(
        node.create<nn::MulOp>(size, node.ints({window.strides[i]})),
        node.ints({rest})));
  }
  Value sizes = node.concat(parts, 0);
  if (node.failed())
    return {};
  Value zeros = fill(node, node.scalarLike(value, 0), product(node, sizes));
  Value filled = node.create<nn::ScatterElementsOp>(
      zeros, node.reshape(places, {-1}), node.reshape(value, {-1}), 0, "none");
  Value image = node.create<nn::ReshapeOp>(filled, sizes, /*allow_zero=*/true);
  if (!node.hasInput(2) || node.failed())
    return image;
  // The image asked for may be larger.
  Value wanted = node.cast(node.input(2), node.builder().getI64Type());
  Value pads = node.concat({node.ints(SmallVector<int64_t>(rank, 0)),
                            node.create<nn::SubOp>(wanted, sizes)},
                           0);
  return node.create<nn::PadOp>(image, pads, node.scalarLike(value, 0),
                                "constant");
}

/// Sums columns, each the elements of one place in all windows, where windows
/// overlap.
static Results importCol2Im(NodeContext &node) {
  Value columns = node.input(0);
  Type i64 = node.builder().getI64Type();
  Value image = node.cast(node.input(1), i64),
        block = node.cast(node.input(2), i64);
  if (node.failed())
    return {};
  // Where neither says how many sizes there are, the result's rank does.
  int64_t spatial = 0;
  if (node.rank(image) == 1 && node.rank(block) == 1) {
    spatial = node.shape(image)[0];
    if (ShapedType::isDynamic(spatial))
      spatial = node.shape(block)[0];
    if (ShapedType::isDynamic(spatial))
      spatial = node.declaredRank(0).value_or(2) - 2;
    image = node.vectorOf(image, spatial);
    block = node.vectorOf(block, spatial);
    if (node.failed())
      return {};
  }
  if (node.rank(columns) != 3 || spatial < 1 ||
      node.shape(image) != ArrayRef<int64_t>{spatial} ||
      node.shape(block) != ArrayRef<int64_t>{spatial})
    return node.bad("its input must have 3 dimensions, and its image and block "
                    "a size for each spatial dimension");
  auto read = [&](StringRef name, int64_t count, int64_t otherwise) {
    SmallVector<int64_t> list =
        node.intsAttr(name).value_or(SmallVector<int64_t>(count, otherwise));
    if (int64_t(list.size()) != count)
      node.bad("its attribute '" + name + "' needs " + llvm::Twine(count) +
               " entries");
    list.resize(count, otherwise);
    return list;
  };
  SmallVector<int64_t> strides = read("strides", spatial, 1),
                       dilations = read("dilations", spatial, 1),
                       pads = read("pads", 2 * spatial, 0);
  if (node.failed())
    return {};
  // Places in the padded image, over [block..., windows...].
  Value place;
  SmallVector<Value> padded;
  for (int64_t i = 0; i < spatial; ++i) {
    auto number = [&](int64_t value) { return node.ints({value}); };
    Value size = node.create<nn::AddOp>(node.slice(image, 0, i, i + 1),
                                        number(pads[i] + pads[spatial + i]));
    Value elements = node.slice(block, 0, i, i + 1);
    Value room = node.create<nn::SubOp>(
        node.create<nn::SubOp>(size, number(1)),
        node.create<nn::MulOp>(node.create<nn::SubOp>(elements, number(1)),
                               number(dilations[i])));
    Value windows = node.create<nn::AddOp>(
        node.create<nn::DivOp>(room, number(strides[i])), number(1));
    Value element = node.create<nn::MulOp>(countTo(node, elements),
                                           node.scalar(i64, dilations[i]));
    Value start = node.create<nn::MulOp>(countTo(node, windows),
                                         node.scalar(i64, strides[i]));
    if (node.failed())
      return {};
    Value own = node.create<nn::AddOp>(
        alongAxis(node, element, i, 2 * spatial),
        alongAxis(node, start, spatial + i, 2 * spatial));
    padded.push_back(size);
    if (place)
      place = node.create<nn::MulOp>(place, node.reshape(size, {}));
    place = place ? node.create<nn::AddOp>(place, own) : own;
  }
  place = node.reshape(place, {1, -1});
  Value paddedSizes = node.concat(padded, 0);
  // [N, channels * block, windows] -> [N * channels, block * windows]
  Value count = node.create<nn::ShapeOp>(place, 1, 2);
  Value updates = reshapeBy(node, columns, {node.ints({-1}), count});
  Value rows = node.create<nn::ShapeOp>(updates, 0, 1);
  if (node.failed())
    return {};
  Value zeros = fill(node, node.scalarLike(columns, 0),
                     node.concat({rows, product(node, paddedSizes)}, 0));
  Value places =
      node.create<nn::ExpandOp>(place, node.concat({rows, count}, 0));
  bool hasTruth = node.elementType(columns).isInteger(1);
  Value sums = node.create<nn::ScatterElementsOp>(zeros, places, updates, 1,
                                                  hasTruth ? "max" : "add");
  Value result = reshapeBy(
      node, sums,
      {node.create<nn::ShapeOp>(columns, 0, 1), node.ints({-1}), paddedSizes});
  SmallVector<int64_t> cut{0, 0};
  for (int64_t i = 0; i < spatial; ++i)
    cut.push_back(-pads[i]);
  cut.append({0, 0});
  for (int64_t i = 0; i < spatial; ++i)
    cut.push_back(-pads[spatial + i]);
  if (llvm::all_of(cut, [](int64_t pad) { return pad == 0; }))
    return result;
  return node.create<nn::PadOp>(result, node.ints(cut),
                                node.scalarLike(columns, 0), "constant");
}

void swage::onnx::registerUnpoolingOps(Registry &registry) {
  registry.add("MaxUnpool", 9, {2, 3}, importMaxUnpool);
  registry.add("Col2Im", 18, {3, 3}, importCol2Im);
}
