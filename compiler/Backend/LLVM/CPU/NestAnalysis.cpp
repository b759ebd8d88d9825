//===- NestAnalysis.cpp - what a stage accesses, and how ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See NestAnalysis.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/NestAnalysis.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

SmallVector<unsigned> StageLoops::remaining(bool reductions) const {
  SmallVector<unsigned> result;
  for (unsigned loop = 0; loop < extents.size(); ++loop)
    if (!gone[loop] && isReduction(loop) == reductions)
      result.push_back(loop);
  return result;
}

Extent NestAnalysis::extentOf(OpFoldResult value) {
  return {value, space.monomialOf(value)};
}

int64_t NestAnalysis::expect(const Extent &extent, int64_t usual) const {
  if (auto fixed = extent.fixed())
    return *fixed;
  SizeLimits limits = space.limitsOf(extent.monomial);
  return std::clamp(usual, limits.low, limits.high);
}

Extent NestAnalysis::product(const Extent &a, const Extent &b) {
  Extent result;
  result.monomial = a.monomial * b.monomial;
  if (result.monomial.isConstant())
    result.value = evaluator.builder.getIndexAttr(result.monomial.factor);
  else
    result.value =
        tensors.atEntry([&] { return space.materialize(result.monomial); });
  return result;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

/// What computing `tensor` reads. The stage is what fills its memory, so that
/// this is no place to read it from, even where it has one already.
void NestAnalysis::listComputed(Value tensor, const Indices &indices,
                                StageLoops &loops) {
  auto op = tensor.getDefiningOp<linalg::GenericOp>();
  if (op && op != loops.stage->reduction && op.getNumReductionLoops() == 0)
    if (std::optional<Indices> dims = Evaluator::loopsOf(
            op, cast<OpResult>(tensor).getResultNumber(), indices)) {
      loops.vectorizable &=
          evaluator.listInputs(op, *dims, 1, loops.loads, loops.usesIndices);
      return;
    }
  evaluator.listAccesses(tensor, indices, 1, loops.loads, loops.usesIndices);
}

void NestAnalysis::listAll(StageLoops &loops) {
  Stage &stage = *loops.stage;
  Indices indices;
  for (auto [atom, gone] : llvm::zip(loops.atoms, loops.gone))
    indices.push_back(gone ? IndexValue() : IndexValue::ofAtom(atom));
  auto indicesOf = [&](AffineMap map) {
    Indices result;
    for (AffineExpr expr : map.getResults())
      result.push_back(space.evaluate(expr, indices, 1).value_or(IndexValue()));
    return result;
  };
  // A stage's own results come from registers.
  evaluator.stop = [&](Value tensor, ArrayRef<IndexValue>) {
    return stage.reduction &&
           tensor.getDefiningOp() == stage.reduction.getOperation();
  };
  if (stage.reduction) {
    loops.vectorizable &= Evaluator::isVectorizable(stage.reduction);
    bool fine = evaluator.listInputs(stage.reduction, indices, 1, loops.loads,
                                     loops.usesIndices);
    loops.vectorizable &= fine;
    loops.operations +=
        llvm::range_size(stage.reduction.getBlock()->without_terminator());
  }
  for (const StageStore &store : stage.stores) {
    if (store.tensor)
      listComputed(store.tensor, indicesOf(store.fromLoops), loops);
    const Place *place =
        store.place.isValid() ? &store.place : tensors.find(store.whole);
    Type type = getElementTypeOrSelf(store.tensor ? store.tensor.getType()
                                                  : store.scalar.getType());
    Access access = {store.whole, type, std::nullopt};
    if (place)
      access.address = tensors.address(*place, indicesOf(store.fromLoops), 1);
    loops.stores.push_back(access);
  }
  evaluator.stop = nullptr;
}

/// Adds up what bodies in the chain of `tensor` need beyond loads.
static void walkBodies(Value tensor, TensorTable &tensors,
                       llvm::function_ref<void(linalg::GenericOp)> visit,
                       llvm::SmallPtrSetImpl<Operation *> &seen) {
  Operation *op = tensor.getDefiningOp();
  if (!op || !seen.insert(op).second)
    return;
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (generic)
    visit(generic);
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()) && !tensors.find(operand))
      walkBodies(operand, tensors, visit, seen);
}

StageLoops NestAnalysis::analyze(Stage &stage, ArrayRef<unsigned> common) {
  StageLoops loops;
  loops.stage = &stage;
  for (OpFoldResult extent : stage.extents) {
    loops.atoms.push_back(space.addAtom(Value()));
    loops.extents.push_back(extentOf(extent));
    loops.gone.push_back(loops.extents.back().fixed() == 1);
    loops.common.push_back(false);
  }
  for (unsigned loop : common)
    loops.common[loop] = true;
  listAll(loops);
  llvm::SmallPtrSet<Operation *, 8> seen;
  auto visit = [&](linalg::GenericOp op) {
    loops.vectorizable &= Evaluator::isVectorizable(op);
    op.getBlock()->walk([&](Operation *inner) {
      bool slow = isa_and_nonnull<math::MathDialect>(inner->getDialect());
      loops.operations += slow ? 10 : 1;
    });
  };
  for (const StageStore &store : stage.stores)
    if (store.tensor)
      walkBodies(store.tensor, tensors, visit, seen);
  if (stage.reduction)
    for (Value operand : stage.reduction->getOperands())
      if (isa<RankedTensorType>(operand.getType()) && !tensors.find(operand))
        walkBodies(operand, tensors, visit, seen);
  return loops;
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

bool NestAnalysis::mergeable(const StageLoops &loops, unsigned outer,
                             unsigned inner) {
  if (loops.usesIndices)
    return false;
  Atom a = loops.atoms[outer], b = loops.atoms[inner];
  auto fits = [&](const Access &access) {
    if (!access.address || space.dividesBy(*access.address, a) ||
        space.dividesBy(*access.address, b))
      return false;
    auto slow = access.address->coefficientOf(a),
         fast = access.address->coefficientOf(b);
    return slow && fast && *slow == loops.extents[inner].monomial * *fast;
  };
  return llvm::all_of(loops.loads, fits) && llvm::all_of(loops.stores, fits);
}

void NestAnalysis::merge(MutableArrayRef<StageLoops> stages,
                         ArrayRef<SmallVector<unsigned>> common) {
  auto mergeInto = [&](StageLoops &loops, unsigned outer, unsigned inner) {
    loops.extents[inner] = product(loops.extents[outer], loops.extents[inner]);
    loops.gone[outer] = true;
  };
  // The loops of all stages together.
  unsigned shared = common.empty() ? 0 : common[0].size();
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned a = 0; a < shared && !changed; ++a) {
      for (unsigned b = 0; b < shared && !changed; ++b) {
        auto fits = [&](unsigned stage) {
          StageLoops &loops = stages[stage];
          unsigned outer = common[stage][a], inner = common[stage][b];
          return !loops.gone[outer] && !loops.gone[inner] &&
                 mergeable(loops, outer, inner);
        };
        if (a == b ||
            !llvm::all_of(llvm::seq<unsigned>(0, stages.size()), fits))
          continue;
        for (unsigned stage = 0; stage < stages.size(); ++stage)
          mergeInto(stages[stage], common[stage][a], common[stage][b]);
        changed = true;
      }
    }
  }
  // Those of each stage alone.
  for (StageLoops &loops : stages) {
    for (bool changed = true; changed;) {
      changed = false;
      for (unsigned a = 0; a < loops.extents.size() && !changed; ++a)
        for (unsigned b = 0; b < loops.extents.size() && !changed; ++b) {
          if (a == b || loops.gone[a] || loops.gone[b] || loops.common[a] ||
              loops.common[b] || loops.isReduction(a) != loops.isReduction(b) ||
              !mergeable(loops, a, b))
            continue;
          mergeInto(loops, a, b);
          changed = true;
        }
    }
  }
}

} // namespace swage
