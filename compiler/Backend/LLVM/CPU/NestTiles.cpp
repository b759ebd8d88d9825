//===- NestTiles.cpp - tiles of one stage ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What happens between the loads of a tile's inputs and the stores of its
// results: sums in registers, carried through the loops of the reduction, and
// everything that is computed from them before they leave.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

Indices NestEmitter::pointOf(const Tile &tile, const Indices &loops,
                             unsigned row, unsigned vector) const {
  Indices point = loops;
  if (tile.rowLoop != kNone)
    point[tile.rowLoop] = tile.rows[row];
  if (tile.laneLoop != kNone)
    point[tile.laneLoop] = tile.vectors[vector].index;
  return point;
}

Indices NestEmitter::indicesOf(AffineMap map, ArrayRef<IndexValue> loops,
                               int64_t lanes) {
  Indices result;
  for (AffineExpr expr : map.getResults()) {
    std::optional<IndexValue> index = space.evaluate(expr, loops, lanes);
    assert(index && "the analysis refuses such lanes");
    result.push_back(*index);
  }
  return result;
}

/// One step of the reduction for every point of the tile.
NestEmitter::Carried NestEmitter::emitStep(StageLoops &loops, const Tile &tile,
                                           Indices bound, ValueRange sums) {
  linalg::GenericOp op = loops.stage->reduction;
  unsigned outputs = op.getNumDpsInits();
  Carried results(sums.size());
  unsigned point = 0;
  for (unsigned row = 0; row < tile.rows.size(); ++row) {
    for (unsigned column = 0; column < tile.vectors.size(); ++column) {
      Indices at = pointOf(tile, bound, row, column);
      const VectorContext &context = tile.vectors[column].context;
      SmallVector<Value> arguments;
      for (OpOperand &operand : op->getOpOperands()) {
        BlockArgument argument = op.getMatchingBlockArgument(&operand);
        if (op.isDpsInit(&operand)) {
          unsigned output = operand.getOperandNumber() - op.getNumDpsInputs();
          arguments.push_back(sums[point * outputs + output]);
        } else if (argument.use_empty()) {
          arguments.push_back(Value());
        } else if (!isa<RankedTensorType>(operand.get().getType())) {
          arguments.push_back(tensors.getScalar(operand.get()));
        } else {
          arguments.push_back(evaluator.read(
              operand.get(),
              indicesOf(op.getMatchingIndexingMap(&operand), at,
                        context.lanes),
              context));
        }
      }
      SmallVector<Value> values =
          evaluator.emitBody(op, at, arguments, context, /*contract=*/true);
      for (auto [output, value] : llvm::enumerate(values)) {
        bool wide = isa<VectorType>(sums[point * outputs + output].getType());
        results[point * outputs + output] =
            wide ? evaluator.broadcast(value, context.lanes) : value;
      }
      ++point;
    }
  }
  return results;
}

/// Whether a stage's reduction is a sum of floating-point numbers.
static bool isFloatSum(const StageLoops &loops) {
  linalg::GenericOp op = loops.stage->reduction;
  return op.getNumDpsInits() == 1 &&
         getCombiningKind(op, 0) == vector::CombiningKind::ADD &&
         isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType()));
}

int64_t NestEmitter::chainsFor(int64_t rows, int64_t vectors) {
  constexpr int64_t kInFlight = 8, kMostChains = 4;
  return rows > 1 ? 1
                  : std::clamp<int64_t>(kInFlight / vectors, 1, kMostChains);
}

/// The sets of sums that a tile has for a loop of `turns`; 1 where the
/// reduction is no sum or too short. A tile that is left over has as many as
/// the others: what is the same in two columns stays the same.
int64_t NestEmitter::chainsOf(const StageLoops &loops, const Tile &tile,
                              int64_t turns) {
  constexpr int64_t kFewTurns = 8;
  // What is no product has an addition for each load, so that fewer turns pay.
  if (!tile.nest)
    return turns >= kFewTurns / 4 && isFloatSum(loops) ? tile.chains : 1;
  return turns >= kFewTurns && isFloatSum(loops)
             ? chainsFor(tile.rows.size(), tile.nest->shape.vectors)
             : 1;
}

/// Neutral elements of sums of these types.
NestEmitter::Carried NestEmitter::emptySums(TypeRange types) {
  Carried empty;
  for (Type type : types) {
    TypedAttr neutral = getNeutralElement(builder, vector::CombiningKind::ADD,
                                          getElementTypeOrSelf(type));
    if (auto vector = dyn_cast<VectorType>(type))
      neutral = DenseElementsAttr::get(vector, Attribute(neutral));
    empty.push_back(
        arith::ConstantOp::create(builder, builder.getUnknownLoc(), neutral));
  }
  return empty;
}

void NestEmitter::addSums(MutableArrayRef<Value> sums, ValueRange addends) {
  for (auto [sum, addend] : llvm::zip_equal(sums, addends))
    sum = arith::AddFOp::create(builder, builder.getUnknownLoc(), sum, addend);
}

/// A loop of the reduction with several sets of sums, added up at its end.
NestEmitter::Carried NestEmitter::emitChains(StageLoops &loops,
                                             const Tile &tile,
                                             const Range &range, int64_t step,
                                             int64_t chains, Carried sums,
                                             LoopBody body) {
  Location loc = builder.getUnknownLoc();
  Carried carried = sums;
  for (int64_t chain = 1; chain < chains; ++chain)
    llvm::append_range(carried, emptySums(TypeRange(ValueRange(sums))));
  carried = emitLoop(range, step, carried, body);
  for (size_t i = 0; i < sums.size(); ++i) {
    sums[i] = carried[i];
    for (int64_t chain = 1; chain < chains; ++chain)
      sums[i] = arith::AddFOp::create(builder, loc, sums[i],
                                      carried[chain * sums.size() + i]);
  }
  return sums;
}

/// Whether parts of a long sum outside of contractions are added up apart. What
/// a sum over N elements loses grows with its longest chain of additions
/// (Higham, Accuracy and Stability of Numerical Algorithms, chapter 4).
static bool sumsApart(const StageLoops &loops, ArrayRef<unsigned> order) {
  constexpr int64_t kLong = 256, kInner = 8;
  if (order.size() != 1 || !isFloatSum(loops))
    return false;
  int64_t volume = 1;
  for (unsigned loop : loops.remaining(/*reductions=*/true))
    volume *= loops.extents[loop].fixed().value_or(kLong);
  return volume >= kLong &&
         loops.extents[order.front()].fixed().value_or(kInner) >= kInner;
}

NestEmitter::Carried NestEmitter::emitReduction(StageLoops &loops,
                                                const Tile &tile,
                                                ArrayRef<unsigned> order,
                                                Indices bound, Carried sums) {
  if (order.empty())
    return emitStep(loops, tile, bound, sums);
  Range range = {IndexValue(), loops.extents[order.front()]};
  if (tile.part && tile.part->cut == order.front())
    range = tile.part->range;
  if (tile.nest || !sumsApart(loops, order))
    return emitSums(loops, tile, order, range, bound, sums);

  auto addPart = [&](const Range &part, ValueRange carried) {
    Carried whole(carried.begin(), carried.end());
    addSums(whole, emitSums(loops, tile, order, part, bound,
                            emptySums(carried.getTypes())));
    return whole;
  };
  constexpr int64_t kPart = 128;
  std::optional<int64_t> fixed = range.extent.fixed();
  if (!fixed || *fixed < 2 * kPart)
    return addPart(range, sums);
  int64_t inParts = *fixed / kPart * kPart;
  auto stretch = [&](IndexValue start, int64_t size) {
    return Range{start, analysis.extentOf(builder.getIndexAttr(size))};
  };
  sums = emitLoop(stretch(range.start, inParts), kPart, sums,
                  [&](IndexValue start, ValueRange carried) {
                    return addPart(stretch(start, kPart), carried);
                  });
  if (inParts == *fixed)
    return sums;
  IndexValue rest = range.start;
  rest.constant += inParts;
  return addPart(stretch(rest, *fixed - inParts), sums);
}

NestEmitter::Carried NestEmitter::emitSums(StageLoops &loops, const Tile &tile,
                                           ArrayRef<unsigned> order,
                                           const Range &range, Indices bound,
                                           Carried sums) {
  unsigned loop = order.front();
  const Extent &extent = range.extent;
  if (extent.fixed() == 0)
    return sums;
  auto inner = [&](IndexValue index, ValueRange carried) {
    bound[loop] = index;
    return emitReduction(loops, tile, order.drop_front(), bound,
                         Carried(carried.begin(), carried.end()));
  };
  // Windows of a few taps are unrolled, and so is the innermost loop until it
  // holds enough work to hide its own instructions. Where LLVM sees more at
  // once, it keeps what taps share in memory on the stack: so it does with the
  // 25 taps of a 5x5 window, and with two or three of a contraction's large
  // tile. Narrow groups gain from all that they share in a window's row.
  constexpr int64_t kFewTaps = 24;
  int64_t points = tile.rows.size() * tile.vectors.size();
  const int64_t mostSteps = tile.nest && points > 16 ? 96 : 288;
  int64_t volume = 1;
  for (unsigned other : order)
    volume *= (other == loop ? extent : loops.extents[other])
                  .fixed()
                  .value_or(1 << 20);
  int64_t step = 1;
  if (volume <= kFewTaps && volume * points <= mostSteps)
    step = *extent.fixed();
  else if (order.size() == 1)
    while (step < 8 && step * points < 24)
      step *= 2;
  bool fetches = tile.nest && tile.nest->fetched && order.size() == 1;
  // What is carried may be several sets of sums, which take turns.
  auto unrolled = [&](IndexValue start, ValueRange carried) {
    if (fetches) {
      bound[loop] = start;
      emitFetch(tile, bound, step);
    }
    SmallVector<Carried> sets;
    for (size_t first = 0; first < carried.size(); first += sums.size())
      sets.emplace_back(carried.slice(first, sums.size()));
    for (int64_t i = 0; i < step; ++i) {
      IndexValue index = start;
      index.constant += i;
      Carried &set = sets[i % sets.size()];
      set = inner(index, set);
    }
    Carried values;
    for (const Carried &set : sets)
      llvm::append_range(values, set);
    return values;
  };
  if (step == 1)
    return emitLoop(range, 1, sums, unrolled);
  Location loc = builder.getUnknownLoc();
  if (std::optional<int64_t> fixed = extent.fixed()) {
    int64_t whole = *fixed / step * step;
    Range main = {range.start, analysis.extentOf(builder.getIndexAttr(whole))};
    int64_t chains = chainsOf(loops, tile, whole / step);
    sums = chains > 1
               ? emitChains(loops, tile, main, step, chains, sums, unrolled)
               : emitLoop(main, step, sums, unrolled);
    for (int64_t i = whole; i < *fixed; ++i)
      sums = inner(plus(range.start, i), sums);
    return sums;
  }
  Value length = extentValue(extent);
  Value by = arith::ConstantIndexOp::create(builder, loc, step);
  Value rest = arith::RemUIOp::create(builder, loc, length, by);
  Value whole = arith::SubIOp::create(builder, loc, length, rest);
  sums = emitLoop({IndexValue(), {whole, Monomial::ofSize(space.sizeOf(whole))}},
                  step, sums, unrolled);
  IndexValue start =
      IndexValue::ofAtom(space.addAtom(whole, 1, evaluator.level()));
  return emitLoop({start, {rest, Monomial::ofSize(space.sizeOf(rest))}}, 1,
                  sums, inner);
}

/// The part of the reduction that runs along vectors: sums of every lane, put
/// together at the end. `sums` holds a scalar for each row and output.
NestEmitter::Carried
NestEmitter::emitReducedLanes(StageLoops &loops, const Tile &tile,
                              Indices bound, Carried sums, int64_t lanes,
                              int64_t vectors) {
  Location loc = builder.getUnknownLoc();
  linalg::GenericOp op = loops.stage->reduction;
  unsigned outputs = op.getNumDpsInits();
  unsigned rows = tile.rows.size();
  SmallVector<vector::CombiningKind> kinds;
  for (unsigned output = 0; output < outputs; ++output)
    kinds.push_back(*getCombiningKind(op, output));

  // partial[vector][row][output]
  Carried partial;
  for (int64_t vector = 0; vector < vectors; ++vector)
    for (unsigned i = 0; i < rows * outputs; ++i) {
      Type type = sums[i].getType();
      auto neutral = DenseElementsAttr::get(
          VectorType::get({lanes}, type),
          Attribute(getNeutralElement(builder, kinds[i % outputs], type)));
      partial.push_back(arith::ConstantOp::create(builder, loc, neutral));
    }
  SmallVector<unsigned> order;
  for (unsigned loop : loops.remaining(/*reductions=*/true))
    if (loop != tile.reducedLane)
      order.push_back(loop);
  unsigned each = rows * outputs;

  std::function<Carried(ArrayRef<unsigned>, Indices, Carried)> run =
      [&](ArrayRef<unsigned> rest, Indices at, Carried state) -> Carried {
    if (!rest.empty())
      return emitLoop({IndexValue(), loops.extents[rest.front()]}, 1, state,
                      [&](IndexValue index, ValueRange carried) {
                        Indices inner = at;
                        inner[rest.front()] = index;
                        return run(rest.drop_front(), inner,
                                   Carried(carried.begin(), carried.end()));
                      });
    // state: the partial sums, then the scalars.
    return emitLanes(
        {IndexValue(), loops.extents[tile.reducedLane]}, lanes, vectors,
        analysis.isMaskable(loops), state,
        [&](ArrayRef<TileVector> along, ValueRange carried) {
          Carried next(carried.begin(), carried.end());
          for (auto [number, vector] : llvm::enumerate(along)) {
            bool full = vector.context.lanes == lanes;
            unsigned base = full ? number % vectors * each : 0;
            Tile step = tile;
            step.vectors.assign(1, vector);
            Indices inner = at;
            inner[tile.reducedLane] = vector.index;
            if (!full && vector.context.lanes > 1) {
              // Part of a vector: from neutral elements into the scalars.
              Carried fresh;
              for (unsigned i = 0; i < each; ++i) {
                Type type = sums[i].getType();
                auto neutral = DenseElementsAttr::get(
                    VectorType::get({vector.context.lanes}, type),
                    Attribute(getNeutralElement(builder, kinds[i % outputs],
                                                type)));
                fresh.push_back(
                    arith::ConstantOp::create(builder, loc, neutral));
              }
              Carried values = emitStep(loops, step, inner, fresh);
              for (unsigned i = 0; i < each; ++i) {
                Value &scalar = next[vectors * each + i];
                scalar = combineLanes(kinds[i % outputs], values[i], scalar);
              }
              continue;
            }
            if (!full)
              base = vectors * each;
            Carried before(next.begin() + base, next.begin() + base + each);
            Carried values = emitStep(loops, step, inner, before);
            for (unsigned i = 0; i < each; ++i) {
              if (vector.context.mask)
                values[i] =
                    arith::SelectOp::create(builder, loc, vector.context.mask,
                                            values[i], before[i]);
              next[base + i] = values[i];
            }
          }
          return next;
        });
  };
  Carried state = partial;
  llvm::append_range(state, sums);
  state = run(order, bound, state);
  Carried results;
  for (unsigned i = 0; i < each; ++i) {
    Value total = state[i];
    for (int64_t vector = 1; vector < vectors; ++vector)
      total = vector::makeArithReduction(builder, loc, kinds[i % outputs],
                                         total, state[vector * each + i]);
    results.push_back(
        combineLanes(kinds[i % outputs], total, state[vectors * each + i]));
  }
  return results;
}

Value NestEmitter::combineLanes(vector::CombiningKind kind, Value lanes,
                                Value scalar) {
  Location loc = builder.getUnknownLoc();
  // The order of the lanes is free: a tree instead of a chain.
  auto flags = arith::FastMathFlagsAttr::get(builder.getContext(),
                                             arith::FastMathFlags::reassoc);
  Value total =
      vector::ReductionOp::create(builder, loc, kind, lanes, flags.getValue());
  return vector::makeArithReduction(builder, loc, kind, total, scalar);
}

void NestEmitter::emitStores(StageLoops &loops, const Tile &tile) {
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (const TileVector &vector : tile.vectors) {
      unsigned column = &vector - tile.vectors.data();
      Indices at = pointOf(tile, tile.loops, row, column);
      for (const StageStore &store : loops.stage->stores) {
        Indices indices =
            indicesOf(store.fromLoops, at, vector.context.lanes);
        Value value =
            store.tensor
                ? evaluator.read(store.tensor, indices, vector.context)
                : tensors.getScalar(store.scalar);
        for (auto [index, offset] : llvm::zip(indices, store.offsets))
          index += IndexValue::ofConstant(1) * space.monomialOf(offset);
        const Place *place =
            store.place.isValid() ? &store.place : tensors.find(store.whole);
        evaluator.write(*place, indices, value, vector.context);
      }
    }
}

/// What the reduction begins with, for every point of the tile.
NestEmitter::Carried NestEmitter::emitInits(StageLoops &loops,
                                            const Tile &tile) {
  linalg::GenericOp op = loops.stage->reduction;
  Carried sums;
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (unsigned column = 0; column < tile.vectors.size(); ++column) {
      Indices at = pointOf(tile, tile.loops, row, column);
      const VectorContext &context = tile.vectors[column].context;
      for (OpOperand &init : op.getDpsInitsMutable()) {
        Value value = evaluator.read(
            init.get(),
            indicesOf(op.getMatchingIndexingMap(&init), at, context.lanes),
            context);
        sums.push_back(tile.laneLoop != kNone
                           ? evaluator.broadcast(value, context.lanes)
                           : value);
      }
    }
  return sums;
}

void NestEmitter::emitTile(StageLoops &loops, const Tile &tile, int64_t lanes,
                           int64_t reducedVectors) {
  linalg::GenericOp op = loops.stage->reduction;
  if (!op)
    return emitStores(loops, tile);
  unsigned outputs = op.getNumDpsInits();
  bool begun = tile.part && tile.part->sums;
  // A part's sum is added to those before as a whole: see sumsApart.
  bool apart = begun && isFloatSum(loops);
  Carried sums = apart   ? emptySums(sumTypes(tile))
                 : begun ? loadSums(tile)
                         : emitInits(loops, tile);
  SmallVector<unsigned> order = loops.remaining(/*reductions=*/true);
  // Elements that are brought to their lanes serve all taps of a window's row
  // before the next ones are: there are not enough registers for those of all
  // channels.
  if (tile.sharesElements && order.size() >= 2)
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  Indices bound = tile.loops;
  if (begun)
    for (unsigned loop : tile.nest->prefix) {
      llvm::erase(order, loop);
      bound[loop] = tile.part->bound[loop];
    }
  if (tile.reducedLane != kNone)
    sums = emitReducedLanes(loops, tile, tile.loops, sums, lanes,
                            reducedVectors);
  else
    sums = emitReduction(loops, tile, order, bound, sums);
  if (apart)
    addSums(sums, loadSums(tile));
  if (tile.part && !tile.part->last)
    return storeSums(tile, sums);
  unsigned point = 0;
  for (unsigned row = 0; row < tile.rows.size(); ++row)
    for (unsigned column = 0; column < tile.vectors.size(); ++column) {
      Indices at = pointOf(tile, tile.loops, row, column);
      const VectorContext &context = tile.vectors[column].context;
      for (unsigned output = 0; output < outputs; ++output)
        evaluator.define(
            op->getResult(output),
            indicesOf(op.getMatchingIndexingMap(op.getDpsInitOperand(output)),
                      at, context.lanes),
            context, sums[point * outputs + output]);
      ++point;
    }
  emitStores(loops, tile);
}

} // namespace swage
