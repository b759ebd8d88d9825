//===- UnifySizes.cpp - one value for sizes that are the same -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Numbers values as common subexpression elimination does, but by what they are
// as polynomials of the sizes that the model leaves open.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace swage {
#define GEN_PASS_DEF_UNIFYSIZESPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// Whether a value is a size, or a condition on sizes, of a pure operation.
bool isSize(Operation *op) {
  if (op->getNumResults() != 1 || !isMemoryEffectFree(op) ||
      op->getNumRegions())
    return false;
  Type type = op->getResult(0).getType();
  return type.isIndex() || type.isInteger(64) || type.isInteger(1);
}

class Unifier {
public:
  explicit Unifier(func::FuncOp func) : func(func), dominance(func) {}

  void run() {
    // What a kernel computes is none of the model's sizes.
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<linalg::LinalgOp, tensor::PadOp, tensor::GenerateOp>(op))
        return WalkResult::skip();
      if (auto require = dyn_cast<kernel::RequireOp>(op))
        assume(require);
      else if (isSize(op) && !matchPattern(op, m_Constant()))
        unify(op);
      return WalkResult::advance();
    });
  }

private:
  SmallVector<Value, 1> &getLeaders(Value value) {
    return leaders[{value.getType().getAsOpaquePointer(),
                    expressions.get(value)}];
  }

  void unify(Operation *op) {
    Value value = op->getResult(0);
    values.push_back(value);
    if (auto number = SizeExpressions::getConstant(expressions.get(value))) {
      OpBuilder builder(op);
      value.replaceAllUsesWith(arith::ConstantOp::create(
          builder, op->getLoc(),
          builder.getIntegerAttr(value.getType(), *number)));
      return;
    }
    SmallVector<Value, 1> &candidates = getLeaders(value);
    for (Value leader : candidates)
      if (dominance.properlyDominates(leader, op)) {
        value.replaceAllUsesWith(leader);
        return;
      }
    candidates.push_back(value);
  }

  /// Says again what values from before a check are, now that more is known.
  void reconsider(kernel::RequireOp require) {
    leaders.clear();
    OpBuilder builder(require->getContext());
    builder.setInsertionPointAfter(require);
    auto isAfter = [&](OpOperand &use) {
      return dominance.properlyDominates(require, use.getOwner());
    };
    for (Value value : values) {
      SmallVector<Value, 1> &candidates = getLeaders(value);
      if (!dominance.properlyDominates(value, require))
        continue;
      if (llvm::any_of(value.getUses(), isAfter)) {
        auto number = SizeExpressions::getConstant(expressions.get(value));
        if (number)
          value.replaceUsesWithIf(
              arith::ConstantOp::create(
                  builder, require.getLoc(),
                  builder.getIntegerAttr(value.getType(), *number)),
              isAfter);
        else if (!candidates.empty())
          value.replaceUsesWithIf(candidates.front(), isAfter);
      }
      candidates.push_back(value);
    }
  }

  /// After a check, its condition holds.
  void assume(kernel::RequireOp require) {
    bool more = false;
    SmallVector<Value> conditions{require.getCondition()};
    OpBuilder builder(require->getContext());
    builder.setInsertionPointAfter(require);
    while (!conditions.empty()) {
      Value condition = conditions.pop_back_val();
      if (matchPattern(condition, m_Constant()))
        continue;
      if (auto both = condition.getDefiningOp<arith::AndIOp>())
        conditions.append({both.getLhs(), both.getRhs()});
      Value holds =
          arith::ConstantIntOp::create(builder, require.getLoc(), 1, 1);
      condition.replaceUsesWithIf(holds, [&](OpOperand &use) {
        return dominance.properlyDominates(require, use.getOwner());
      });
      SmallVector<Value, 1> &candidates = getLeaders(condition);
      candidates.insert(candidates.begin(), holds);
      // Where control flow may pass by, nothing can be said of what follows.
      if (require->getBlock() == &func.front())
        more |= expressions.assume(condition);
    }
    if (more)
      reconsider(require);
  }

  func::FuncOp func;
  DominanceInfo dominance;
  SizeExpressions expressions;
  /// What was looked at, in the order of the program.
  SmallVector<Value> values;
  /// The values of each type and polynomial, in the order of the program.
  std::map<std::pair<const void *, SizePolynomial>, SmallVector<Value, 1>>
      leaders;
};

struct UnifySizes : swage::impl::UnifySizesPassBase<UnifySizes> {
  void runOnOperation() override { Unifier(getOperation()).run(); }
};

} // namespace
