//===- Shape.cpp - shapes and their change --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that read a shape or give a tensor another one.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/AxisSet.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// From version 15 on a node may ask for a part of the shape.
static Results importShape(NodeContext &node) {
  int64_t rank = node.rank(node.input(0));
  auto clamp = [&](int64_t bound) {
    return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
  };
  int64_t start = clamp(node.intAttr("start", 0));
  int64_t end = clamp(node.intAttr("end", rank));
  return node.create<nn::ShapeOp>(node.input(0), start, std::max(start, end));
}

static Results importSize(NodeContext &node) {
  return sizeOf(node, node.input(0));
}

static Results importReshapeByAttribute(NodeContext &node) {
  node.ignoreAttr("consumed_inputs");
  std::optional<SmallVector<int64_t>> shape = node.intsAttr("shape");
  if (!shape)
    return node.bad("its attribute 'shape' is missing");
  return node.create<nn::ReshapeOp>(node.input(0), node.ints(*shape),
                                    /*allow_zero=*/false);
}

static Results importReshape(NodeContext &node) {
  bool allowZero = node.boolAttr("allowzero", false);
  Value sizes = node.sizesFor(0, node.input(1));
  return node.create<nn::ReshapeOp>(
      node.input(0), resolveRest(node, node.input(0), sizes, allowZero),
      allowZero);
}

static Results importFlatten(NodeContext &node) {
  Value value = node.input(0);
  int64_t rank = node.rank(value), axis = node.intAttr("axis", 1);
  // The axis may also be the end.
  axis = axis == rank ? rank : node.axis(axis, rank);
  return flattenTo2D(node, value, axis);
}

/// Takes the dimensions away that the run finds to be 1. How many are left is
/// what the model declares; or else all that are not known to be 1, without
/// which the run fails.
static Results squeezeOnes(NodeContext &node, Value value) {
  if (node.failed())
    return {};
  int64_t others =
      llvm::count_if(node.shape(value), [](int64_t size) { return size != 1; });
  Value sizes = node.shapeOf(value);
  return node.create<nn::ReshapeOp>(
      value,
      AxisSet::ofOnes(node, sizes)
          .remove(sizes, node.declaredRank(0).value_or(others)),
      /*allow_zero=*/true);
}

static Results importSqueeze(NodeContext &node) {
  Value value = node.input(0);
  if (AxisSet::isNeeded(node, 1)) {
    AxisSet axes(node, node.input(1), node.rank(value));
    return node.create<nn::ReshapeOp>(value, axes.remove(node.shapeOf(value)),
                                      /*allow_zero=*/true);
  }
  std::optional<SmallVector<int64_t>> list = axesOf(node, /*inputSince=*/13, 1);
  if (node.failed())
    return {};
  SmallVector<int64_t> axes;
  if (list) {
    axes = node.axes(*list, node.rank(value));
    for (int64_t axis : axes)
      if (int64_t size = node.shape(value)[axis];
          size != 1 && !ShapedType::isDynamic(size))
        return node.bad("its axis " + llvm::Twine(axis) + " has the size " +
                        llvm::Twine(size) + ", only 1 can be squeezed");
  } else {
    if (ShapedType::isDynamicShape(node.shape(value)))
      return squeezeOnes(node, value);
    for (auto [axis, size] : llvm::enumerate(node.shape(value)))
      if (size == 1)
        axes.push_back(axis);
  }
  return node.squeeze(value, axes);
}

static Results importUnsqueeze(NodeContext &node) {
  Value value = node.input(0);
  if (AxisSet::isNeeded(node, 1) && node.rank(node.input(1)) == 1) {
    int64_t count = node.shape(node.input(1))[0];
    if (ShapedType::isStatic(count))
      count += node.rank(value);
    AxisSet axes(node, node.input(1), AxisSet::resultRank(node, count));
    return node.create<nn::ReshapeOp>(value, axes.insert(node.shapeOf(value)),
                                      /*allow_zero=*/true);
  }
  std::optional<SmallVector<int64_t>> list = axesOf(node, /*inputSince=*/13, 1);
  if (!list)
    return node.bad("its axes are missing");
  return node.unsqueeze(value,
                        node.axes(*list, node.rank(value) + list->size()));
}

static Results importTranspose(NodeContext &node) {
  int64_t rank = node.rank(node.input(0));
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (std::optional<SmallVector<int64_t>> given = node.intsAttr("perm"))
    permutation = *given;
  if (!isPermutationVector(permutation) || int64_t(permutation.size()) != rank)
    return node.bad("its attribute 'perm' is no order of the dimensions");
  return node.transpose(node.input(0), permutation);
}

static Results importExpand(NodeContext &node) {
  return node.create<nn::ExpandOp>(node.input(0),
                                   node.sizesFor(0, node.input(1)));
}

static Results importDepthToSpace(NodeContext &node) {
  Value value = node.input(0);
  int64_t block = node.intAttr("blocksize", 0);
  std::string mode = node.stringAttr("mode", "DCR");
  if (block < 1 || block > (1 << 20))
    return node.bad("its attribute 'blocksize' must be positive");
  if (node.rank(value) != 4)
    return node.bad("its input must have 4 dimensions");
  if (mode != "DCR" && mode != "CRD")
    return node.bad("its attribute 'mode' must be DCR or CRD");
  int64_t depth = node.shape(value)[1];
  bool isKnown = ShapedType::isStatic(depth);
  if (isKnown && depth % (block * block))
    return node.bad("its channels do not divide into blocks");
  SmallVector<Value> n = dimensions(node, value);
  Value b = node.ints({block});
  // What does not divide then does not fit the new shape, which a run checks.
  Value c = isKnown ? node.ints({depth / (block * block)})
                    : node.create<nn::DivOp>(n[1], node.ints({block * block}));
  bool depthFirst = mode == "CRD";
  Value split = depthFirst ? node.concat({n[0], c, b, b, n[2], n[3]}, 0)
                           : node.concat({n[0], b, b, c, n[2], n[3]}, 0);
  Value blocks = node.create<nn::ReshapeOp>(value, split, /*allow_zero=*/true);
  blocks =
      node.transpose(blocks, depthFirst ? ArrayRef<int64_t>{0, 1, 4, 2, 5, 3}
                                        : ArrayRef<int64_t>{0, 3, 4, 1, 5, 2});
  Value result = node.concat({n[0], c, node.create<nn::MulOp>(n[2], b),
                              node.create<nn::MulOp>(n[3], b)},
                             0);
  return node.create<nn::ReshapeOp>(blocks, result, /*allow_zero=*/true);
}

static Results importSpaceToDepth(NodeContext &node) {
  Value value = node.input(0);
  int64_t block = node.intAttr("blocksize", 0);
  if (block < 1 || block > (1 << 20))
    return node.bad("its attribute 'blocksize' must be positive");
  if (node.rank(value) != 4)
    return node.bad("its input must have 4 dimensions");
  SmallVector<Value> n = dimensions(node, value);
  Value b = node.ints({block});
  Value height = node.create<nn::DivOp>(n[2], b),
        width = node.create<nn::DivOp>(n[3], b);
  Value blocks = node.create<nn::ReshapeOp>(
      value, node.concat({n[0], n[1], height, b, width, b}, 0),
      /*allow_zero=*/true);
  blocks = node.transpose(blocks, {0, 3, 5, 1, 2, 4});
  Value depth = node.create<nn::MulOp>(n[1], node.ints({block * block}));
  return node.create<nn::ReshapeOp>(
      blocks, node.concat({n[0], depth, height, width}, 0),
      /*allow_zero=*/true);
}

void swage::onnx::registerShapeOps(Registry &registry) {
  registry.add("Shape", 1, {1, 1}, importShape);
  registry.add("Size", 1, {1, 1}, importSize);
  registry.add("Reshape", 1, {1, 1}, importReshapeByAttribute);
  registry.add("Reshape", 5, {2, 2}, importReshape);
  registry.add("Flatten", 1, {1, 1}, importFlatten);
  registry.add("Squeeze", 1, {1, 2}, importSqueeze);
  registry.add("Unsqueeze", 1, {1, 2}, importUnsqueeze);
  registry.add("Transpose", 1, {1, 1}, importTranspose);
  registry.add("Expand", 8, {2, 2}, importExpand);
  registry.add("DepthToSpace", 1, {1, 1}, importDepthToSpace);
  registry.add("SpaceToDepth", 1, {1, 1}, importSpaceToDepth);
}
