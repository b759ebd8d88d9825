//===- PlanChains.cpp - products of what a product's rows become ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds a product whose result goes, row by row, into another product, as in
// attention. Done in blocks of rows, what lies between never leaves the cache.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Planner.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage {

/// Whether an operand of the product `op` is the same for all iterations of
/// `loop`, so that rows along it share that operand.
static bool sharesOperand(linalg::GenericOp op, unsigned loop) {
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return op.getRank(input) > 0 &&
           !op.getMatchingIndexingMap(input).isFunctionOfDim(loop);
  });
}

/// A tensor whose memory stage `number` may write its elements to: it reads
/// that tensor at the same places, and none of the stages to `last` does again.
Value Planner::takenOver(unsigned number, unsigned last) {
  const Stage &stage = stages[number];
  if (stage.reduction || stage.stores.size() != 1)
    return {};
  const StageStore &store = stage.stores.front();
  Indices loops, written;
  for (Atom atom : atomsFor(number))
    loops.push_back(IndexValue::ofAtom(atom));
  for (AffineExpr expr : store.fromLoops.getResults())
    written.push_back(space.evaluate(expr, loops, 1).value_or(IndexValue()));
  SmallVector<Read, 0> reads = readsOf(number), later;
  for (unsigned next = number + 1; next <= last; ++next)
    llvm::append_range(later, readsOf(next));
  for (const Read &candidate : reads) {
    auto same = [&](const Read &read) {
      return read.tensor == candidate.tensor;
    };
    bool inOrder = llvm::all_of(reads, [&](const Read &read) {
      return !same(read) || read.indices == written;
    });
    if (inOrder && candidate.tensor.getType() == store.tensor.getType() &&
        stageOf.count(candidate.tensor) && llvm::none_of(later, same))
      return candidate.tensor;
  }
  return {};
}

/// Matches `element < limit ? score : -inf` where `element` numbers the loop
/// `loop` and `limit` is an input.
static OpOperand *matchLimit(linalg::GenericOp op, unsigned loop) {
  auto select = op.getBody()
                    ->getTerminator()
                    ->getOperand(0)
                    .getDefiningOp<arith::SelectOp>();
  if (!select || !matchPattern(select.getFalseValue(), m_NegInfFloat()) ||
      !isa<BlockArgument>(select.getTrueValue()))
    return nullptr;
  auto compare = select.getCondition().getDefiningOp<arith::CmpIOp>();
  if (!compare || compare.getPredicate() != arith::CmpIPredicate::slt)
    return nullptr;
  auto cast = compare.getLhs().getDefiningOp<arith::IndexCastOp>();
  auto index =
      cast ? cast.getIn().getDefiningOp<linalg::IndexOp>() : linalg::IndexOp();
  auto limit = dyn_cast<BlockArgument>(compare.getRhs());
  if (!index || index.getDim() != loop || !limit ||
      limit.getOwner() != op.getBody())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(limit);
  AffineMap map = op.getMatchingIndexingMap(operand);
  return map.isFunctionOfDim(loop) ? nullptr : operand;
}

/// What the first stage says of the elements that count, if all stages look at
/// these elements only.
std::optional<RowLimit> Planner::findLimit(unsigned first, unsigned last) {
  const Stage &front = stages[first];
  if (front.stores.size() != 1)
    return std::nullopt;
  Value scores = front.stores.front().tensor;
  auto op = scores.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumReductionLoops() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  unsigned dim = op.getNumLoops() - 1;
  OpOperand *limit = matchLimit(op, dim);
  if (!limit)
    return std::nullopt;
  RowLimit result;
  result.limits = limit->get();
  result.fromRow =
      op.getMatchingIndexingMap(limit).compose(front.stores.front().fromLoops);

  // Where the elements of a row are in each tensor, and which loop is theirs.
  llvm::DenseMap<Value, unsigned> dims{{scores, dim}};
  auto loopOf = [](AffineMap map, unsigned position) {
    auto expr = dyn_cast<AffineDimExpr>(map.getResult(position));
    return expr ? std::optional(expr.getPosition()) : std::nullopt;
  };
  auto own = loopOf(front.stores.front().fromLoops, dim);
  if (!own)
    return std::nullopt;
  result.loops.push_back(*own);
  for (unsigned number = first + 1; number <= last; ++number) {
    SmallVector<Atom> atoms = atomsFor(number);
    std::optional<unsigned> loop;
    for (const Read &read : readsOf(number)) {
      auto known = dims.find(read.tensor);
      if (known == dims.end())
        continue;
      const IndexValue &index = read.indices[known->second];
      auto atom = llvm::find_if(
          atoms, [&](Atom atom) { return index == IndexValue::ofAtom(atom); });
      unsigned found = atom - atoms.begin();
      if (atom == atoms.end() || (loop && *loop != found))
        return std::nullopt;
      loop = found;
    }
    if (!loop || (number == last && !stages[number].isReduction[*loop]))
      return std::nullopt;
    result.loops.push_back(*loop);
    for (const StageStore &store : stages[number].stores)
      for (unsigned i = 0; i < store.fromLoops.getNumResults(); ++i)
        if (loopOf(store.fromLoops, i) == *loop)
          dims[store.tensor] = i;
  }
  return result;
}

/// The chain that begins with the product of stage `first`, if there is one and
/// it pays.
std::optional<StageGroup> Planner::chainFrom(unsigned first) {
  unsigned last = first + 1;
  while (last < stages.size() && !stages[last].heavy)
    ++last;
  if (!stages[first].heavy || last >= stages.size() || last < first + 2)
    return std::nullopt;
  auto common = commonLoops(first, last, /*isChain=*/true);
  if (!common)
    return std::nullopt;
  StageGroup chain = groupOf(first, last, *common);

  // Everything between has to be of use here only.
  for (const Stage &stage : ArrayRef(chain.stages).drop_back())
    for (const StageStore &store : stage.stores)
      if (!chain.locals.contains(store.tensor) ||
          !store.fromLoops.isProjectedPermutation(/*allowZeroInResults=*/true))
        return std::nullopt;

  const Stage &front = chain.stages.front(), &back = chain.stages.back();
  for (auto [c, loop] : llvm::enumerate(chain.outer.front()))
    if (sharesOperand(front.reduction, loop) &&
        sharesOperand(back.reduction, chain.outer.back()[c]))
      chain.chainRows = c;
  if (!chain.chainRows)
    return std::nullopt;
  auto rows =
      getConstantIntValue(front.extents[chain.outer.front()[*chain.chainRows]]);
  if (rows && *rows < kChainRows)
    return std::nullopt;
  chain.limit = findLimit(first, last);
  for (unsigned number = first + 1; number < last; ++number)
    if (Value taken = takenOver(number, last); chain.locals.contains(taken))
      chain.inPlaceOf[stages[number].stores.front().tensor] = taken;
  for (unsigned next = first; next <= last;) {
    chain.apart.push_back(groupFrom(next));
    next += chain.apart.back().stages.size();
  }
  return chain;
}

} // namespace swage
