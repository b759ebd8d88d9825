//===- HoistProducts.cpp - a sequence's products before its loop ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A recurrent cell that a model spells out in a loop multiplies each step's
// input with the same weights. For all steps at once these are read once.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_HOISTPRODUCTSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;
using namespace swage::nn;

namespace {

class LoopHoister {
public:
  explicit LoopHoister(scf::ForOp loop) : loop(loop) {}

  /// Moves what can be done for all steps at once; the number of products.
  unsigned run() {
    unsigned count = 0;
    SmallVector<Operation *> ops;
    for (Operation &op : loop.getBody()->without_terminator())
      ops.push_back(&op);
    for (Operation *op : ops) {
      if (auto product = dyn_cast<MatMulOp>(op))
        count += hoistProduct(product);
      else if (isa<AddOp>(op))
        hoistSum(op);
    }
    return count;
  }

private:
  bool isOutside(Value value) { return loop.isDefinedOutsideOfLoop(value); }

  /// One step of a sequence: `place` is where it is along the first dimension.
  struct Step {
    Operation *op;
    Value sequence, place;
  };

  /// The step that `value` is, of a sequence that the loop goes through from
  /// the first to the last step or back.
  std::optional<Step> getStep(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != loop.getBody())
      return std::nullopt;
    if (auto known = steps.find(op); known != steps.end())
      return known->second;
    auto gather = dyn_cast<GatherOp>(op);
    if (!gather || gather.getAxis() != 0 || rankOf(gather.getIndices()) != 0 ||
        !isOutside(gather.getData()))
      return std::nullopt;
    auto scalar = gather.getIndices().getDefiningOp<tensor::FromElementsOp>();
    auto cast =
        scalar
            ? scalar.getElements().front().getDefiningOp<arith::IndexCastOp>()
            : arith::IndexCastOp();
    // All steps are read, each of which is there.
    SizePolynomial count = sizes.get(loop.getUpperBound());
    if (!cast || !isForwardsOrBack(cast.getIn(), count) ||
        count != sizes.getSize(gather.getData(), 0))
      return std::nullopt;
    return Step{op, gather.getData(), cast.getIn()};
  }

  bool isForwardsOrBack(Value place, SizePolynomial count) {
    if (getConstantIntValue(loop.getLowerBound()) != int64_t(0) ||
        getConstantIntValue(loop.getStep()) != int64_t(1))
      return false;
    if (place == loop.getInductionVar())
      return true;
    auto back = place.getDefiningOp<arith::SubIOp>();
    if (!back || back.getRhs() != loop.getInductionVar() ||
        !isOutside(back.getLhs()))
      return false;
    SizePolynomial last = sizes.get(back.getLhs());
    last[{}] += 1;
    if (last[{}] == 0)
      last.erase(std::vector<unsigned>());
    return last == count;
  }

  /// `whole`, computed before the loop for all steps, takes the place of `op`.
  void replace(Operation *op, Value whole, const Step &step) {
    OpBuilder builder(op);
    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    SmallVector<OpFoldResult> offsets(type.getRank() + 1,
                                      builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank() + 1,
                                      builder.getIndexAttr(1));
    SmallVector<OpFoldResult> extents =
        tensor::getMixedSizes(builder, loc, whole);
    offsets.front() = step.place;
    extents.front() = builder.getIndexAttr(1);
    Operation *slice = tensor::ExtractSliceOp::create(
        builder, loc, type, whole, offsets, extents, strides);
    op->getResult(0).replaceAllUsesWith(slice->getResult(0));
    steps[slice] = Step{slice, whole, step.place};
    op->erase();
  }

  /// x[t] @ w -> (x @ w)[t]
  bool hoistProduct(MatMulOp op) {
    std::optional<Step> step = getStep(op.getLhs());
    if (!step || op.getTransposeLhs() || !isOutside(op.getRhs()) ||
        rankOf(op.getRhs()) != 2)
      return false;
    OpBuilder builder(loop);
    FailureOr<MatMulOp> whole = createInferred<MatMulOp>(
        builder, op.getLoc(), step->sequence, op.getRhs(),
        /*transpose_lhs=*/false, op.getTransposeRhs());
    if (failed(whole))
      return false;
    replace(op, whole->getResult(), *step);
    return true;
  }

  /// What is added to such a product, the same in each step.
  void hoistSum(Operation *op) {
    for (unsigned number : {0, 1}) {
      Value value = op->getOperand(number), other = op->getOperand(1 - number);
      std::optional<Step> step = getStep(value);
      if (!step || !steps.count(step->op) || !isOutside(other) ||
          value.getType() != op->getResult(0).getType() ||
          rankOf(other) > rankOf(value))
        continue;
      OpBuilder builder(loop);
      FailureOr<AddOp> whole =
          createInferred<AddOp>(builder, op->getLoc(), step->sequence, other);
      if (succeeded(whole))
        replace(op, whole->getResult(), *step);
      return;
    }
  }

  scf::ForOp loop;
  SizeExpressions sizes;
  /// Those that were made here.
  DenseMap<Operation *, Step> steps;
};

struct HoistProducts : swage::impl::HoistProductsPassBase<HoistProducts> {
  void runOnOperation() override {
    // Inner loops first: their products may leave outer ones too.
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      numHoisted += LoopHoister(loop).run();
  }
};

} // namespace
