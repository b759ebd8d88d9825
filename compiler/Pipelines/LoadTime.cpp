//===- LoadTime.cpp - what is computed when a model is loaded -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See LoadTime.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/LoadTime.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace swage;

namespace {

/// Results are made at load when the file would grow by more than a quarter of
/// what they are made from, and by enough to be worth a call.
constexpr uint64_t kGrowthDivisor = 4;
constexpr uint64_t kLeastGrowth = uint64_t(16) << 10;

/// Decides call by call, in order.
class Finder {
public:
  Finder(ArrayRef<Operation *> ops, SymbolTable &symbols)
      : ops(ops), known(ops.begin(), ops.end()) {
    for (Operation *op : llvm::reverse(ops)) {
      auto call = dyn_cast<kernel::CallOp>(op);
      bool isChecked =
          call && keepsFinite(symbols.lookup<kernel::FuncOp>(call.getCallee()));
      // The compiler looks at the results, so it needs the operands.
      if (isChecked || needed.contains(op))
        for (Value operand : op->getOperands())
          if (Operation *source = operand.getDefiningOp())
            needed.insert(source);
    }
  }

  LoadTimeCalls find() {
    for (Operation *op : ops) {
      SetVector<Value> from = findSources(op);
      if (grows(op, from))
        growing[op] = std::move(from);
    }
    // A call that grows is made at load where a run reads its results. Those
    // that come to read it at load are made then as well: nothing is saved by
    // storing their results beside its sources.
    DenseSet<Operation *> atLoad;
    for (Operation *op : llvm::reverse(ops))
      if (growing.contains(op) &&
          llvm::any_of(op->getUsers(), [&](Operation *user) {
            return !known.contains(user) || atLoad.contains(user);
          }))
        atLoad.insert(op);
    LoadTimeCalls calls;
    for (Operation *op : ops) {
      for (Value operand : op->getOperands())
        if (Operation *source = operand.getDefiningOp();
            source && atLoad.contains(source))
          atLoad.insert(op);
      if (atLoad.contains(op) && isa<kernel::CallOp>(op))
        calls.insert(op);
    }
    return calls;
  }

private:
  /// What must be stored for `op` to be made at load.
  SetVector<Value> findSources(Operation *op) {
    SetVector<Value> from;
    auto call = dyn_cast<kernel::CallOp>(op);
    for (Value operand : call ? call.getInputs() : op->getOperands()) {
      auto found = growing.find(operand.getDefiningOp());
      if (found == growing.end())
        from.insert(operand);
      else
        from.insert_range(found->second);
    }
    return from;
  }

  bool grows(Operation *op, const SetVector<Value> &from) {
    // A part or another shape of what is made at load is one of a constant.
    if (isView(op))
      return growing.contains(op->getOperand(0).getDefiningOp());
    if (needed.contains(op))
      return false;
    uint64_t taken = 0, given = 0;
    for (Value source : from)
      if (!isStored(source))
        taken += countBytes(source.getType());
    for (Type type : op->getResultTypes())
      given += countBytes(type);
    return given > taken + taken / kGrowthDivisor + kLeastGrowth;
  }

  /// Whether a run reads `value`, a constant, which therefore is in the file.
  bool isStored(Value value) {
    return llvm::any_of(value.getUsers(),
                        [&](Operation *user) { return !known.contains(user); });
  }

  ArrayRef<Operation *> ops;
  DenseSet<Operation *> known;
  DenseSet<Operation *> needed; ///< by the compiler itself
  /// Calls, and views of their results, with what must be stored for them.
  DenseMap<Operation *, SetVector<Value>> growing;
};

/// Copies calls, and what they read, into @prepare.
class Mover {
public:
  explicit Mover(func::FuncOp main)
      : builder(main.getContext()), loc(main.getLoc()) {
    builder.setInsertionPointAfter(main);
    prepare = func::FuncOp::create(builder, loc, kernel::kPrepareName,
                                   builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(prepare.addEntryBlock());
  }

  void run(const LoadTimeCalls &calls) {
    for (Operation *op : calls)
      for (Value result : op->getResults())
        bring(result);
    SmallVector<kernel::PreparedOp> prepared;
    SmallVector<Value> results;
    // Backwards: then the users of a result that are left are of a run.
    for (Operation *op : llvm::reverse(calls)) {
      for (Value result : op->getResults()) {
        eraseDeadViews(result);
        if (result.use_empty())
          continue;
        OpBuilder before(op);
        prepared.push_back(kernel::PreparedOp::create(
            before, op->getLoc(), result.getType(), /*index=*/0));
        result.replaceAllUsesWith(prepared.back());
        results.push_back(copies.lookup(result));
      }
      op->erase();
    }
    std::reverse(results.begin(), results.end());
    for (auto [index, op] : llvm::enumerate(llvm::reverse(prepared)))
      op.setIndex(index);
    func::ReturnOp::create(builder, loc, results);
    prepare.setFunctionType(
        builder.getFunctionType({}, ValueRange(results).getTypes()));
  }

private:
  /// The copy of `value` in @prepare.
  Value bring(Value value) {
    if (Value known = copies.lookupOrNull(value))
      return known;
    // Chains of calls on constants are short, so this does not go deep.
    Operation *op = value.getDefiningOp();
    auto call = dyn_cast<kernel::CallOp>(op);
    for (Value operand : call ? call.getInputs() : op->getOperands())
      bring(operand);
    if (call)
      for (Value out : call.getOuts()) {
        auto type = cast<RankedTensorType>(out.getType());
        copies.map(out, tensor::EmptyOp::create(builder, op->getLoc(),
                                                type.getShape(),
                                                type.getElementType())
                            .getResult());
      }
    builder.clone(*op, copies);
    return copies.lookup(value);
  }

  static void eraseDeadViews(Value value) {
    for (Operation *user : llvm::make_early_inc_range(value.getUsers())) {
      if (!isView(user))
        continue;
      eraseDeadViews(user->getResult(0));
      if (user->use_empty())
        user->erase();
    }
  }

  OpBuilder builder;
  Location loc;
  func::FuncOp prepare;
  IRMapping copies;
};

} // namespace

LoadTimeCalls swage::findLoadTimeCalls(ArrayRef<Operation *> calls,
                                       SymbolTable &symbols) {
  return Finder(calls, symbols).find();
}

void swage::moveToPrepare(func::FuncOp main, const LoadTimeCalls &calls) {
  Mover(main).run(calls);
}
