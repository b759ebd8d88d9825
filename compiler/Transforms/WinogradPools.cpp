//===- WinogradPools.cpp - pools that tiles of outputs hold ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WinogradPools.h. A pool is known by its loops alone; what it makes of the
// elements of a window does not matter.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/WinogradPools.h"
#include "compiler/Analysis/ConstantTensors.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace swage {

/// Whether `op` changes the elements of `image` one by one, with constants.
static bool changesElements(linalg::GenericOp op, Value image) {
  return op.getNumReductionLoops() == 0 && op->getNumResults() == 1 &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() &&
         llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *input) {
           return input->get() == image
                      ? op.getMatchingIndexingMap(input).isIdentity()
                      : isConstantValue(input->get());
         });
}

/// Whether `op` reduces windows of `image` that lie side by side and none of
/// which reaches from one tile of `tile` elements into the next.
static bool poolsTiles(linalg::GenericOp op, Value image,
                       std::array<int64_t, 2> tile) {
  constexpr unsigned kParallel = 4;
  if (op.getNumParallelLoops() != kParallel || op.getNumReductionLoops() != 2 ||
      op->getNumResults() != 1 || op.getNumDpsInputs() != 2 ||
      op.hasDynamicShape() || op.getDpsInputs()[0] != image ||
      !op.getDpsInputs()[1].getDefiningOp<tensor::EmptyOp>())
    return false;
  MLIRContext *context = op.getContext();
  unsigned loops = op.getNumLoops();
  AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (written != AffineMap::getMultiDimIdentityMap(loops, context)
                     .getMajorSubMap(kParallel))
    return false;
  SmallVector<AffineExpr> wanted;
  for (unsigned dim = 0; dim < kParallel; ++dim)
    wanted.push_back(getAffineDimExpr(dim, context));
  for (unsigned i : {0, 1}) {
    int64_t window = op.getStaticLoopRanges()[kParallel + i];
    if (tile[i] % window != 0)
      return false;
    wanted[1 + i] =
        wanted[1 + i] * window + getAffineDimExpr(kParallel + i, context);
  }
  return op.getIndexingMapsArray()[0] ==
         AffineMap::get(loops, 0, wanted, context);
}

linalg::GenericOp findPoolOfTiles(Value result, std::array<int64_t, 2> tile) {
  Block *block = result.getParentBlock();
  while (result.hasOneUse()) {
    auto user = dyn_cast<linalg::GenericOp>(*result.user_begin());
    if (!user || user->getBlock() != block || !user.hasPureTensorSemantics())
      return nullptr;
    if (poolsTiles(user, result, tile))
      return user;
    if (!changesElements(user, result))
      return nullptr;
    result = user->getResult(0);
  }
  return nullptr;
}

} // namespace swage
