//===- ShapeLayout.cpp - shape operators with permuted dimensions ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// How operators that move elements are rebuilt on transposed operands.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {

/// Where the permutation brings dimension `dim`.
static int64_t moved(ArrayRef<int64_t> permutation, int64_t dim) {
  return llvm::find(permutation, dim) - permutation.begin();
}

template <typename OpTy>
static FailureOr<SmallVector<Value>> single(FailureOr<OpTy> op) {
  if (failed(op))
    return failure();
  return SmallVector<Value>{(*op)->getResult(0)};
}

FailureOr<SmallVector<Value>> ConcatOp::permute(ValueRange operands,
                                                ArrayRef<int64_t> permutation,
                                                OpBuilder &builder) {
  return single(createInferred<ConcatOp>(builder, getLoc(), operands,
                                         moved(permutation, getAxis())));
}

FailureOr<SmallVector<Value>> SliceOp::permute(ValueRange operands,
                                               ArrayRef<int64_t> permutation,
                                               OpBuilder &builder) {
  SmallVector<int64_t> axes;
  for (int64_t axis : getAxes())
    axes.push_back(moved(permutation, axis));
  return single(createInferred<SliceOp>(builder, getLoc(), operands[0],
                                        operands[1], operands[2], operands[3],
                                        axes));
}

FailureOr<SmallVector<Value>> GatherOp::permute(ValueRange operands,
                                                ArrayRef<int64_t> permutation,
                                                OpBuilder &builder) {
  // With more or fewer indices than a vector the rank changes.
  if (rankOf(getIndices()) != 1)
    return failure();
  return single(createInferred<GatherOp>(builder, getLoc(), operands[0],
                                         operands[1],
                                         moved(permutation, getAxis())));
}

FailureOr<SmallVector<Value>> ExpandOp::permute(ValueRange operands,
                                                ArrayRef<int64_t> permutation,
                                                OpBuilder &builder) {
  int64_t rank = permutation.size();
  if (rankOf(operands[0]) != rank || shapeOf(getShape())[0] != rank)
    return failure();
  Value order = createIndexVector(builder, getLoc(), permutation);
  auto shape = createFolded<GatherOp>(builder, getLoc(), operands[1], order, 0);
  if (failed(shape))
    return failure();
  return single(
      createInferred<ExpandOp>(builder, getLoc(), operands[0], *shape));
}

FailureOr<SmallVector<Value>> PadOp::permute(ValueRange operands,
                                             ArrayRef<int64_t> permutation,
                                             OpBuilder &builder) {
  SmallVector<int64_t> places(permutation);
  for (int64_t dim : permutation)
    places.push_back(dim + int64_t(permutation.size()));
  Value order = createIndexVector(builder, getLoc(), places);
  auto pads = createFolded<GatherOp>(builder, getLoc(), operands[1], order, 0);
  if (failed(pads))
    return failure();
  return single(createInferred<PadOp>(
      builder, getLoc(), operands[0], *pads,
      operands.size() > 2 ? operands[2] : Value(), getMode()));
}

} // namespace swage::nn
