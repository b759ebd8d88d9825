//===- NarrowWeights.cpp - weights at half their size ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A product with one row, or a step of a recurrent network, takes as long as
// its weights take from memory. Stored in 16 bits they take half as long; what
// reads them widens them in registers, and computes in f32 as before.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Markers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_NARROWWEIGHTSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

/// Whether `value` is a constant f32 tensor that is worth it: scales, biases
/// and small filters take no time, but their rounding would cost as much.
bool isWeight(Value value) {
  constexpr int64_t kLeastElements = 4096;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() && type.hasStaticShape() &&
         type.getNumElements() >= kLeastElements && isConstantValue(value);
}

class Narrowing {
public:
  Narrowing(func::FuncOp main, FloatType narrow) : main(main), narrow(narrow) {}

  /// Narrows what `main` reads; the number of weights.
  unsigned run() {
    llvm::SetVector<linalg::GenericOp> readers;
    main.walk([&](linalg::GenericOp op) {
      if (dependsOnConstantsOnly(op))
        return;
      // A schedule knows the types that it was made for: the weights are
      // narrow where what it reads is made from them.
      if (op->hasAttr("kernel.schedule"))
        for (Value operand : op.getDpsInputs())
          findMakers(operand, readers);
      else
        readers.insert(op);
    });
    for (linalg::GenericOp op : readers) {
      if (op.getNumReductionLoops() > 0)
        for (OpOperand *operand : op.getDpsInputOperands())
          if (isWeight(operand->get()))
            narrowOperand(op, *operand);
      op.getBody()->walk([&](tensor::ExtractOp lookup) {
        if (isWeight(lookup.getTensor()))
          narrowLookup(op, lookup);
      });
    }
    return narrowed.size();
  }

private:
  /// The operations on constants alone that `value` comes from.
  void findMakers(Value value, llvm::SetVector<linalg::GenericOp> &makers) {
    auto op = value.getDefiningOp<linalg::GenericOp>();
    if (!op || !dependsOnConstantsOnly(op) || !makers.insert(op))
      return;
    for (Value operand : op.getDpsInputs())
      findMakers(operand, makers);
  }

  void narrowOperand(linalg::GenericOp op, OpOperand &operand) {
    OpBuilder builder(op);
    BlockArgument scalar = op.getMatchingBlockArgument(&operand);
    Type wide = scalar.getType();
    operand.set(getNarrow(builder, op.getLoc(), operand.get()));
    scalar.setType(narrow);
    builder.setInsertionPointToStart(op.getBody());
    auto widened =
        arith::ExtFOp::create(builder, scalar.getLoc(), wide, Value(scalar));
    scalar.replaceAllUsesExcept(widened, widened);
  }

  /// A row of an embedding: only what is read is widened.
  void narrowLookup(linalg::GenericOp op, tensor::ExtractOp lookup) {
    OpBuilder builder(op);
    Value table = getNarrow(builder, op.getLoc(), lookup.getTensor());
    builder.setInsertionPoint(lookup);
    auto scalar = tensor::ExtractOp::create(builder, lookup.getLoc(), table,
                                            lookup.getIndices());
    Value widened = arith::ExtFOp::create(builder, lookup.getLoc(),
                                          lookup.getType(), scalar.getResult());
    lookup.replaceAllUsesWith(widened);
    lookup.erase();
  }

  /// `weights` in the narrow type, computed where they are first wanted; the
  /// compiler runs it.
  Value getNarrow(OpBuilder &builder, Location loc, Value weights) {
    Value &known = narrowed[weights];
    if (known)
      return known;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfterValue(weights);
    auto type = cast<RankedTensorType>(weights.getType());
    Value empty =
        tensor::EmptyOp::create(builder, loc, type.getShape(), narrow);
    SmallVector<AffineMap> maps(2,
                                builder.getMultiDimIdentityMap(type.getRank()));
    SmallVector<utils::IteratorType> parallel(type.getRank(),
                                              utils::IteratorType::parallel);
    auto op = linalg::GenericOp::create(
        builder, loc, empty.getType(), weights, empty, maps, parallel,
        [&](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
          linalg::YieldOp::create(
              inner, innerLoc,
              arith::TruncFOp::create(inner, innerLoc, narrow, scalars[0])
                  .getResult());
        });
    // See `evaluateConstants`: a weight beyond the range is the user's to know.
    op->setAttr(kernel::kKeepsFiniteAttr, builder.getUnitAttr());
    return known = op.getResult(0);
  }

  func::FuncOp main;
  FloatType narrow;
  llvm::MapVector<Value, Value> narrowed;
};

struct NarrowWeights : swage::impl::NarrowWeightsPassBase<NarrowWeights> {
  using NarrowWeightsPassBase::NarrowWeightsPassBase;

  void runOnOperation() override {
    FloatType narrow = llvm::StringSwitch<FloatType>(type)
                           .Case("f16", Float16Type::get(&getContext()))
                           .Case("bf16", BFloat16Type::get(&getContext()))
                           .Default(nullptr);
    if (!narrow) {
      getOperation().emitError("weights cannot be stored as '")
          << type << "'; there are f16 and bf16";
      return signalPassFailure();
    }
    numWeights += Narrowing(getOperation(), narrow).run();
  }
};

} // namespace
} // namespace swage
