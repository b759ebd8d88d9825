//===- NarrowSaved.cpp - activations in 16 bits ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/NarrowSaved.h"
#include "compiler/Training/TensorBuilder.h"
#include "dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// Smaller tensors, such as statistics, take no memory to speak of.
static constexpr int64_t kLeastElements = 4096;

static bool isLarge(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getElementType().isF32() && type.hasStaticShape() &&
         type.getNumElements() >= kLeastElements;
}

/// Lets every user widen the rounded value for itself.
static void narrow(Value value, FloatType type) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  TensorBuilder b(builder, value.getLoc());
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : value.getUses())
    uses.push_back(&use);
  // Rounding is not fused with widening: memory is to hold the narrow one.
  Value rounded =
      kernel::BarrierOp::create(builder, value.getLoc(), b.cast(value, type));
  for (OpOperand *use : uses) {
    Operation *user = use->getOwner();
    builder.setInsertionPoint(user);
    if (isa<kernel::BarrierOp>(user)) {
      // What is computed again reads memory: that holds the narrow one.
      Value again = kernel::BarrierOp::create(builder, user->getLoc(), rounded);
      user->getResult(0).replaceAllUsesWith(
          b.cast(again, builder.getF32Type()));
      user->erase();
      continue;
    }
    use->set(b.cast(rounded, builder.getF32Type()));
  }
}

SmallVector<Value> swage::training::findSaved(Block &block,
                                              Operation *lastForward) {
  SmallVector<Value> saved;
  for (Operation &op : block) {
    for (Value result : op.getResults())
      if (isa<RankedTensorType>(result.getType()) &&
          !op.hasTrait<OpTrait::ConstantLike>() &&
          llvm::any_of(result.getUsers(), [&](Operation *user) {
            return lastForward->isBeforeInBlock(
                block.findAncestorOpInBlock(*user));
          }))
        saved.push_back(result);
    if (&op == lastForward)
      break;
  }
  return saved;
}

void swage::training::narrowSaved(Block &block, Operation *lastForward,
                                  FloatType type) {
  for (Value value : findSaved(block, lastForward))
    if (isLarge(value))
      narrow(value, type);
}
