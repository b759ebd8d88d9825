//===- SequenceInits.cpp - what a sequence changes ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Follows a result back through the loops, branches and insertions that made
// it, until a value from outside.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/SequenceInits.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace {
class InitFinder {
public:
  explicit InitFinder(scf::ExecuteRegionOp sequence)
      : region(sequence.getRegion()) {}

  /// Goes on from the value that `operand` passes on.
  bool follow(OpOperand &operand) {
    Value value = operand.get();
    if (!region.isAncestor(value.getParentRegion())) {
      inits.push_back(&operand);
      return true;
    }
    // Around a loop a value comes back to where it has been seen.
    if (!seen.insert(value).second)
      return true;
    if (auto argument = dyn_cast<BlockArgument>(value))
      return followArgument(argument);
    Operation *op = value.getDefiningOp();
    unsigned index = cast<OpResult>(value).getResultNumber();
    if (auto insert = dyn_cast<tensor::InsertOp>(op))
      return follow(insert.getDestMutable());
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return follow(loop.getInitsMutable()[index]);
    if (auto loop = dyn_cast<scf::WhileOp>(op))
      return follow(loop.getConditionOp().getArgsMutable()[index]);
    if (auto choice = dyn_cast<scf::IfOp>(op))
      return follow(choice.thenYield()->getOpOperand(index)) &&
             follow(choice.elseYield()->getOpOperand(index));
    return false;
  }

  SmallVector<OpOperand *> inits;

private:
  bool followArgument(BlockArgument argument) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(parent)) {
      OpOperand *init = loop.getTiedLoopInit(argument);
      return init && follow(*init);
    }
    auto loop = dyn_cast<scf::WhileOp>(parent);
    if (!loop)
      return false;
    unsigned index = argument.getArgNumber();
    if (argument.getOwner() == loop.getBeforeBody())
      return follow(loop.getInitsMutable()[index]);
    return follow(loop.getConditionOp().getArgsMutable()[index]);
  }

  Region &region;
  DenseSet<Value> seen;
};
} // namespace

SmallVector<OpOperand *>
swage::findSequenceInits(scf::ExecuteRegionOp sequence, unsigned index) {
  InitFinder finder(sequence);
  Operation *yield = sequence.getRegion().front().getTerminator();
  if (!finder.follow(yield->getOpOperand(index)))
    return {};
  return finder.inits;
}
