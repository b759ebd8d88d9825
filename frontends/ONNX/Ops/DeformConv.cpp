//===- DeformConv.cpp - convolutions whose windows are bent ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The pixels under each window are sampled at the places that the offsets give;
// what is left of the convolution is a matrix product.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Taps.h"
#include "frontends/ONNX/Ops/Windows.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// The windows over an image, and the samples under them. Tables are ordered
/// [N, offset group, window element..., result element...].
struct Bent {
  NodeContext &node;
  WindowAttributes window;
  Value image, filter, offsets, mask;
  int64_t group, offsetGroup;
  Type type;

  int64_t spatial() const { return window.kernel.size(); }
  Value outputSizes() {
    return node.create<nn::ShapeOp>(offsets, 2, 2 + spatial());
  }
  Value batch() { return node.create<nn::ShapeOp>(image, 0, 1); }

  /// Where the unbent window would read along a spatial axis, to broadcast
  /// against [window element..., result element...].
  Value plainPlaces(int64_t axis) {
    Type i64 = node.builder().getI64Type();
    Value element =
        node.create<nn::MulOp>(iota(node, i64, window.kernel[axis]),
                               node.scalar(i64, window.dilations[axis]));
    Value start = node.create<nn::MulOp>(
        countTo(node, node.create<nn::ShapeOp>(offsets, 2 + axis, 3 + axis)),
        node.scalar(i64, window.strides[axis]));
    start = node.create<nn::SubOp>(start, node.scalar(i64, window.pads[axis]));
    if (node.failed())
      return {};
    int64_t rank = 2 * spatial();
    Value places =
        node.create<nn::AddOp>(alongAxis(node, element, axis, rank),
                               alongAxis(node, start, spatial() + axis, rank));
    return node.failed() ? Value() : node.cast(places, type);
  }

  /// The two pixels around each sample along an axis.
  Taps sample(int64_t axis, Value size) {
    int64_t coordinate = 2 + spatial();
    Value bent =
        reshapeBy(node, offsets,
                  {batch(), node.ints({offsetGroup}), node.ints(window.kernel),
                   node.ints({spatial()}), outputSizes()});
    bent = node.squeeze(node.slice(bent, coordinate, axis, axis + 1),
                        {coordinate});
    Value place = node.create<nn::AddOp>(bent, plainPlaces(axis));
    place = node.reshape(place, {-1});
    Value base = node.create<nn::FloorOp>(place);
    if (node.failed())
      return {};
    Value pair = iota(node, type, 2);
    Value places = addOffsets(node, base, pair);
    Value inside = node.create<nn::AndOp>(
        node.create<nn::GreaterEqualOp>(places, node.scalar(type, 0)),
        node.create<nn::LessOp>(places, node.cast(size, type)));
    places = node.create<nn::SelectOp>(inside, places, node.scalar(type, -1));
    Value distance =
        addOffsets(node, node.create<nn::SubOp>(base, place), pair);
    Value weights = node.create<nn::SubOp>(node.scalar(type, 1),
                                           node.create<nn::AbsOp>(distance));
    if (node.failed())
      return {};
    return {node.cast(places, node.builder().getI64Type()), weights};
  }

  /// [N, offset group, window element..., result element...] flattened, each
  /// with the number of its image's group.
  Value groupNumbers() {
    Value groups = node.create<nn::MulOp>(batch(), node.ints({offsetGroup}));
    Value each =
        node.concat({groups, node.ints(window.kernel), outputSizes()}, 0);
    SmallVector<int64_t> inner =
        llvm::to_vector(llvm::seq<int64_t>(1, 1 + 2 * spatial()));
    Value numbers = node.create<nn::ExpandOp>(
        node.unsqueeze(countTo(node, groups), inner), each);
    return node.reshape(numbers, {-1});
  }

  /// [N, channels, window elements, result elements].
  Value columns() {
    int64_t channels = node.shape(image)[1];
    Value spatialSizes = node.create<nn::ShapeOp>(image, 2, 2 + spatial());
    Value grouped =
        reshapeBy(node, image,
                  {node.create<nn::MulOp>(batch(), node.ints({offsetGroup})),
                   node.ints({channels / offsetGroup}), spatialSizes});
    Taps taps = singleTaps(node, groupNumbers(), type);
    for (int64_t i = 0; i < spatial(); ++i) {
      Value size = sizeAt(node, image, 2 + i);
      taps = joinTaps(node, taps, sample(i, size), size);
    }
    if (mask && !node.failed())
      taps.weights = node.create<nn::MulOp>(
          taps.weights,
          node.unsqueeze(node.reshape(node.cast(mask, type), {-1}), {1}));
    Value sampled = node.create<nn::GatherSumOp>(pixelRows(node, grouped),
                                                 taps.places, taps.weights,
                                                 /*maximum=*/false);
    int64_t elements = 1;
    for (int64_t size : window.kernel)
      elements *= size;
    Value results = node.create<nn::ReduceProdOp>(
        outputSizes(), ArrayRef<int64_t>{0}, /*keep_dims=*/true);
    sampled = reshapeBy(node, sampled,
                        {batch(), node.ints({offsetGroup, elements}), results,
                         node.ints({channels / offsetGroup})});
    // Channels before elements, as the filter has them.
    sampled = node.transpose(sampled, {0, 1, 4, 2, 3});
    return reshapeBy(
        node, sampled,
        {batch(), node.ints({group, channels / group * elements}), results});
  }
};

} // namespace

static Results importDeformConv(NodeContext &node) {
  Value image = node.input(0), filter = node.input(1), bias = node.input(3);
  if (!node.requireSameType(
          {image, filter, node.input(2), bias, node.input(4)}))
    return {};
  int64_t rank = node.rank(image);
  if (rank < 3 || node.rank(filter) != rank || node.rank(node.input(2)) != rank)
    return node.bad("its input, filter and offsets must have one rank, at "
                    "least 3");
  int64_t channels = node.shape(image)[1];
  if (ShapedType::isDynamic(channels) ||
      ShapedType::isDynamicShape(node.shape(filter)))
    return node.unsupported("its channels and the shape of its filter must be "
                            "known at compile time");
  Type original = node.elementType(image), type = accumulator(original);
  WindowAttributes window =
      readWindow(node, rank, node.shape(filter).drop_front(2));
  if (node.failed())
    return {};
  Bent bent{node,
            window,
            node.cast(image, type),
            node.cast(filter, type),
            node.cast(node.input(2), type),
            node.input(4),
            node.intAttr("group", 1),
            node.intAttr("offset_group", 1),
            type};
  int64_t filters = node.shape(filter)[0];
  if (bent.group < 1 || bent.offsetGroup < 1 || channels % bent.group ||
      channels % bent.offsetGroup || filters % bent.group ||
      node.shape(filter)[1] != channels / bent.group)
    return node.bad("its groups do not divide its channels");
  int64_t contracted = channels / bent.group;
  for (int64_t size : window.kernel)
    contracted *= size;
  // [group, filters / group, contracted] x [N, group, contracted, results]
  Value matrices =
      node.reshape(bent.filter, {bent.group, filters / bent.group, contracted});
  Value product = node.create<nn::MatMulOp>(matrices, bent.columns(),
                                            /*transpose_lhs=*/false,
                                            /*transpose_rhs=*/false);
  Value result = reshapeBy(
      node, product, {bent.batch(), node.ints({filters}), bent.outputSizes()});
  if (bias && !node.failed())
    result = node.create<nn::AddOp>(
        result, alongAxis(node, node.cast(bias, type), 1, rank));
  return node.failed() ? Results() : Results(node.cast(result, original));
}

void swage::onnx::registerDeformConvOps(Registry &registry) {
  registry.add("DeformConv", 19, {3, 5}, importDeformConv);
}
