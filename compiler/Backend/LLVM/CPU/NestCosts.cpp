//===- NestCosts.cpp - along which loops vectors pay ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What an iteration costs with vectors along each loop, and how partial
// results of reductions are put together.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/NestAnalysis.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace swage {

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
    volume *= expect(extent, 128);
  // What was merged is counted in the loop it was merged into.
  for (auto [loop, extent] : llvm::enumerate(loops.extents))
    if (loops.gone[loop])
      volume /= std::max<int64_t>(1, expect(extent, 128));
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
  double extent = expect(loops.extents[loop], 128);
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
    IndexValue index = loops.gone[other]
                           ? IndexValue()
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
  if (stage.reduction && !evaluator.listInputs(stage.reduction, indices, lanes,
                                               accesses, usesIndices))
    cost = kNever;
  for (const StageStore &store : stage.stores) {
    Indices at = indicesOf(store.fromLoops);
    if (store.tensor &&
        !evaluator.listAccesses(store.tensor, at, lanes, accesses, usesIndices))
      cost = kNever;
    const Place *place =
        store.place.isValid() ? &store.place : tensors.find(store.whole);
    if (place && !loops.isReduction(loop))
      accesses.push_back(
          {store.whole, Type(), tensors.address(*place, at, lanes)});
  }
  evaluator.stop = nullptr;
  for (const Access &access : accesses) {
    if (!access.address)
      return kNever;
    const IndexValue &address = *access.address;
    cost += address.isUniform()                ? 0.5
            : address.isContiguous()           ? 1
            : evaluator.spanOf(address, lanes) ? 2
                                               : 1.5 * lanes;
  }
  double vectors =
      isMaskable(loops)
          ? std::ceil(extent / lanes)
          : std::floor(extent / lanes) + std::fmod(extent, double(lanes)) * 0.7;
  return cost * vectors / extent + overhead;
}

//===----------------------------------------------------------------------===//
// Combining
//===----------------------------------------------------------------------===//

std::optional<vector::CombiningKind> getCombiningKind(linalg::GenericOp op,
                                                      unsigned result) {
  using vector::CombiningKind;
  Block *body = op.getBlock();
  BlockArgument sum = op.getMatchingBlockArgument(op.getDpsInitOperand(result));
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
      return builder.getFloatAttr(type, APFloat::getInf(semantics, negative));
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
