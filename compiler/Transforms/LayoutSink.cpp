//===- LayoutSink.cpp - transpositions behind operators -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Moves transpositions from operands to results through LayoutInterface, and
// through reductions and reshapes, which change the number of dimensions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/Updates.h"
#include "compiler/Transforms/Layout.h"
#include "dialects/NN/ConstantExpression.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace swage::nn {

//===----------------------------------------------------------------------===//
// Operators with an interface
//===----------------------------------------------------------------------===//

/// The operand with as many dimensions as `rank`: sizes of 1 come first.
static Value expandRank(OpBuilder &b, Location loc, Value operand,
                        int64_t rank) {
  ArrayRef<int64_t> shape = shapeOf(operand);
  if (llvm::count(shape, ShapedType::kDynamic) > 1)
    return nullptr;
  SmallVector<int64_t> sizes(rank - int64_t(shape.size()), 1);
  for (int64_t size : shape)
    sizes.push_back(ShapedType::isDynamic(size) ? -1 : size);
  Value wanted = createIndexVector(b, loc, sizes);
  return *createFolded<ReshapeOp>(b, loc, operand, wanted,
                                  /*allow_zero=*/true);
}

bool sinkThroughOperator(Operation *op) {
  auto flexible = dyn_cast<LayoutInterface>(op);
  // An argument is replaced in the layout that it has.
  if (!flexible || isUpdate(op))
    return false;
  TransposeOp transpose;
  for (Value operand : op->getOperands())
    if (TransposeOp found = getMovable(operand)) {
      transpose = found;
      break;
    }
  if (!transpose)
    return false;
  SmallVector<int64_t> back(transpose.getPermutation());
  int64_t rank = back.size();
  if (llvm::any_of(op->getResults(),
                   [&](Value result) { return rankOf(result) != rank; }))
    return false;
  SmallVector<int64_t> forth = invertPermutationVector(back);

  // Transpositions that go away, and that have to be added.
  int64_t removed = 0, added = 0;
  for (Value operand : op->getOperands()) {
    if (rankOf(operand) != rank || isConstantExpression(operand))
      continue;
    TransposeOp own = getMovable(operand);
    ++(own && own.getPermutation() == ArrayRef(back) ? removed : added);
  }
  if (removed < added)
    return false;

  OpBuilder b(op);
  Location loc = op->getLoc();
  bool broadcasts = isa<ElementwiseInterface>(op);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    int64_t own = rankOf(operand);
    if (own != rank && (!broadcasts || own == 0)) {
      operands.push_back(operand);
      continue;
    }
    if (own != rank)
      operand = expandRank(b, loc, operand, rank);
    if (!operand)
      return false;
    operands.push_back(createMovable(b, loc, operand, forth));
  }
  FailureOr<SmallVector<Value>> results = flexible.permute(operands, forth, b);
  if (failed(results))
    return false;
  for (auto [result, moved] : llvm::zip_equal(op->getResults(), *results))
    result.replaceAllUsesWith(createMovable(b, loc, moved, back));
  op->erase();
  return true;
}

//===----------------------------------------------------------------------===//
// Reductions that drop dimensions
//===----------------------------------------------------------------------===//

bool sinkThroughReduction(Operation *op) {
  if (!isa<ReduceSumOp, ReduceProdOp, ReduceMaxOp, ReduceMinOp, ReduceMeanOp>(
          op) ||
      op->hasAttr("keep_dims"))
    return false;
  TransposeOp transpose = getMovable(op->getOperand(0));
  if (!transpose)
    return false;
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef();
  SmallVector<int64_t> moved, kept;
  for (auto [axis, from] : llvm::enumerate(permutation))
    (llvm::is_contained(axes, axis) ? moved : kept).push_back(from);
  llvm::sort(moved);
  // The order of what is left, relative to the order in the source.
  SmallVector<int64_t> sorted(kept), order;
  llvm::sort(sorted);
  for (int64_t from : kept)
    order.push_back(llvm::find(sorted, from) - sorted.begin());

  OpBuilder b(op);
  Operation *clone = b.clone(*op);
  clone->setOperand(0, transpose.getInput());
  clone->setAttr("axes", b.getDenseI64ArrayAttr(moved));
  if (failed(inferResultTypes(clone))) {
    clone->erase();
    return false;
  }
  op->getResult(0).replaceAllUsesWith(
      createMovable(b, op->getLoc(), clone->getResult(0), order));
  op->erase();
  return true;
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

namespace {
/// Dimensions of a reshape's input and result with the same elements.
struct DimensionGroup {
  SmallVector<int64_t> from, to;
};
} // namespace

/// Divides the dimensions of a reshape into the smallest groups that hold the
/// same elements, in order. Nothing when sizes that are not known differ.
static std::optional<SmallVector<DimensionGroup>>
groupDimensions(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<DimensionGroup> groups;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    DimensionGroup group{{int64_t(i)}, {int64_t(j)}};
    int64_t left = from[i++], right = to[j++];
    if (ShapedType::isDynamic(left) || ShapedType::isDynamic(right)) {
      // The run's size is taken to be the same on both sides, which holds only
      // while everything before was.
      if (left != right)
        return std::nullopt;
      groups.push_back(group);
      continue;
    }
    if (left == 0 || right == 0)
      return std::nullopt;
    while (left != right) {
      bool takeLeft = left < right;
      if (takeLeft ? i == from.size() : j == to.size())
        return std::nullopt;
      int64_t next = takeLeft ? from[i] : to[j];
      if (ShapedType::isDynamic(next) || next == 0)
        return std::nullopt;
      (takeLeft ? group.from : group.to).push_back(takeLeft ? i++ : j++);
      (takeLeft ? left : right) *= next;
    }
    groups.push_back(group);
  }
  // Sizes of 1 that are left over belong to the last group.
  if (groups.empty())
    return std::nullopt;
  for (; i < from.size(); ++i) {
    if (from[i] != 1)
      return std::nullopt;
    groups.back().from.push_back(i);
  }
  for (; j < to.size(); ++j) {
    if (to[j] != 1)
      return std::nullopt;
    groups.back().to.push_back(j);
  }
  return groups;
}

bool sinkThroughReshape(ReshapeOp op) {
  TransposeOp transpose = getMovable(op.getInput());
  if (!transpose)
    return false;
  ArrayRef<int64_t> toShape = shapeOf(op.getResult());
  if (llvm::count(toShape, ShapedType::kDynamic) > 1)
    return false;
  auto groups = groupDimensions(shapeOf(op.getInput()), toShape);
  if (!groups)
    return false;

  // The groups in the order in which the source of the transposition has them.
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  SmallVector<DimensionGroup *> ordered;
  for (DimensionGroup &group : *groups)
    ordered.push_back(&group);
  auto placeOf = [&](DimensionGroup *group) {
    int64_t place = permutation[group->from.front()];
    for (int64_t dim : group->from)
      if (shapeOf(op.getInput())[dim] != 1)
        return permutation[dim];
    return place;
  };
  llvm::sort(ordered, [&](DimensionGroup *x, DimensionGroup *y) {
    return placeOf(x) < placeOf(y);
  });

  // The source's dimensions, group by group; what the reshape makes of them;
  // and the order which the result has to be brought to.
  SmallVector<int64_t> inner, sizes, places;
  for (DimensionGroup *group : ordered) {
    for (int64_t dim : group->from)
      inner.push_back(permutation[dim]);
    for (int64_t dim : group->to) {
      places.push_back(dim);
      sizes.push_back(ShapedType::isDynamic(toShape[dim]) ? -1 : toShape[dim]);
    }
  }
  SmallVector<int64_t> outer = invertPermutationVector(places);
  if (isIdentityPermutation(outer))
    return false;

  OpBuilder b(op);
  Location loc = op.getLoc();
  Value source = transpose.getInput();
  if (!isIdentityPermutation(inner))
    // What changes the order within a group has to happen before the group is
    // reshaped; it is not moved any further.
    source = *createFolded<TransposeOp>(b, loc, source, inner);
  Value wanted = createIndexVector(b, loc, sizes);
  Value reshaped = *createFolded<ReshapeOp>(b, loc, source, wanted,
                                            /*allow_zero=*/true);
  Value result = createMovable(b, loc, reshaped, outer);
  if (result.getType() != op.getType())
    return false;
  op.replaceAllUsesWith(result);
  op.erase();
  return true;
}

} // namespace swage::nn
