//===- Regions.cpp - gradients of branches --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The gradient of a branch is a branch on the same condition. Each arm computes
// again what it computed forward, which costs less than to save it for the case
// that it was the one, and goes back from there.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Regions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

Values swage::training::getCaptured(MutableArrayRef<Region> regions,
                                    const DenseSet<Value> &active) {
  llvm::SetVector<Value> used;
  for (Region &region : regions)
    getUsedValuesDefinedAbove(region, used);
  Values captured;
  for (Value value : used)
    if (active.contains(value) && isDifferentiable(value.getType()))
      captured.push_back(value);
  return captured;
}

SmallVector<Operation *> swage::training::cloneBody(Block &block,
                                                    IRMapping &mapping,
                                                    OpBuilder &builder) {
  SmallVector<Operation *> clones;
  for (Operation &op : block.without_terminator())
    clones.push_back(builder.clone(op, mapping));
  return clones;
}

Value swage::training::orZeros(Value gradient, Value like,
                               const TensorBuilder &b) {
  return gradient ? gradient : b.zerosLike(like);
}

/// Fills an arm of the new branch.
static LogicalResult buildArm(Block &forward, Block &arm,
                              ArrayRef<Value> cotangents,
                              ArrayRef<Value> captured) {
  OpBuilder builder = OpBuilder::atBlockEnd(&arm);
  Operation *yield = forward.getTerminator();
  TensorBuilder b(builder, yield->getLoc());
  IRMapping mapping;
  ReverseMode reverse(builder, cloneBody(forward, mapping, builder), captured);
  for (auto [value, cotangent] :
       llvm::zip_equal(yield->getOperands(), cotangents))
    if (cotangent)
      reverse.seed(mapping.lookupOrDefault(value), cotangent);
  if (failed(reverse.run()))
    return failure();
  Values gradients;
  for (Value value : captured)
    gradients.push_back(orZeros(reverse.take(value), value, b));
  scf::YieldOp::create(builder, yield->getLoc(), gradients);
  return success();
}

static FailureOr<Contributions> buildIfGradients(scf::IfOp op,
                                                 ArrayRef<Value> cotangents,
                                                 const DenseSet<Value> &active,
                                                 OpBuilder &builder) {
  Values captured = getCaptured(op->getRegions(), active);
  if (captured.empty())
    return Contributions();
  if (failed(checkStatic(op)))
    return failure();
  auto gradients =
      scf::IfOp::create(builder, op.getLoc(), ValueRange(captured).getTypes(),
                        op.getCondition(), /*withElse=*/true);
  for (auto [forward, arm] :
       {std::pair(op.thenBlock(), gradients.thenBlock()),
        std::pair(op.elseBlock(), gradients.elseBlock())}) {
    // An arm with results is born without a terminator, any other with one.
    if (!arm->empty())
      arm->clear();
    if (failed(buildArm(*forward, *arm, cotangents, captured)))
      return failure();
  }
  Contributions contributions;
  for (auto [value, gradient] :
       llvm::zip_equal(captured, gradients.getResults()))
    contributions.emplace_back(value, gradient);
  return contributions;
}

FailureOr<Contributions>
swage::training::buildRegionGradients(Operation *op, ArrayRef<Value> cotangents,
                                      const DenseSet<Value> &active,
                                      OpBuilder &builder) {
  return llvm::TypeSwitch<Operation *, FailureOr<Contributions>>(op)
      .Case([&](scf::IfOp branch) {
        return buildIfGradients(branch, cotangents, active, builder);
      })
      .Case<scf::ForOp, scf::WhileOp>([&](auto loop) {
        return buildLoopGradients(loop, cotangents, active, builder);
      })
      .Default([](Operation *other) {
        return other->emitError("'")
               << other->getName() << "' cannot be differentiated";
      });
}
