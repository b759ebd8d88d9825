//===- OutlineParallel.cpp - parallel loops as tasks ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Moves the bodies of outermost parallel loops into functions for the
// runtime's thread pool.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Transforms/RegionUtils.h"

namespace swage {
#define GEN_PASS_DEF_OUTLINEPARALLELPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

/// Operations that a slice must hold to be worth a thread's attention.
constexpr int64_t kSliceCost = 20000;

std::optional<int64_t> tripCount(OpFoldResult lower, OpFoldResult upper,
                                 OpFoldResult step) {
  auto l = getConstantIntValue(lower), u = getConstantIntValue(upper),
       s = getConstantIntValue(step);
  if (!l || !u || !s || *s <= 0)
    return std::nullopt;
  return std::max<int64_t>(0, (*u - *l + *s - 1) / *s);
}

/// A rough count of the operations that one run of `block` executes; loops of
/// unknown length count as 64 iterations.
int64_t estimateCost(Block &block) {
  int64_t cost = 0;
  for (Operation &op : block) {
    int64_t iterations = 1;
    if (auto loop = dyn_cast<LoopLikeOpInterface>(&op)) {
      auto lower = loop.getLoopLowerBounds(), upper = loop.getLoopUpperBounds(),
           step = loop.getLoopSteps();
      if (lower && upper && step)
        for (auto [l, u, s] : llvm::zip(*lower, *upper, *step))
          iterations *= tripCount(l, u, s).value_or(64);
      else
        iterations = 64;
    }
    int64_t inner = 0;
    for (Region &region : op.getRegions())
      for (Block &nested : region)
        inner += estimateCost(nested);
    bool slow = isa_and_nonnull<math::MathDialect>(op.getDialect());
    cost += slow ? 16 : 1;
    cost += std::min<int64_t>(inner, kSliceCost) *
            std::min<int64_t>(iterations, kSliceCost);
  }
  return cost;
}

/// Moves the body of a parallel loop, with its induction variables given, to
/// the builder's insertion point.
void inlineBody(OpBuilder &builder, Block *body, ValueRange ivs,
                IRMapping &mapping) {
  mapping.map(body->getArguments(), ivs);
  for (Operation &op : body->without_terminator())
    builder.clone(op, mapping);
}

/// `loop` as plain nested loops, in place.
void serialize(scf::ParallelOp loop) {
  OpBuilder builder(loop);
  SmallVector<Value> ivs;
  for (auto [lower, upper, step] : llvm::zip(
           loop.getLowerBound(), loop.getUpperBound(), loop.getStep())) {
    auto plain = scf::ForOp::create(builder, loop.getLoc(), lower, upper, step);
    ivs.push_back(plain.getInductionVar());
    builder.setInsertionPointToStart(plain.getBody());
  }
  IRMapping mapping;
  inlineBody(builder, loop.getBody(), ivs, mapping);
  loop.erase();
}

/// Builds one task per loop.
class Outliner {
public:
  explicit Outliner(ModuleOp module)
      : module(module), context(module.getContext()), converter(context),
        pointer(LLVM::LLVMPointerType::get(context)) {}

  void run(func::FuncOp function, scf::ParallelOp loop, unsigned number);

private:
  /// The values that the task needs, as the fields of a record.
  SmallVector<Value> capture(scf::ParallelOp loop, ValueRange bounds);
  func::FuncOp createTask(func::FuncOp function, scf::ParallelOp loop,
                          unsigned number, ArrayRef<Value> captured,
                          LLVM::LLVMStructType record, unsigned split);

  ModuleOp module;
  MLIRContext *context;
  LLVMTypeConverter converter;
  Type pointer;
};

SmallVector<Value> Outliner::capture(scf::ParallelOp loop, ValueRange bounds) {
  SetVector<Value> used;
  getUsedValuesDefinedAbove(loop.getRegion(), used);
  used.insert(bounds.begin(), bounds.end());
  SmallVector<Value> captured;
  for (Value value : used)
    if (!matchPattern(value, m_Constant()))
      captured.push_back(value);
  return captured;
}

func::FuncOp Outliner::createTask(func::FuncOp function, scf::ParallelOp loop,
                                  unsigned number, ArrayRef<Value> captured,
                                  LLVM::LLVMStructType record, unsigned split) {
  Location loc = loop.getLoc();
  OpBuilder builder(function);
  Type i64 = builder.getI64Type();
  auto task = func::FuncOp::create(
      builder, loc, (function.getName() + ".task" + Twine(number)).str(),
      builder.getFunctionType({pointer, pointer, i64, i64}, {}));
  task.setPrivate();
  Block *entry = task.addEntryBlock();
  builder.setInsertionPointToStart(entry);

  IRMapping mapping;
  for (auto [index, value] : llvm::enumerate(captured)) {
    Value address = LLVM::GEPOp::create(
        builder, loc, pointer, record, entry->getArgument(1),
        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(index)});
    Type type = record.getBody()[index];
    Value field = LLVM::LoadOp::create(builder, loc, type, address);
    if (type != value.getType())
      field = UnrealizedConversionCastOp::create(builder, loc, value.getType(),
                                                 field)
                  .getResult(0);
    mapping.map(value, field);
  }
  SetVector<Value> used;
  getUsedValuesDefinedAbove(loop.getRegion(), used);
  auto clonedConstant = [&](Value value) {
    if (!mapping.contains(value))
      builder.clone(*value.getDefiningOp(), mapping);
    return mapping.lookup(value);
  };
  for (Value value : used)
    clonedConstant(value);

  // The first `split` dimensions are one counter, the others plain loops.
  Type index = builder.getIndexType();
  Value begin = arith::IndexCastOp::create(builder, loc, index,
                                           entry->getArgument(2));
  Value end = arith::IndexCastOp::create(builder, loc, index,
                                         entry->getArgument(3));
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  unsigned rank = loop.getNumLoops();
  SmallVector<Value> lowers, uppers, steps, counts;
  for (unsigned dim = 0; dim < rank; ++dim) {
    lowers.push_back(clonedConstant(loop.getLowerBound()[dim]));
    uppers.push_back(clonedConstant(loop.getUpperBound()[dim]));
    steps.push_back(clonedConstant(loop.getStep()[dim]));
    if (dim >= split)
      continue;
    Value extent = arith::SubIOp::create(builder, loc, uppers[dim], lowers[dim]);
    counts.push_back(
        arith::CeilDivSIOp::create(builder, loc, extent, steps[dim]));
  }
  auto outer = scf::ForOp::create(builder, loc, begin, end, one);
  builder.setInsertionPointToStart(outer.getBody());
  Value rest = outer.getInductionVar();
  SmallVector<Value> ivs(rank);
  for (unsigned dim = split; dim-- > 0;) {
    Value position = rest;
    if (dim) {
      position = arith::RemUIOp::create(builder, loc, rest, counts[dim]);
      rest = arith::DivUIOp::create(builder, loc, rest, counts[dim]);
    }
    Value scaled = arith::MulIOp::create(builder, loc, position, steps[dim]);
    ivs[dim] = arith::AddIOp::create(builder, loc, lowers[dim], scaled);
  }
  for (unsigned dim = split; dim < rank; ++dim) {
    auto plain =
        scf::ForOp::create(builder, loc, lowers[dim], uppers[dim], steps[dim]);
    ivs[dim] = plain.getInductionVar();
    builder.setInsertionPointToStart(plain.getBody());
  }
  inlineBody(builder, loop.getBody(), ivs, mapping);
  builder.setInsertionPointToEnd(entry);
  func::ReturnOp::create(builder, loc);
  return task;
}

void Outliner::run(func::FuncOp function, scf::ParallelOp loop,
                   unsigned number) {
  // The innermost dimension stays a loop of its own, for it is what LLVM
  // vectorises, unless the loops are made for threads.
  unsigned rank = loop.getNumLoops();
  unsigned split = rank > 1 && !loop->hasAttr(kCollapseAttr) ? rank - 1 : rank;
  int64_t cost = std::max<int64_t>(1, estimateCost(*loop.getBody()));
  std::optional<int64_t> total = 1;
  for (unsigned dim = 0; dim < rank; ++dim) {
    std::optional<int64_t> trips = tripCount(
        loop.getLowerBound()[dim], loop.getUpperBound()[dim],
        loop.getStep()[dim]);
    if (dim >= split)
      cost *= std::min<int64_t>(trips.value_or(64), kSliceCost);
    else
      total = total && trips ? std::optional(*total * *trips) : std::nullopt;
  }
  int64_t grain = std::max<int64_t>(1, kSliceCost / cost);
  if (total && *total <= grain)
    return serialize(loop);

  SmallVector<Value> bounds;
  llvm::append_range(bounds, loop.getLowerBound());
  llvm::append_range(bounds, loop.getUpperBound());
  llvm::append_range(bounds, loop.getStep());
  SmallVector<Value> captured = capture(loop, bounds);
  SmallVector<Type> fields;
  for (Value value : captured)
    fields.push_back(converter.convertType(value.getType()));
  auto record = LLVM::LLVMStructType::getLiteral(context, fields);
  func::FuncOp task =
      createTask(function, loop, number, captured, record, split);

  Location loc = loop.getLoc();
  OpBuilder builder = OpBuilder::atBlockBegin(&function.front());
  Type i64 = builder.getI64Type();
  Value single = LLVM::ConstantOp::create(builder, loc, i64,
                                          builder.getI64IntegerAttr(1));
  Value data = LLVM::AllocaOp::create(builder, loc, pointer, record, single);
  builder.setInsertionPoint(loop);
  for (auto [index, value] : llvm::enumerate(captured)) {
    Value field = value;
    if (fields[index] != value.getType())
      field = UnrealizedConversionCastOp::create(builder, loc, fields[index],
                                                 value)
                  .getResult(0);
    Value address = LLVM::GEPOp::create(
        builder, loc, pointer, record, data,
        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(index)});
    LLVM::StoreOp::create(builder, loc, field, address);
  }
  Value count;
  for (unsigned dim = 0; dim < split; ++dim) {
    Value extent = arith::SubIOp::create(builder, loc, loop.getUpperBound()[dim],
                                         loop.getLowerBound()[dim]);
    Value trips =
        arith::CeilDivSIOp::create(builder, loc, extent, loop.getStep()[dim]);
    count = count ? arith::MulIOp::create(builder, loc, count, trips) : trips;
  }
  count = arith::IndexCastOp::create(builder, loc, i64, count);
  Value slice = arith::ConstantIntOp::create(builder, loc, i64, grain);
  Value address =
      func::ConstantOp::create(builder, loc, task.getFunctionType(),
                               FlatSymbolRefAttr::get(task.getNameAttr()));
  address =
      UnrealizedConversionCastOp::create(builder, loc, pointer, address)
          .getResult(0);
  func::FuncOp runtime = declareRuntime(
      module, "swage_rt_parallel_for",
      builder.getFunctionType({pointer, pointer, pointer, i64, i64}, {}));
  func::CallOp::create(
      builder, loc, runtime,
      ValueRange{function.getArgument(0), address, data, count, slice});
  loop.erase();
}

struct OutlineParallel : impl::OutlineParallelPassBase<OutlineParallel> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Outliner outliner(module);
    for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      SmallVector<scf::ParallelOp> outermost;
      function.walk<WalkOrder::PreOrder>([&](scf::ParallelOp loop) {
        outermost.push_back(loop);
        return WalkResult::skip();
      });
      for (auto [number, loop] : llvm::enumerate(outermost))
        outliner.run(function, loop, number);
    }
    // What is nested in a task, or was too short to be one, runs as it stands.
    SmallVector<scf::ParallelOp> nested;
    module.walk([&](scf::ParallelOp loop) { nested.push_back(loop); });
    for (scf::ParallelOp loop : nested)
      serialize(loop);
  }
};

} // namespace
} // namespace swage
