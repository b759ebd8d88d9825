//===- PlanMemory.cpp - which tensors of a kernel are kept in memory ------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A tensor is computed where it is used, unless that would repeat much work or
// its users read it in another order.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace swage {

/// The place of a view's source, from the place of the view.
static std::optional<Place> throughBackwards(Operation *view, Place place,
                                             TensorTable &tensors) {
  if (isa<tensor::CastOp>(view))
    return place;
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(view))
    return tensors.split(place, collapse.getSrc(),
                         collapse.getReassociationIndices());
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view))
    return tensors.merge(place, expand.getResult(),
                         expand.getReassociationIndices());
  return std::nullopt;
}

void Planner::assignDestinations() {
  Block &block = kernel.getBody().front();
  for (auto [index, value] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    Place place =
        *tensors.find(block.getArgument(kernel.getNumInputs() + index));
    Value base = value;
    std::optional<Place> inner = place;
    while (inner && isView(base.getDefiningOp())) {
      Operation *view = base.getDefiningOp();
      inner = throughBackwards(view, *inner, tensors);
      base = view->getOperand(0);
    }
    bool computed =
        isa_and_nonnull<linalg::GenericOp, tensor::PadOp, tensor::ConcatOp,
                        tensor::InsertSliceOp>(base.getDefiningOp());
    if (inner && computed && destinations.try_emplace(base, *inner).second)
      continue;
    copies.push_back({value, place});
  }
}

/// About how many instructions an element of `tensor` takes, with all that is
/// computed with it.
int64_t Planner::costOf(Value tensor) {
  if (materialised.contains(tensor) || tensors.find(tensor))
    return 1;
  auto known = costs.find(tensor);
  if (known != costs.end())
    return known->second;
  Operation *op = tensor.getDefiningOp();
  int64_t cost = 0;
  if (isView(op))
    cost = costOf(op->getOperand(0));
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (generic) {
    generic.getBlock()->walk([&](Operation *inner) {
      if (isa_and_nonnull<math::MathDialect>(inner->getDialect()))
        cost += 10;
      else
        cost +=
            isa<arith::DivFOp, arith::DivSIOp, arith::RemSIOp>(inner) ? 4 : 1;
    });
    for (Value input : generic.getInputs())
      if (isa<RankedTensorType>(input.getType()))
        cost += costOf(input);
  }
  return costs[tensor] = cost;
}

/// Whether the reduction uses elements of its inputs many times each in a way
/// that pays for register tiles over several loops: there are two inputs, and
/// each lacks a parallel loop that the other has.
bool Planner::isHeavy(linalg::GenericOp op) {
  if (!op.getNumReductionLoops() || op.getNumDpsInputs() < 2)
    return false;
  auto lacks = [&](OpOperand &operand) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool misses = false;
    for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
      misses |= kind == utils::IteratorType::parallel &&
                !map.isFunctionOfDim(loop) &&
                op.getStaticLoopRanges()[loop] != 1;
    return misses;
  };
  unsigned count = 0;
  for (OpOperand *input : op.getDpsInputOperands())
    if (op.getRank(input) > 0)
      count += lacks(*input);
  return count >= 2;
}

bool Planner::consumerNeedsMemory(OpResult result, OpOperand &use,
                                  int64_t cost) {
  constexpr int64_t kExpensive = 8;
  Operation *user = use.getOwner();
  if (isView(user))
    return llvm::any_of(user->getUses(), [&](OpOperand &inner) {
      return consumerNeedsMemory(result, inner, cost);
    });
  if (isa<tensor::ExtractOp>(user))
    return true;
  auto generic = dyn_cast<linalg::GenericOp>(user);
  if (!generic)
    return false;
  if (generic.isDpsInit(&use) &&
      generic.getMatchingBlockArgument(&use).use_empty())
    return false;
  AffineMap map = generic.getMatchingIndexingMap(&use);
  if (isHeavy(generic))
    return !generic.isDpsInit(&use);
  bool everyLoop = true;
  for (unsigned loop = 0; loop < generic.getNumLoops(); ++loop)
    everyLoop &=
        map.isFunctionOfDim(loop) || generic.getStaticLoopRanges()[loop] == 1;
  if (generic.getNumReductionLoops())
    return !everyLoop || !map.isProjectedPermutation(true) ? cost > 2 : false;
  // A broadcast along the vector repeats scalars, which loops have in common.
  bool vectorised =
      generic.getNumLoops() && map.isFunctionOfDim(generic.getNumLoops() - 1);
  return !everyLoop && vectorised && cost >= kExpensive;
}

bool Planner::needsMemory(OpResult result) {
  int64_t cost = costOf(result);
  llvm::SmallPtrSet<Operation *, 4> users;
  for (OpOperand &use : result.getUses()) {
    if (consumerNeedsMemory(result, use, cost))
      return true;
    users.insert(use.getOwner());
  }
  // What is made of a product is best computed while that is in registers.
  auto generic = dyn_cast<linalg::GenericOp>(result.getOwner());
  bool followsProduct =
      generic && llvm::any_of(generic.getInputs(), [&](Value input) {
        auto product = input.getDefiningOp<linalg::GenericOp>();
        return product && isHeavy(product);
      });
  return (cost >= 8 || followsProduct) && users.size() > 1;
}

LogicalResult Planner::classify() {
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (op.use_empty() || llvm::none_of(op.getResultTypes(), [](Type type) {
          return isa<RankedTensorType>(type);
        }))
      continue; // scalars are computed where they are used
    if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
      if (!generic.hasPureTensorSemantics())
        return fail(&op, "works on buffers");
      for (OpResult result : op.getResults())
        if (!result.use_empty() &&
            (generic.getNumReductionLoops() || destinations.count(result) ||
             needsMemory(result)))
          materialised.insert(result);
      continue;
    }
    auto insert = dyn_cast<tensor::InsertSliceOp>(op);
    if (insert && continuesInsertion(insert))
      continue; // written with the last one
    if (isa<tensor::PadOp, tensor::ConcatOp, tensor::InsertSliceOp>(op)) {
      materialised.insert(op.getResult(0));
      continue;
    }
    if (isView(&op) || isa<tensor::EmptyOp, linalg::FillOp>(op) ||
        op.hasTrait<OpTrait::ConstantLike>())
      continue;
    return fail(&op, "has no vectorised form");
  }
  return success();
}

} // namespace swage
