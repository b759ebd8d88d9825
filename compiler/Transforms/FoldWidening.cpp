//===- FoldWidening.cpp - narrow tensors are widened where they are read --===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A tensor in 16 bits that is computed with in f32 would be widened in memory
// by whichever kernel comes first. Here every reader widens the elements that
// it reads, in registers: memory holds the narrow ones alone.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

namespace swage {
#define GEN_PASS_DEF_FOLDWIDENINGPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

/// The tensor whose elements `op` widens, and does nothing else.
Value getWidened(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return {};
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  auto extend = yield.getOperand(0).getDefiningOp<arith::ExtFOp>();
  if (!extend || extend.getIn() != op.getBody()->getArgument(0))
    return {};
  return op.getDpsInputs()[0];
}

class Folding {
public:
  unsigned run(func::FuncOp main) {
    SmallVector<linalg::GenericOp> readers;
    main.walk([&](linalg::GenericOp op) {
      // A schedule knows the types that it was made for.
      if (!op->hasAttr(kScheduleAttr))
        readers.push_back(op);
    });
    unsigned folded = 0;
    for (linalg::GenericOp op : readers) {
      if (getWidened(op))
        continue;
      for (OpOperand *operand : op.getDpsInputOperands())
        if (Value narrow = getNarrow(operand->get())) {
          readNarrow(op, *operand, narrow);
          ++folded;
        }
      op.getBody()->walk([&](tensor::ExtractOp lookup) {
        if (Value narrow = getNarrow(lookup.getTensor())) {
          lookUpNarrow(lookup, narrow);
          ++folded;
        }
      });
    }
    for (Operation *op : llvm::reverse(passed))
      if (isOpTriviallyDead(op))
        op->erase();
    return folded;
  }

private:
  /// The narrow tensor that `wide` is the same as but for its type, or null.
  Value getNarrow(Value wide) {
    auto [entry, isNew] = known.try_emplace(wide);
    if (!isNew)
      return entry->second;
    Operation *op = wide.getDefiningOp();
    Value narrow = op ? makeNarrow(op) : Value();
    if (narrow)
      passed.insert(op);
    return known[wide] = narrow;
  }

  Value makeNarrow(Operation *op) {
    return llvm::TypeSwitch<Operation *, Value>(op)
        .Case([](linalg::GenericOp generic) { return getWidened(generic); })
        .Case([&](tensor::PadOp pad) { return padNarrow(pad); })
        .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
              tensor::ExtractSliceOp>(
            [&](auto view) { return viewNarrow(view); })
        .Default(Value());
  }

  /// All views have what they look at as their first operand.
  Value viewNarrow(Operation *view) {
    Value narrow = getNarrow(view->getOperand(0));
    return narrow ? retype(view, narrow) : Value();
  }

  /// Borders of a value that 16 bits hold, as of zeros.
  Value padNarrow(tensor::PadOp pad) {
    FloatAttr border;
    Value narrow = getNarrow(pad.getSource());
    if (!narrow || !pad.getConstantPaddingValue() ||
        !matchPattern(pad.getConstantPaddingValue(), m_Constant(&border)))
      return {};
    auto type = cast<FloatType>(getElementTypeOrSelf(narrow));
    APFloat value = border.getValue();
    bool isInexact = false;
    value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &isInexact);
    if (isInexact)
      return {};
    OpBuilder builder(pad);
    Value constant = arith::ConstantOp::create(builder, pad.getLoc(),
                                               FloatAttr::get(type, value));
    return tensor::PadOp::create(
        builder, pad.getLoc(), pad.getResultType().clone(type), narrow,
        pad.getMixedLowPad(), pad.getMixedHighPad(), constant);
  }

  /// `view` of `source` in place of its own.
  static Value retype(Operation *view, Value source) {
    OpBuilder builder(view);
    Operation *clone = builder.clone(*view);
    clone->setOperand(0, source);
    Value result = clone->getResult(0);
    result.setType(cast<RankedTensorType>(result.getType())
                       .clone(getElementTypeOrSelf(source)));
    return result;
  }

  static Value widen(OpBuilder &builder, Value scalar) {
    return arith::ExtFOp::create(builder, scalar.getLoc(), builder.getF32Type(),
                                 scalar);
  }

  static void readNarrow(linalg::GenericOp op, OpOperand &operand,
                         Value narrow) {
    BlockArgument scalar = op.getMatchingBlockArgument(&operand);
    operand.set(narrow);
    scalar.setType(getElementTypeOrSelf(narrow));
    if (scalar.use_empty())
      return;
    OpBuilder builder = OpBuilder::atBlockBegin(op.getBody());
    Value wide = widen(builder, scalar);
    scalar.replaceAllUsesExcept(wide, wide.getDefiningOp());
  }

  static void lookUpNarrow(tensor::ExtractOp lookup, Value narrow) {
    OpBuilder builder(lookup);
    auto scalar = tensor::ExtractOp::create(builder, lookup.getLoc(), narrow,
                                            lookup.getIndices());
    lookup.replaceAllUsesWith(widen(builder, scalar));
    lookup.erase();
  }

  DenseMap<Value, Value> known;
  llvm::SetVector<Operation *> passed;
};

struct FoldWidening : swage::impl::FoldWideningPassBase<FoldWidening> {
  using FoldWideningPassBase::FoldWideningPassBase;

  void runOnOperation() override {
    numReaders += Folding().run(getOperation());
  }
};

} // namespace
} // namespace swage
