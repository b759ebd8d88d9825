//===- Reduce.cpp - reductions and softmax --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One description serves all reductions: what happens to each element before,
// which sum is taken, and what happens after.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Branch.h"
#include "frontends/ONNX/Ops/AxisSet.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {
struct Reduction {
  Value value;
  SmallVector<int64_t> axes;
  bool keepDims;
  /// The axes, where the run decides them.
  std::optional<AxisSet> axisSet;
};
} // namespace

/// Reads what all reductions have in common. `axesAreInputSince` is the version
/// in which the axes became an input.
static Reduction readReduction(NodeContext &node, int64_t axesAreInputSince) {
  Reduction reduction;
  reduction.value = node.input(0);
  reduction.keepDims = node.boolAttr("keepdims", true);
  bool none = node.boolAttr("noop_with_empty_axes", false);
  int64_t rank = node.rank(reduction.value);
  if (node.opset() >= axesAreInputSince && AxisSet::isNeeded(node, 1)) {
    reduction.axisSet.emplace(node, node.input(1), rank);
    if (!none && ShapedType::isDynamic(reduction.axisSet->size()))
      reduction.axisSet->allIfEmpty();
    return reduction;
  }
  std::optional<SmallVector<int64_t>> list = axesOf(node, axesAreInputSince, 1);
  if (list && !list->empty())
    reduction.axes = node.axes(*list, rank);
  else if (!none)
    reduction.axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return reduction;
}

/// What becomes of the dimensions that are reduced.
enum class Reduced { Removed, One, Repeated };

/// One dimension after another, each if it is among the axes.
template <typename OpTy>
static Value reduceChosen(NodeContext &node, AxisSet axes, Reduced dims,
                          Value value) {
  if (node.failed())
    return {};
  Value sizes = node.shapeOf(value);
  for (int64_t axis = 0, rank = node.rank(value); axis < rank; ++axis) {
    if (node.failed())
      return {};
    if (node.shape(value)[axis] == 1)
      continue;
    Value chosen = node.cast(node.slice(axes.members(), 0, axis, axis + 1),
                             node.builder().getI1Type());
    SmallVector<Value> reduced = branch(
        node, chosen,
        [&] {
          Value reduced = node.create<OpTy>(value, ArrayRef<int64_t>{axis},
                                            /*keep_dims=*/true);
          if (dims == Reduced::Repeated)
            reduced = node.create<nn::ExpandOp>(reduced, node.shapeOf(value));
          return SmallVector<Value>{reduced};
        },
        [&] { return SmallVector<Value>{value}; });
    if (!reduced.empty())
      value = reduced.front();
  }
  if (dims != Reduced::Removed)
    return value;
  return node.create<nn::ReshapeOp>(value, axes.remove(sizes),
                                    /*allow_zero=*/true);
}

template <typename OpTy>
static Value reduce(NodeContext &node, const Reduction &r, Value value) {
  if (r.axisSet)
    return reduceChosen<OpTy>(
        node, *r.axisSet, r.keepDims ? Reduced::One : Reduced::Removed, value);
  if (r.axes.empty())
    return value;
  return node.create<OpTy>(value, r.axes, r.keepDims);
}

template <typename OpTy, int since>
static Results importReduce(NodeContext &node) {
  Reduction r = readReduction(node, since);
  if (node.failed())
    return {};
  return reduce<OpTy>(node, r, r.value);
}

/// Axes that the run decides come one after another, which must not cut off
/// integers each time.
static Results importReduceMean(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  if (node.failed())
    return {};
  Type type = node.elementType(r.value);
  if (!r.axisSet || !isa<IntegerType>(type))
    return reduce<nn::ReduceMeanOp>(node, r, r.value);
  Value sum = reduce<nn::ReduceSumOp>(node, r, r.value);
  auto count = [&](Value value) {
    return node.create<nn::ReduceProdOp>(node.shapeOf(value),
                                         ArrayRef<int64_t>{0},
                                         /*keep_dims=*/false);
  };
  if (node.failed())
    return {};
  Value each = node.create<nn::DivOp>(count(r.value), count(sum));
  return node.create<nn::DivOp>(sum, node.cast(each, type));
}

/// A logarithm or root of integers is taken in floats.
static Type widenIntegers(NodeContext &node, Reduction &r) {
  Type type = node.elementType(r.value);
  if (isa<IntegerType>(type))
    r.value = node.cast(r.value, node.builder().getF64Type());
  return type;
}

/// Booleans are ordered as 0 and 1.
template <typename OpTy> static Results importExtremum(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  if (node.failed())
    return {};
  Type type = node.elementType(r.value);
  if (!type.isInteger(1))
    return reduce<OpTy>(node, r, r.value);
  // Unsigned, so that the greatest of none is false.
  Value bytes = node.cast(
      r.value, IntegerType::get(node.context(), 8, IntegerType::Unsigned));
  return node.cast(reduce<OpTy>(node, r, bytes), type);
}

static Results importReduceL1(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  return reduce<nn::ReduceSumOp>(node, r, node.create<nn::AbsOp>(r.value));
}

static Value sumOfSquares(NodeContext &node, const Reduction &r) {
  return reduce<nn::ReduceSumOp>(node, r,
                                 node.create<nn::MulOp>(r.value, r.value));
}

static Results importReduceSumSquare(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  return sumOfSquares(node, r);
}

static Results importReduceL2(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  if (node.failed())
    return {};
  Type type = widenIntegers(node, r);
  return node.cast(node.create<nn::SqrtOp>(sumOfSquares(node, r)), type);
}

static Results importReduceLogSum(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  if (node.failed())
    return {};
  Type type = widenIntegers(node, r);
  Value sum = reduce<nn::ReduceSumOp>(node, r, r.value);
  return node.cast(node.create<nn::LogOp>(sum), type);
}

/// Relative to the greatest element, so that nothing overflows; where that is
/// infinite, relative to 0.
static Results importReduceLogSumExp(NodeContext &node) {
  Reduction r = readReduction(node, 18);
  if (node.failed())
    return {};
  if (r.axes.empty() && !r.axisSet)
    return r.value;
  Type type = widenIntegers(node, r);
  bool keepDims = std::exchange(r.keepDims, true);
  auto finite = [&](Value value) {
    Value infinite =
        node.create<nn::IsInfOp>(value, /*negative=*/true, /*positive=*/true);
    return node.create<nn::SelectOp>(infinite, node.scalarLike(r.value, 0),
                                     value);
  };
  Value greatest = finite(reduce<nn::ReduceMaxOp>(node, r, r.value));
  // Where the axes are not known, neither is what broadcasts: repeat it.
  Value repeated = greatest;
  if (r.axisSet)
    repeated = finite(reduceChosen<nn::ReduceMaxOp>(
        node, *r.axisSet, Reduced::Repeated, r.value));
  Value relative =
      node.create<nn::ExpOp>(node.create<nn::SubOp>(r.value, repeated));
  Value sum = reduce<nn::ReduceSumOp>(node, r, relative);
  Value result = node.create<nn::AddOp>(node.create<nn::LogOp>(sum), greatest);
  result = node.cast(result, type);
  if (keepDims)
    return result;
  if (!r.axisSet)
    return node.squeeze(result, r.axes);
  return node.create<nn::ReshapeOp>(result,
                                    r.axisSet->remove(node.shapeOf(r.value)),
                                    /*allow_zero=*/true);
}

template <bool logarithm> static Results importSoftmax(NodeContext &node) {
  Value value = node.input(0);
  int64_t axis = node.axis(node.intAttr("axis", -1), node.rank(value));
  return node.create<nn::SoftmaxOp>(value, axis, logarithm);
}

/// Before version 13, over all dimensions from the axis on together.
template <bool logarithm> static Results importOldSoftmax(NodeContext &node) {
  Value value = node.input(0);
  int64_t rank = node.rank(value), axis = node.intAttr("axis", 1);
  axis = axis == rank ? rank : node.axis(axis, rank);
  if (axis == rank - 1)
    return node.create<nn::SoftmaxOp>(value, axis, logarithm);
  Value flat =
      node.create<nn::SoftmaxOp>(flattenTo2D(node, value, axis), 1, logarithm);
  return reshapeLike(node, flat, value);
}

void swage::onnx::registerReduceOps(Registry &registry) {
  registry.add("ReduceSum", 1, {1, 2}, importReduce<nn::ReduceSumOp, 13>);
  registry.add("ReduceMean", 1, {1, 2}, importReduceMean);
  registry.add("ReduceProd", 1, {1, 2}, importReduce<nn::ReduceProdOp, 18>);
  registry.add("ReduceMax", 1, {1, 2}, importExtremum<nn::ReduceMaxOp>);
  registry.add("ReduceMin", 1, {1, 2}, importExtremum<nn::ReduceMinOp>);
  registry.add("ReduceL1", 1, {1, 2}, importReduceL1);
  registry.add("ReduceL2", 1, {1, 2}, importReduceL2);
  registry.add("ReduceSumSquare", 1, {1, 2}, importReduceSumSquare);
  registry.add("ReduceLogSum", 1, {1, 2}, importReduceLogSum);
  registry.add("ReduceLogSumExp", 1, {1, 2}, importReduceLogSumExp);
  registry.add("Softmax", 1, {1, 1}, importOldSoftmax<false>);
  registry.add("Softmax", 13, {1, 1}, importSoftmax<false>);
  registry.add("LogSoftmax", 1, {1, 1}, importOldSoftmax<true>);
  registry.add("LogSoftmax", 13, {1, 1}, importSoftmax<true>);
}
