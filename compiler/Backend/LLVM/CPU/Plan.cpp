//===- Plan.cpp - what a kernel computes, in which order ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Plan.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Plan.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {
namespace {

bool isView(Operation *op) {
  return isa_and_nonnull<tensor::CastOp, tensor::ExtractSliceOp,
                         tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

/// A read of a materialised tensor, at indices in a stage's loops.
struct Read {
  Value tensor;
  Indices indices;
};

class Planner {
public:
  Planner(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason)
      : kernel(kernel), evaluator(evaluator), space(evaluator.space),
        tensors(evaluator.tensors), builder(evaluator.builder),
        reason(reason) {}

  FailureOr<SmallVector<StageGroup, 0>> run();

private:
  LogicalResult fail(Operation *op, const Twine &why);
  // What is materialised.
  void assignDestinations();
  LogicalResult classify();
  int64_t costOf(Value tensor);
  bool needsMemory(OpResult result);
  bool consumerNeedsMemory(OpResult result, OpOperand &use, int64_t cost);
  bool isHeavy(linalg::GenericOp op);
  // Stages.
  LogicalResult createStages();
  LogicalResult createReduction(linalg::GenericOp op);
  LogicalResult createElements(Value tensor);
  OpFoldResult sum(OpFoldResult a, OpFoldResult b);
  LogicalResult createPad(tensor::PadOp pad);
  LogicalResult createConcat(tensor::ConcatOp concat);
  LogicalResult createInsert(tensor::InsertSliceOp insert);
  LogicalResult createCopy(Value tensor, Value whole,
                           ArrayRef<OpFoldResult> offsets, Place place);
  bool attach(Value tensor);
  StageStore storeOf(Value tensor, AffineMap fromLoops);
  LogicalResult setExtents(Stage &stage, linalg::GenericOp op);
  LogicalResult completeStores();
  // Groups.
  SmallVector<Atom> atomsFor(unsigned stage);
  SmallVector<Read, 0> readsOf(unsigned stage);
  SmallVector<Read, 0> readsOf(Value tensor, ArrayRef<IndexValue> indices);
  std::optional<SmallVector<SmallVector<unsigned>>> commonLoops(unsigned first,
                                                                unsigned last);
  SmallVector<StageGroup, 0> formGroups();

  kernel::FuncOp kernel;
  Evaluator &evaluator;
  IndexSpace &space;
  TensorTable &tensors;
  OpBuilder &builder;
  std::string &reason;

  DenseMap<Value, Place> destinations;
  SmallVector<std::pair<Value, Place>, 0> copies; ///< results that need copying
  llvm::SetVector<Value> materialised;
  DenseMap<Value, int64_t> costs;
  SmallVector<Stage, 0> stages;
  DenseMap<Value, unsigned> stageOf;
  SmallVector<SmallVector<Atom>> stageAtoms;
};

LogicalResult Planner::fail(Operation *op, const Twine &why) {
  reason = ("'" + op->getName().getStringRef() + "' " + why).str();
  return failure();
}

//===----------------------------------------------------------------------===//
// What is kept in memory
//===----------------------------------------------------------------------===//

/// The place of a view's source, from the place of the view.
static std::optional<Place> throughBackwards(Operation *view, Place place,
                                             TensorTable &tensors,
                                             IndexSpace &space) {
  if (isa<tensor::CastOp>(view))
    return place;
  SmallVector<Monomial, 0> strides;
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(view)) {
    strides.resize(collapse.getSrcType().getRank());
    for (auto [dim, group] :
         llvm::enumerate(collapse.getReassociationIndices())) {
      Monomial stride = place.strides[dim];
      for (int64_t inner : llvm::reverse(group)) {
        strides[inner] = stride;
        OpFoldResult size = tensors.getSize(collapse.getSrc(), inner);
        if (!size)
          return std::nullopt;
        stride = stride * space.monomialOf(size);
      }
    }
    place.strides = strides;
    return place;
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view)) {
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      std::optional<Monomial> innermost, expected;
      for (int64_t dim : llvm::reverse(group)) {
        OpFoldResult size = tensors.getSize(expand.getResult(), dim);
        if (!size)
          return std::nullopt;
        Monomial extent = space.monomialOf(size);
        if (extent.isOne())
          continue;
        if (expected && *expected != place.strides[dim])
          return std::nullopt;
        if (!innermost)
          innermost = place.strides[dim];
        expected = place.strides[dim] * extent;
      }
      strides.push_back(innermost.value_or(Monomial(1)));
    }
    place.strides = strides;
    return place;
  }
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
      inner = throughBackwards(view, *inner, tensors, space);
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
        cost += isa<arith::DivFOp, arith::DivSIOp, arith::RemSIOp>(inner) ? 4
                                                                          : 1;
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
  if (generic.isDpsInit(&use) && generic.getMatchingBlockArgument(&use).use_empty())
    return false;
  AffineMap map = generic.getMatchingIndexingMap(&use);
  if (isHeavy(generic))
    return !generic.isDpsInit(&use);
  bool everyLoop = true;
  for (unsigned loop = 0; loop < generic.getNumLoops(); ++loop)
    everyLoop &= map.isFunctionOfDim(loop) ||
                 generic.getStaticLoopRanges()[loop] == 1;
  if (generic.getNumReductionLoops())
    return !everyLoop || !map.isProjectedPermutation(true) ? cost > 2
                                                           : false;
  // A broadcast along the vector repeats scalars, which loops have in common.
  bool vectorised = generic.getNumLoops() &&
                    map.isFunctionOfDim(generic.getNumLoops() - 1);
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
  return cost >= 8 && users.size() > 1;
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

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

StageStore Planner::storeOf(Value tensor, AffineMap fromLoops) {
  StageStore store;
  store.tensor = store.whole = tensor;
  store.fromLoops = fromLoops;
  auto destination = destinations.find(tensor);
  if (destination != destinations.end())
    store.place = destination->second;
  return store;
}

LogicalResult Planner::setExtents(Stage &stage, linalg::GenericOp op) {
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    OpFoldResult extent;
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        if (extent || expr != builder.getAffineDimExpr(loop))
          continue;
        extent = tensors.getSize(operand.get(), dim);
      }
    }
    if (!extent) {
      // A loop of a static length that only sums of loops mention.
      int64_t range = op.getStaticLoopRanges()[loop];
      if (ShapedType::isDynamic(range))
        return fail(op, "has a loop whose length cannot be told");
      extent = builder.getIndexAttr(range);
    }
    stage.extents.push_back(extent);
    stage.isReduction.push_back(kind == utils::IteratorType::reduction);
  }
  return success();
}

LogicalResult Planner::createReduction(linalg::GenericOp op) {
  Stage stage;
  stage.reduction = op;
  stage.heavy = isHeavy(op);
  if (failed(setExtents(stage, op)))
    return failure();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return fail(op, "reduces into elements that its loops do not index");
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (!stage.isReduction[loop] && !map.isFunctionOfDim(loop) &&
          getConstantIntValue(stage.extents[loop]) != 1)
        return fail(op, "has a parallel loop that its result lacks");
  }
  for (OpResult result : op->getResults())
    if (!result.use_empty())
      stageOf[result] = stages.size();
  stages.push_back(stage);
  return success();
}

/// Reads of materialised tensors in computing `tensor` at `indices`.
SmallVector<Read, 0> Planner::readsOf(Value tensor, ArrayRef<IndexValue> indices) {
  SmallVector<Read, 0> reads;
  evaluator.stop = [&](Value read, ArrayRef<IndexValue> at) {
    if (read == tensor || !materialised.contains(read))
      return false;
    reads.push_back({read, Indices(at.begin(), at.end())});
    return true;
  };
  SmallVector<Access, 0> accesses;
  bool usesIndices = false;
  evaluator.listAccesses(tensor, indices, 1, accesses, usesIndices);
  evaluator.stop = nullptr;
  return reads;
}

/// Lets the stage that computes what `tensor` is made from write `tensor` too,
/// from registers, where both have the same elements at the same iterations.
bool Planner::attach(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Indices indices;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    indices.push_back(IndexValue::ofAtom(space.addAtom(Value())));
  SmallVector<Read, 0> reads = readsOf(tensor, indices);
  std::optional<unsigned> latest;
  for (const Read &read : reads) {
    auto stage = stageOf.find(read.tensor);
    if (stage == stageOf.end())
      return false; // written in parts
    latest = std::max(latest.value_or(0), stage->second);
  }
  if (!latest || *latest + 1 != stages.size())
    return false;
  Stage &stage = stages[*latest];
  SmallVector<AffineExpr> exprs(
      type.getRank(), getAffineConstantExpr(0, type.getContext()));
  std::optional<AffineMap> fromLoops;
  for (const Read &read : reads) {
    if (stageOf[read.tensor] != *latest)
      continue;
    // How the stage's loops index what is read.
    AffineMap map;
    for (const StageStore &store : stage.stores)
      if (store.tensor == read.tensor)
        map = store.fromLoops;
    if (!map && stage.reduction)
      map = stage.reduction.getMatchingIndexingMap(
          stage.reduction.getDpsInitOperand(
              cast<OpResult>(read.tensor).getResultNumber()));
    if (!map)
      return false;
    SmallVector<bool> covered(type.getRank(), false);
    for (auto [position, index] : llvm::enumerate(read.indices)) {
      auto own = llvm::find(indices, index);
      bool single =
          cast<RankedTensorType>(read.tensor.getType()).getDimSize(position) ==
          1;
      if (own == indices.end()) {
        if (index.isConstant() && index.constant == 0 && single)
          continue;
        return false;
      }
      unsigned dim = own - indices.begin();
      covered[dim] = true;
      exprs[dim] = map.getResult(position);
    }
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (!covered[dim] && type.getDimSize(dim) != 1)
        return false;
    AffineMap candidate =
        AffineMap::get(stage.numLoops(), 0, exprs, type.getContext());
    if (fromLoops && *fromLoops != candidate)
      return false;
    fromLoops = candidate;
  }
  stage.stores.push_back(storeOf(tensor, *fromLoops));
  stageOf[tensor] = *latest;
  return true;
}

LogicalResult Planner::createCopy(Value tensor, Value whole,
                                  ArrayRef<OpFoldResult> offsets,
                                  Place place) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Stage stage;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    OpFoldResult size = tensors.getSize(tensor, dim);
    if (!size)
      return fail(kernel, "has a tensor whose size cannot be told");
    stage.extents.push_back(size);
    stage.isReduction.push_back(false);
  }
  StageStore store;
  store.tensor = tensor;
  store.whole = whole;
  store.offsets.assign(offsets.begin(), offsets.end());
  store.fromLoops =
      AffineMap::getMultiDimIdentityMap(type.getRank(), type.getContext());
  store.place = place;
  stage.stores.push_back(store);
  stages.push_back(stage);
  return success();
}

LogicalResult Planner::createElements(Value tensor) {
  if (attach(tensor))
    return success();
  Place place = destinations.lookup(tensor);
  if (failed(createCopy(tensor, tensor, {}, place)))
    return failure();
  stageOf[tensor] = stages.size() - 1;
  return success();
}

/// The sum of two sizes.
OpFoldResult Planner::sum(OpFoldResult a, OpFoldResult b) {
  auto fixedA = getConstantIntValue(a), fixedB = getConstantIntValue(b);
  if (fixedA && fixedB)
    return builder.getIndexAttr(*fixedA + *fixedB);
  return tensors.atEntry([&]() -> Value {
    Location loc = kernel.getLoc();
    return arith::AddIOp::create(
        builder, loc, getValueOrCreateConstantIndexOp(builder, loc, a),
        getValueOrCreateConstantIndexOp(builder, loc, b));
  });
}

LogicalResult Planner::createPad(tensor::PadOp pad) {
  Value padding = pad.getConstantPaddingValue();
  if (!padding)
    return fail(pad, "pads with a value that is computed for each element");
  Value source = pad.getSource(), result = pad.getResult();
  Place place = destinations.lookup(result);
  int64_t rank = pad.getResultType().getRank();
  SmallVector<OpFoldResult> low, high, sizes;
  auto scalarOf = [&](OpFoldResult value) -> OpFoldResult {
    if (auto dynamic = dyn_cast<Value>(value))
      return getAsOpFoldResult(tensors.getScalar(dynamic));
    return value;
  };
  for (int64_t dim = 0; dim < rank; ++dim) {
    low.push_back(scalarOf(pad.getMixedLowPad()[dim]));
    high.push_back(scalarOf(pad.getMixedHighPad()[dim]));
    sizes.push_back(tensors.getSize(source, dim));
    if (!low[dim] || !high[dim] || !sizes[dim] || !tensors.getSize(result, dim))
      return fail(pad, "pads by an amount that cannot be told");
    for (OpFoldResult amount : {low[dim], high[dim]})
      if (auto known = getConstantIntValue(amount); known && *known < 0)
        return fail(pad, "cuts its source");
  }
  if (failed(createCopy(source, result, low, place)))
    return failure();
  stages.back().stores[0].place = place;
  // The borders: along each dimension, within the interior of those before.
  for (int64_t dim = 0; dim < rank; ++dim) {
    for (bool upper : {false, true}) {
      OpFoldResult amount = upper ? high[dim] : low[dim];
      if (getConstantIntValue(amount) == 0)
        continue;
      Stage stage;
      StageStore store;
      store.scalar = padding;
      store.whole = result;
      store.place = place;
      store.fromLoops = AffineMap::getMultiDimIdentityMap(rank, pad.getContext());
      for (int64_t other = 0; other < rank; ++other) {
        OpFoldResult zero = builder.getIndexAttr(0);
        if (other == dim) {
          stage.extents.push_back(amount);
          store.offsets.push_back(zero);
        } else if (other < dim) {
          stage.extents.push_back(sizes[other]);
          store.offsets.push_back(low[other]);
        } else {
          stage.extents.push_back(tensors.getSize(result, other));
          store.offsets.push_back(zero);
        }
        stage.isReduction.push_back(false);
      }
      if (upper) // behind the source
        store.offsets[dim] = sum(low[dim], sizes[dim]);
      stage.stores.push_back(store);
      stages.push_back(stage);
    }
  }
  return success();
}

LogicalResult Planner::createConcat(tensor::ConcatOp concat) {
  Value result = concat.getResult();
  Place place = destinations.lookup(result);
  OpFoldResult start = builder.getIndexAttr(0);
  for (Value input : concat.getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    offsets[concat.getDim()] = start;
    if (failed(createCopy(input, result, offsets, place)))
      return failure();
    OpFoldResult size = tensors.getSize(input, concat.getDim());
    if (!size)
      return fail(concat, "has a part whose size cannot be told");
    start = sum(start, size);
  }
  return success();
}

LogicalResult Planner::createInsert(tensor::InsertSliceOp insert) {
  Value result = insert.getResult();
  Place place = destinations.lookup(result);
  if (!insert.hasUnitStride() ||
      insert.getSourceType().getRank() != insert.getDestType().getRank())
    return fail(insert, "inserts with steps or into fewer dimensions");
  SmallVector<OpFoldResult> offsets = insert.getMixedOffsets();
  for (OpFoldResult &offset : offsets) {
    if (auto value = dyn_cast<Value>(offset))
      offset = getAsOpFoldResult(tensors.getScalar(value));
    if (!offset)
      return fail(insert, "inserts at a place that cannot be told");
  }
  if (!insert.getDest().getDefiningOp<tensor::EmptyOp>() &&
      failed(createCopy(insert.getDest(), result, {}, place)))
    return failure();
  return createCopy(insert.getSource(), result, offsets, place);
}

LogicalResult Planner::createStages() {
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (op.getNumResults() == 0 ||
        llvm::none_of(op.getResults(), [&](Value result) {
          return materialised.contains(result);
        }))
      continue;
    LogicalResult created = success();
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (generic && generic.getNumReductionLoops()) {
      created = createReduction(generic);
    } else if (generic) {
      for (Value result : op.getResults())
        if (materialised.contains(result) && succeeded(created))
          created = createElements(result);
    } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
      created = createPad(pad);
    } else if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
      created = createConcat(concat);
    } else {
      created = createInsert(cast<tensor::InsertSliceOp>(op));
    }
    if (failed(created))
      return failure();
  }
  for (auto [value, place] : copies)
    if (failed(createCopy(value, /*whole=*/Value(), {}, place)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Who reads what
//===----------------------------------------------------------------------===//

SmallVector<Atom> Planner::atomsFor(unsigned stage) {
  while (stageAtoms.size() <= stage) {
    stageAtoms.emplace_back();
    for (unsigned loop = 0; loop < stages[stageAtoms.size() - 1].numLoops();
         ++loop)
      stageAtoms.back().push_back(space.addAtom(Value()));
  }
  return stageAtoms[stage];
}

/// What `stage` reads of other stages' tensors, and of its own results.
SmallVector<Read, 0> Planner::readsOf(unsigned number) {
  Stage &stage = stages[number];
  Indices loops;
  for (Atom atom : atomsFor(number))
    loops.push_back(IndexValue::ofAtom(atom));
  SmallVector<Read, 0> reads;
  auto indicesOf = [&](AffineMap map) {
    Indices indices;
    for (AffineExpr expr : map.getResults())
      indices.push_back(
          space.evaluate(expr, loops, 1).value_or(IndexValue()));
    return indices;
  };
  auto readTensor = [&](Value tensor, AffineMap map) {
    Indices indices = indicesOf(map);
    bool own = stageOf.count(tensor) && stageOf[tensor] == number;
    if (materialised.contains(tensor) && !own)
      reads.push_back({tensor, indices});
    else
      llvm::append_range(reads, readsOf(tensor, indices));
  };
  if (stage.reduction)
    for (OpOperand &operand : stage.reduction->getOpOperands())
      if (isa<RankedTensorType>(operand.get().getType()) &&
          !stage.reduction.getMatchingBlockArgument(&operand).use_empty())
        readTensor(operand.get(),
                   stage.reduction.getMatchingIndexingMap(&operand));
  for (const StageStore &store : stage.stores)
    if (store.tensor)
      readTensor(store.tensor, store.fromLoops);
  return reads;
}

/// Adds the stores of reductions' results that other stages read.
LogicalResult Planner::completeStores() {
  llvm::DenseSet<Value> readElsewhere;
  for (unsigned number = 0; number < stages.size(); ++number)
    for (const Read &read : readsOf(number)) {
      auto stage = stageOf.find(read.tensor);
      if (stage != stageOf.end() && stage->second != number)
        readElsewhere.insert(read.tensor);
    }
  for (auto [number, stage] : llvm::enumerate(stages)) {
    if (!stage.reduction)
      continue;
    SmallVector<StageStore, 0> results;
    for (OpResult result : stage.reduction->getResults()) {
      if (!readElsewhere.contains(result) && !destinations.count(result))
        continue;
      AffineMap map = stage.reduction.getMatchingIndexingMap(
          stage.reduction.getDpsInitOperand(result.getResultNumber()));
      results.push_back(storeOf(result, map));
    }
    stage.stores.insert(stage.stores.begin(), results.begin(), results.end());
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// The loops that the stages `first` to `last` have in common: such that
/// everything one of them reads of another, it reads in the same iteration.
std::optional<SmallVector<SmallVector<unsigned>>>
Planner::commonLoops(unsigned first, unsigned last) {
  unsigned count = last - first + 1;
  constexpr unsigned kNone = ~0u;
  SmallVector<unsigned> candidates;
  for (unsigned loop = 0; loop < stages[last].numLoops(); ++loop)
    if (!stages[last].isReduction[loop] &&
        getConstantIntValue(stages[last].extents[loop]) != 1)
      candidates.push_back(loop);
  // loops[stage][candidate]
  SmallVector<SmallVector<unsigned>> loops(
      count, SmallVector<unsigned>(candidates.size(), kNone));
  loops[count - 1] = candidates;
  SmallVector<bool> alive(candidates.size(), true), reached(count, false);
  reached[count - 1] = true;
  for (unsigned number = last + 1; number-- > first;) {
    unsigned own = number - first;
    if (!reached[own] || stages[number].heavy)
      return std::nullopt;
    SmallVector<Atom> atoms = atomsFor(number);
    for (const Read &read : readsOf(number)) {
      auto found = stageOf.find(read.tensor);
      if (found == stageOf.end()) {
        // Written in parts: by stages of this group?
        for (unsigned other = first; other <= last; ++other)
          for (const StageStore &store : stages[other].stores)
            if (store.whole == read.tensor)
              return std::nullopt;
        continue;
      }
      if (found->second < first || found->second >= number)
        continue;
      unsigned producer = found->second - first;
      reached[producer] = true;
      AffineMap map;
      for (const StageStore &store : stages[found->second].stores)
        if (store.tensor == read.tensor)
          map = store.fromLoops;
      for (unsigned c = 0; c < candidates.size(); ++c) {
        if (!alive[c])
          continue;
        unsigned loop = kNone;
        for (auto [position, index] : llvm::enumerate(read.indices))
          if (index == IndexValue::ofAtom(atoms[loops[own][c]]))
            if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(position)))
              loop = dim.getPosition();
        unsigned &before = loops[producer][c];
        if (loop == kNone || (before != kNone && before != loop))
          alive[c] = false;
        before = loop;
      }
    }
  }
  SmallVector<SmallVector<unsigned>> result(count);
  for (unsigned c = 0; c < candidates.size(); ++c)
    if (alive[c])
      for (unsigned stage = 0; stage < count; ++stage)
        result[stage].push_back(loops[stage][c]);
  if (result[0].empty())
    return std::nullopt;
  return result;
}

SmallVector<StageGroup, 0> Planner::formGroups() {
  SmallVector<StageGroup, 0> groups;
  for (unsigned first = 0; first < stages.size();) {
    StageGroup group;
    unsigned last = first;
    while (last + 1 < stages.size()) {
      auto common = commonLoops(first, last + 1);
      if (!common)
        break;
      ++last;
      group.outer = *common;
    }
    for (unsigned number = first; number <= last; ++number)
      group.stages.push_back(stages[number]);
    // What no later group reads, and is no result, is local.
    for (unsigned number = first; number <= last && last > first; ++number)
      for (const StageStore &store : stages[number].stores)
        if (!store.place.isValid())
          group.locals.insert(store.tensor);
    for (unsigned later = last + 1; later < stages.size(); ++later)
      for (const Read &read : readsOf(later))
        group.locals.erase(read.tensor);
    groups.push_back(group);
    first = last + 1;
  }
  return groups;
}

FailureOr<SmallVector<StageGroup, 0>> Planner::run() {
  if (!llvm::hasSingleElement(kernel.getBody()))
    return fail(kernel, "has several blocks");
  assignDestinations();
  if (failed(classify()) || failed(createStages()) || failed(completeStores()))
    return failure();
  return formGroups();
}

} // namespace

FailureOr<SmallVector<StageGroup, 0>>
planKernel(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason) {
  return Planner(kernel, evaluator, reason).run();
}

} // namespace swage
