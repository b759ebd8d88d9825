//===- CheckSizes.cpp - sizes that have to agree in every run -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A loop that walks along dimensions of several tensors trusts them to have the
// same size. Where their types do not say so, the run has to, before it reads.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace swage {
#define GEN_PASS_DEF_CHECKSIZESPASS
#include "compiler/Conversion/NNToLinalg/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage::nn;

namespace {

/// The sizes of a tensor; those of what is made empty as they were given.
Sizes findSizes(OpBuilder &b, Location loc, Value tensor) {
  // The repeated copy has the sizes that the operand as it is has as well.
  if (isBroadcast(tensor)) {
    auto choice = tensor.getDefiningOp<scf::IfOp>();
    tensor = choice.elseYield()->getOperand(0);
  }
  while (auto structured = tensor.getDefiningOp<linalg::LinalgOp>())
    tensor = structured.getDpsInits()[cast<OpResult>(tensor).getResultNumber()];
  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return empty.getMixedSizes();
  return sizesOf(b, loc, tensor);
}

/// Collects the conditions of one operation.
class Checker {
public:
  explicit Checker(Operation *op) : b(op), loc(op->getLoc()) {}

  void same(OpFoldResult x, OpFoldResult y) {
    conditions.push_back(createSameSize(b, loc, x, y));
  }
  void require(StringRef problem, ArrayRef<Sizes> shapes) {
    createRequire(b, loc, createAll(b, loc, conditions), problem, shapes);
  }

  OpBuilder b;
  Location loc;

private:
  Values conditions;
};

/// Each loop has one size, whichever operand it is taken from.
void checkLoops(linalg::LinalgOp op) {
  Checker checker(op);
  SmallVector<OpFoldResult> loops(op.getNumLoops());
  SmallVector<Sizes> shapes;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    Sizes sizes = findSizes(checker.b, checker.loc, operand.get());
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [size, expr] : llvm::zip(sizes, map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      OpFoldResult &loop = loops[dim.getPosition()];
      if (loop)
        checker.same(loop, size);
      else
        loop = size;
    }
    if (op.isDpsInput(&operand))
      shapes.push_back(sizes);
  }
  checker.require("sizes that have to be the same differ", shapes);
}

/// A type that promises more than is known.
void checkCast(tensor::CastOp cast) {
  auto type = dyn_cast<RankedTensorType>(cast.getType());
  if (!type || !isa<RankedTensorType>(cast.getSource().getType()) ||
      isChecked(cast))
    return;
  Checker checker(cast);
  Sizes sizes = findSizes(checker.b, checker.loc, cast.getSource());
  Sizes promised = sizes;
  for (auto [size, known] : llvm::zip(promised, type.getShape()))
    if (ShapedType::isStatic(known))
      size = fixed(checker.b, known);
  for (auto [size, wanted] : llvm::zip(sizes, promised))
    checker.same(size, wanted);
  checker.require("a shape is not as the model promises", {sizes, promised});
}

/// A part that is written into another tensor.
void checkPart(tensor::InsertSliceOp insert) {
  if (insert.getSourceType().getRank() != insert.getDestType().getRank())
    return;
  Checker checker(insert);
  Sizes sizes = findSizes(checker.b, checker.loc, insert.getSource());
  Sizes wanted = insert.getMixedSizes();
  for (auto [size, other] : llvm::zip(sizes, wanted))
    checker.same(size, other);
  checker.require("a part does not fit into the whole", {sizes, wanted});
}

struct CheckSizes : swage::impl::CheckSizesPassBase<CheckSizes> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto structured = dyn_cast<linalg::LinalgOp>(op))
        checkLoops(structured);
      else if (auto cast = dyn_cast<tensor::CastOp>(op))
        checkCast(cast);
      else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        checkPart(insert);
    });
  }
};

} // namespace
