//===- PlanBands.cpp - windows over what a product gives ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds a product whose result, padded or not, a window passes over, channel by
// channel: an expansion and the depthwise convolution behind it, or a first
// convolution and its pool. Done for a few channels and a band of rows at a
// time, what lies between never leaves the cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

/// How `index`, of a dimension of the padded tensor, moves with the loops of
/// `window`; nothing where it is not one of them, with a tap or without.
static std::optional<BandDim>
matchDim(const IndexValue &index, const Stage &window, ArrayRef<Atom> atoms) {
  BandDim dim;
  if (index.constant != 0 || !index.rest.empty() || !index.isUniform())
    return std::nullopt;
  for (const IndexValue::Term &term : index.terms) {
    auto found = llvm::find(atoms, term.atom);
    if (found == atoms.end() || !term.coefficient.isConstant() ||
        term.coefficient.factor <= 0)
      return std::nullopt;
    unsigned loop = found - atoms.begin();
    unsigned &own = window.isReduction[loop] ? dim.tap : dim.window;
    if (own != BandDim::kNone)
      return std::nullopt;
    own = loop;
    (window.isReduction[loop] ? dim.dilation : dim.stride) =
        term.coefficient.factor;
  }
  return dim;
}

/// Matches the dimensions of the padded tensor: two of them are windowed.
std::optional<Band> Planner::matchBand(unsigned first, unsigned last) {
  const StageStore &store = stages[first].stores.front();
  Band band;
  band.padded = store.whole;
  std::optional<Indices> indices;
  for (const Read &read : readsOf(last)) {
    auto own = stageOf.find(read.tensor);
    if (own != stageOf.end() && own->second == last)
      continue; // from registers
    if (read.tensor != band.padded || indices)
      return std::nullopt;
    indices = read.indices;
  }
  if (!indices)
    return std::nullopt;
  for (auto [number, index] : llvm::enumerate(*indices)) {
    std::optional<BandDim> dim = matchDim(index, stages[last], atomsFor(last));
    if (!dim)
      return std::nullopt;
    AffineExpr expr = store.fromLoops.getResult(number);
    if (auto loop = dyn_cast<AffineDimExpr>(expr))
      dim->product = loop.getPosition();
    else if (expr != getAffineConstantExpr(0, expr.getContext()))
      return std::nullopt;
    if (!store.offsets.empty())
      dim->low = *getConstantIntValue(store.offsets[number]);
    if (dim->isWindowed()) {
      if (dim->product == BandDim::kNone || dim->window == BandDim::kNone)
        return std::nullopt;
      band.windowed.push_back(number);
    }
    band.dims.push_back(*dim);
  }
  if (band.windowed.size() != 2)
    return std::nullopt;
  return band;
}

std::optional<StageGroup> Planner::bandFrom(unsigned first) {
  const Stage &front = stages[first];
  if (!front.heavy || front.stores.size() != 1 || !front.isStatic())
    return std::nullopt;
  const StageStore &store = front.stores.front();
  auto pad = store.whole.getDefiningOp<tensor::PadOp>();
  if (store.place.isValid() || (!pad && store.whole != store.tensor) ||
      (pad && !pad.getSourceType().hasStaticShape()) ||
      !cast<RankedTensorType>(store.whole.getType()).hasStaticShape())
    return std::nullopt;
  // The borders.
  unsigned last = first + 1;
  while (last < stages.size() && !stages[last].reduction &&
         stages[last].stores.front().whole == store.whole &&
         stages[last].stores.front().scalar)
    ++last;
  if (last == stages.size() || !stages[last].reduction || stages[last].heavy ||
      !stages[last].isStatic())
    return std::nullopt;
  for (unsigned later = last + 1; later < stages.size(); ++later)
    for (const Read &read : readsOf(later))
      if (read.tensor == store.whole)
        return std::nullopt;
  std::optional<Band> band = matchBand(first, last);
  if (!band)
    return std::nullopt;
  StageGroup group;
  group.band = band;
  group.stages.assign(stages.begin() + first, stages.begin() + last + 1);
  group.locals.insert(store.whole);
  for (unsigned next = first; next <= last;) {
    group.apart.push_back(groupFrom(next));
    next += group.apart.back().stages.size();
  }
  return group;
}

} // namespace swage
