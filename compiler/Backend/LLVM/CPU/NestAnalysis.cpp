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
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <limits>

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

Extent NestAnalysis::product(const Extent &a, const Extent &b) {
  Extent result;
  result.monomial = a.monomial * b.monomial;
  if (result.monomial.isConstant())
    result.value =
        evaluator.builder.getIndexAttr(result.monomial.factor);
  else
    result.value = tensors.atEntry(
        [&] { return space.materialize(result.monomial); });
  return result;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

void NestAnalysis::listAll(StageLoops &loops) {
  Stage &stage = *loops.stage;
  Indices indices;
  for (auto [atom, gone] : llvm::zip(loops.atoms, loops.gone))
    indices.push_back(gone ? IndexValue() : IndexValue::ofAtom(atom));
  auto indicesOf = [&](AffineMap map) {
    Indices result;
    for (AffineExpr expr : map.getResults())
      result.push_back(
          space.evaluate(expr, indices, 1).value_or(IndexValue()));
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
      evaluator.listAccesses(store.tensor, indicesOf(store.fromLoops), 1,
                             loops.loads, loops.usesIndices);
    const Place *place =
        store.place.isValid() ? &store.place : tensors.find(store.whole);
    Type type = getElementTypeOrSelf(
        store.tensor ? store.tensor.getType() : store.scalar.getType());
    Access access = {store.whole, type, std::nullopt};
    if (place)
      access.address =
          tensors.address(*place, indicesOf(store.fromLoops), 1);
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

StageLoops NestAnalysis::analyze(Stage &stage,
                                 ArrayRef<unsigned> common) {
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
    loops.extents[inner] =
        product(loops.extents[outer], loops.extents[inner]);
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
        if (a == b || !llvm::all_of(llvm::seq<unsigned>(0, stages.size()), fits))
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

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

static unsigned bitsOf(Type type) {
  if (type.isIndex())
    return 64;
  return type.isInteger(1) ? 8 : type.getIntOrFloatBitWidth();
}

int64_t NestAnalysis::lanesOf(const StageLoops &loops) {
  unsigned widest = 8;
  for (const Access &access : loops.loads)
    widest = std::max(widest, bitsOf(access.elementType));
  for (const Access &access : loops.stores)
    widest = std::max(widest, bitsOf(access.elementType));
  return evaluator.target.lanes(widest);
}

bool NestAnalysis::isMaskable(const StageLoops &loops) {
  if (!evaluator.target.hasMaskedMemory)
    return false;
  if (evaluator.target.vectorBits >= 512)
    return true;
  auto wide = [](const Access &access) {
    return bitsOf(access.elementType) >= 32;
  };
  return llvm::all_of(loops.loads, wide) && llvm::all_of(loops.stores, wide);
}

bool NestAnalysis::gathersAlong(const StageLoops &loops, unsigned loop) {
  return llvm::any_of(loops.loads, [&](const Access &access) {
    if (!access.address)
      return true;
    auto step = access.address->coefficientOf(loops.atoms[loop]);
    return !step || (!step->isZero() && !step->isOne());
  });
}

double NestAnalysis::volume(const StageLoops &loops) {
  double volume = 1;
  for (const Extent &extent : loops.extents)
    volume *= extent.fixed().value_or(128);
  // What was merged is counted in the loop it was merged into.
  for (auto [loop, extent] : llvm::enumerate(loops.extents))
    if (loops.gone[loop])
      volume /= std::max<int64_t>(1, extent.fixed().value_or(128));
  return volume;
}

double NestAnalysis::costAlong(const StageLoops &loops, unsigned loop,
                               int64_t lanes) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  double scalar = loops.operations + loops.loads.size() + loops.stores.size();
  if (loop == kNone)
    return scalar;
  if (!loops.vectorizable || lanes < 2)
    return kNever;
  Stage &stage = *loops.stage;
  double overhead = 0;
  double extent = loops.extents[loop].fixed().value_or(128);
  if (extent < 2)
    return kNever;
  if (loops.isReduction(loop)) {
    for (unsigned i = 0; i < stage.reduction.getNumDpsInits(); ++i)
      if (!getCombiningKind(stage.reduction, i))
        return kNever;
    overhead = 10 / extent; // the horizontal step at the end
  }
  // The same accesses, with the lane in this loop.
  Indices indices;
  for (unsigned other = 0; other < loops.extents.size(); ++other) {
    IndexValue index = loops.gone[other] ? IndexValue()
                                         : IndexValue::ofAtom(loops.atoms[other]);
    if (other == loop) {
      index = IndexValue::ofAtom(space.addAtom(Value(), lanes));
      index.lane = Monomial(1);
    }
    indices.push_back(index);
  }
  double cost = loops.operations;
  SmallVector<Access, 0> accesses;
  bool usesIndices = false;
  auto indicesOf = [&](AffineMap map) {
    Indices result;
    for (AffineExpr expr : map.getResults()) {
      auto index = space.evaluate(expr, indices, lanes);
      if (!index)
        cost = kNever;
      result.push_back(index.value_or(IndexValue()));
    }
    return result;
  };
  evaluator.stop = [&](Value tensor, ArrayRef<IndexValue>) {
    return stage.reduction &&
           tensor.getDefiningOp() == stage.reduction.getOperation();
  };
  if (stage.reduction &&
      !evaluator.listInputs(stage.reduction, indices, lanes, accesses,
                            usesIndices))
    cost = kNever;
  for (const StageStore &store : stage.stores) {
    Indices at = indicesOf(store.fromLoops);
    if (store.tensor && !evaluator.listAccesses(store.tensor, at, lanes,
                                                accesses, usesIndices))
      cost = kNever;
    const Place *place =
        store.place.isValid() ? &store.place : tensors.find(store.whole);
    if (place && !loops.isReduction(loop))
      accesses.push_back({store.whole, Type(),
                          tensors.address(*place, at, lanes)});
  }
  evaluator.stop = nullptr;
  for (const Access &access : accesses) {
    if (!access.address)
      return kNever;
    const Monomial &lane = access.address->lane;
    cost += lane.isZero() ? 0.5 : lane.isOne() ? 1 : 1.5 * lanes;
  }
  double vectors = isMaskable(loops)
                       ? std::ceil(extent / lanes)
                       : std::floor(extent / lanes) +
                             std::fmod(extent, double(lanes)) * 0.7;
  return cost * vectors / extent + overhead;
}

//===----------------------------------------------------------------------===//
// Combining
//===----------------------------------------------------------------------===//

std::optional<vector::CombiningKind> getCombiningKind(linalg::GenericOp op,
                                                      unsigned result) {
  using vector::CombiningKind;
  Block *body = op.getBlock();
  BlockArgument sum =
      op.getMatchingBlockArgument(op.getDpsInitOperand(result));
  Operation *combine =
      body->getTerminator()->getOperand(result).getDefiningOp();
  if (!combine || !sum.hasOneUse() || *sum.user_begin() != combine ||
      !combine->hasOneUse() || combine->getBlock() != body)
    return std::nullopt;
  return llvm::TypeSwitch<Operation *, std::optional<CombiningKind>>(combine)
      .Case<arith::AddFOp, arith::AddIOp>(
          [](auto) { return CombiningKind::ADD; })
      .Case<arith::MulFOp, arith::MulIOp>(
          [](auto) { return CombiningKind::MUL; })
      .Case([](arith::MaximumFOp) { return CombiningKind::MAXIMUMF; })
      .Case([](arith::MinimumFOp) { return CombiningKind::MINIMUMF; })
      .Case([](arith::MaxNumFOp) { return CombiningKind::MAXNUMF; })
      .Case([](arith::MinNumFOp) { return CombiningKind::MINNUMF; })
      .Case([](arith::MaxSIOp) { return CombiningKind::MAXSI; })
      .Case([](arith::MinSIOp) { return CombiningKind::MINSI; })
      .Case([](arith::MaxUIOp) { return CombiningKind::MAXUI; })
      .Case([](arith::MinUIOp) { return CombiningKind::MINUI; })
      .Case([](arith::AndIOp) { return CombiningKind::AND; })
      .Case([](arith::OrIOp) { return CombiningKind::OR; })
      .Case([](arith::XOrIOp) { return CombiningKind::XOR; })
      .Case([&](math::FmaOp fma) -> std::optional<CombiningKind> {
        if (fma.getC() == sum)
          return CombiningKind::ADD;
        return std::nullopt;
      })
      .Default([](Operation *) { return std::nullopt; });
}

TypedAttr getNeutralElement(OpBuilder &builder, vector::CombiningKind kind,
                            Type type) {
  using vector::CombiningKind;
  if (auto floating = dyn_cast<FloatType>(type)) {
    const llvm::fltSemantics &semantics = floating.getFloatSemantics();
    auto infinity = [&](bool negative) {
      return builder.getFloatAttr(type,
                                  APFloat::getInf(semantics, negative));
    };
    switch (kind) {
    case CombiningKind::MUL:
      return builder.getFloatAttr(type, 1.0);
    case CombiningKind::MAXIMUMF:
      return infinity(true);
    case CombiningKind::MINIMUMF:
      return infinity(false);
    case CombiningKind::MAXNUMF:
    case CombiningKind::MINNUMF:
      return builder.getFloatAttr(type, APFloat::getNaN(semantics));
    default:
      // -0.0 + x is x for every x; 0.0 + -0.0 is not.
      return builder.getFloatAttr(type, APFloat::getZero(semantics, true));
    }
  }
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  APInt value(width, 0);
  switch (kind) {
  case CombiningKind::MUL:
    value = APInt(width, 1);
    break;
  case CombiningKind::MAXSI:
    value = APInt::getSignedMinValue(width);
    break;
  case CombiningKind::MINSI:
    value = APInt::getSignedMaxValue(width);
    break;
  case CombiningKind::MINUI:
  case CombiningKind::AND:
    value = APInt::getAllOnes(width);
    break;
  default:
    break;
  }
  return builder.getIntegerAttr(type, value);
}

} // namespace swage
