//===- TensorBuilder.cpp - short names for nn operators -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See TensorBuilder.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/TensorBuilder.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value TensorBuilder::scalar(Type elementType, double value) const {
  return nn::createScalar(builder, loc, elementType, value);
}

Value TensorBuilder::scalarLike(Value like, double value) const {
  return scalar(elementTypeOf(like), value);
}

Value TensorBuilder::splat(Type elementType, Sizes shape, double value) const {
  return expand(scalar(elementType, value), shape);
}

Value TensorBuilder::zerosLike(Value like) const {
  return splat(elementTypeOf(like), shapeOf(like), 0);
}

Value TensorBuilder::indices(Sizes values, Sizes shape) const {
  auto type = RankedTensorType::get(shape, builder.getI64Type());
  return arith::ConstantOp::create(builder, loc,
                                   DenseIntElementsAttr::get(type, values));
}

Value TensorBuilder::cast(Value a, Type elementType) const {
  if (elementTypeOf(a) == elementType)
    return a;
  return make<nn::CastOp>(a, elementType, /*saturate=*/true, "up");
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Value TensorBuilder::sum(Value a, Sizes axes, bool keepDims) const {
  if (axes.empty())
    return a;
  return make<nn::ReduceSumOp>(a, axes, keepDims);
}

Value TensorBuilder::mean(Value a, Sizes axes, bool keepDims) const {
  if (axes.empty())
    return a;
  return make<nn::ReduceMeanOp>(a, axes, keepDims);
}

Value TensorBuilder::sumAll(Value a) const {
  return sum(a, llvm::to_vector(llvm::seq<int64_t>(0, rankOf(a))),
             /*keepDims=*/false);
}

Value TensorBuilder::sumTo(Value a, Sizes shape) const {
  int64_t missing = rankOf(a) - int64_t(shape.size());
  SmallVector<int64_t> axes;
  for (auto [axis, size] : llvm::enumerate(shapeOf(a)))
    if (int64_t(axis) < missing || (shape[axis - missing] == 1 && size != 1))
      axes.push_back(axis);
  return reshape(sum(a, axes, /*keepDims=*/false), shape);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

Value TensorBuilder::reshape(Value a, Sizes shape) const {
  if (shapeOf(a) == shape)
    return a;
  return make<nn::ReshapeOp>(a, indices(shape), /*allow_zero=*/true);
}

Value TensorBuilder::reshapeLike(Value a, Value like) const {
  return reshape(a, shapeOf(like));
}

Value TensorBuilder::expand(Value a, Sizes shape) const {
  if (shapeOf(a) == shape)
    return a;
  return make<nn::ExpandOp>(a, indices(shape));
}

/// Whether `order` turns matrices, the last two dimensions.
static bool turnsMatrices(ArrayRef<int64_t> order) {
  int64_t rank = order.size();
  if (rank < 2)
    return false;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (order[dim] != (dim < rank - 2 ? dim : 2 * rank - 3 - dim))
      return false;
  return true;
}

Value TensorBuilder::transpose(Value a, Sizes permutation) const {
  // A product that nobody else reads is made in the order that is wanted: the
  // gradient of a matrix that the model turns, mostly.
  auto product = a.getDefiningOp<nn::MatMulOp>();
  if (product && a.use_empty() && turnsMatrices(permutation) &&
      rankOf(product.getLhs()) == rankOf(a) &&
      rankOf(product.getRhs()) == rankOf(a))
    return matmul(product.getRhs(), product.getLhs(),
                  !product.getTransposeRhs(), !product.getTransposeLhs());
  return make<nn::TransposeOp>(a, permutation);
}

/// What `value` is the transposed matrices of; null if it is not.
static Value findTransposed(Value value) {
  auto transpose = value.getDefiningOp<nn::TransposeOp>();
  return transpose && turnsMatrices(transpose.getPermutation())
             ? transpose.getInput()
             : Value();
}

Value TensorBuilder::matmul(Value a, Value b, bool transposeA,
                            bool transposeB) const {
  auto undo = [](Value &operand, bool &transposes) {
    Value turned = transposes ? findTransposed(operand) : Value();
    if (!turned)
      return;
    operand = turned;
    transposes = false;
  };
  undo(a, transposeA);
  undo(b, transposeB);
  return make<nn::MatMulOp>(a, b, transposeA, transposeB);
}

Value TensorBuilder::transposeMatrix(Value a) const {
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(a)));
  std::swap(permutation.back(), permutation[permutation.size() - 2]);
  return transpose(a, permutation);
}

Value TensorBuilder::slice(Value a, int64_t axis, int64_t start, int64_t end,
                           int64_t step) const {
  if (start == 0 && end == shapeOf(a)[axis] && step == 1)
    return a;
  return make<nn::SliceOp>(a, indices({start}), indices({end}), indices({step}),
                           ArrayRef<int64_t>{axis});
}

Value TensorBuilder::pad(Value a, Sizes before, Sizes after) const {
  SmallVector<int64_t> pads(before);
  llvm::append_range(pads, after);
  if (llvm::all_of(pads, [](int64_t count) { return count == 0; }))
    return a;
  return make<nn::PadOp>(a, indices(pads), scalarLike(a, 0), "constant");
}

Value TensorBuilder::concat(ArrayRef<Value> values, int64_t axis) const {
  if (values.size() == 1)
    return values.front();
  return make<nn::ConcatOp>(ValueRange(values), axis);
}

Value TensorBuilder::flip(Value a, Sizes axes) const {
  SmallVector<int64_t> flipped;
  for (int64_t axis : axes)
    if (shapeOf(a)[axis] > 1)
      flipped.push_back(axis);
  if (flipped.empty())
    return a;
  size_t count = flipped.size();
  SmallVector<int64_t> starts(count, -1), ends(count, INT64_MIN),
      steps(count, -1);
  return make<nn::SliceOp>(a, indices(starts), indices(ends), indices(steps),
                           ArrayRef<int64_t>(flipped));
}
