//===- UnrollLoops.cpp - short loops, iteration by iteration --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Without the loop nothing need be saved for the way back or computed twice,
// gathers become slices, and the products with one weight become one.
// Iterations are alike, so that their kernels are compiled once.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/UnrollLoops.h"
#include "compiler/Training/LoopForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// Limits of what a loop may become.
static constexpr int64_t kMaxIterations = 128, kMaxOperations = 8192;

static bool isWorthIt(const LoopForm &form, int64_t count) {
  int64_t operations = 0;
  form.loop->walk([&](Operation *) { ++operations; });
  if (count > kMaxIterations || count * operations > kMaxOperations)
    return false;
  return llvm::all_of(form.carried, [&](const LoopForm::Carried &value) {
    // Pieces are joined; there must be one.
    return !value.collector ||
           (count > 0 &&
            cast<RankedTensorType>(value.piece.getType()).hasStaticShape());
  });
}

/// Clones an operator, or gives what it folds to.
static void cloneFolded(Operation &op, IRMapping &mapping, OpBuilder &builder) {
  Operation *clone = builder.clone(op, mapping);
  SmallVector<Value> folded;
  if (clone->getNumRegions() || failed(builder.tryFold(clone, folded)) ||
      folded.empty())
    return;
  mapping.map(op.getResults(), folded);
  clone->erase();
}

std::optional<Values> swage::training::tryUnrollLoop(Operation *loop) {
  std::optional<LoopForm> form = LoopForm::read(loop);
  if (!form)
    return std::nullopt;
  std::optional<int64_t> count = form->getKnownCount();
  if (!count || !isWorthIt(*form, *count))
    return std::nullopt;
  OpBuilder builder(loop);
  TensorBuilder b(builder, loop->getLoc());
  Values values;
  SmallVector<Values> pieces(form->carried.size());
  for (const LoopForm::Carried &value : form->carried)
    values.push_back(value.initial);
  for (int64_t i = 0; i < *count; ++i) {
    IRMapping mapping;
    mapping.map(
        form->number,
        arith::ConstantIndexOp::create(builder, loop->getLoc(), i).getResult());
    for (auto [each, value] : llvm::zip_equal(form->carried, values))
      mapping.map(each.argument, value);
    for (Operation &op : form->body->without_terminator())
      if (llvm::none_of(form->carried, [&](const LoopForm::Carried &each) {
            return each.collector == &op;
          }))
        cloneFolded(op, mapping, builder);
    for (auto [each, value, list] :
         llvm::zip_equal(form->carried, values, pieces)) {
      if (!each.collector) {
        value = mapping.lookupOrDefault(each.next);
        continue;
      }
      SmallVector<int64_t> shape{1};
      llvm::append_range(shape, b.shapeOf(each.result).drop_front());
      list.push_back(b.reshape(mapping.lookupOrDefault(each.piece), shape));
    }
  }
  for (auto [each, value, list] :
       llvm::zip_equal(form->carried, values, pieces))
    if (each.collector)
      value = b.concat(list, 0);
  return values;
}
