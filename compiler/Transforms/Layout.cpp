//===- Layout.cpp - channels last for convolutions ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gives convolutions the layout that their kernels want, and lets the
// transpositions around them cancel. docs/decisions/0001-channels-last.md says
// why channels are last and not blocked.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Layout.h"
#include "compiler/Analysis/Updates.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace swage {
#define GEN_PASS_DEF_LAYOUTPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage::nn;

static constexpr StringLiteral kMovable = "nn.layout";

TransposeOp swage::nn::getMovable(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return nullptr;
  // One that the model itself spells out, between the two layouts of images,
  // has the same purpose as ours.
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  int64_t rank = permutation.size();
  bool isLayout =
      rank >= 4 && permutation == ArrayRef(getChannelsFirstPermutation(rank));
  return isLayout || transpose->hasAttr(kMovable) ? transpose : nullptr;
}

/// Whether only dimensions of size 1 change their order.
static bool movesUnitDimensionsOnly(ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t from : permutation) {
    if (shape[from] == 1)
      continue;
    if (from < last)
      return false;
    last = from;
  }
  return true;
}

Value swage::nn::createMovable(OpBuilder &b, Location loc, Value value,
                               ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> combined(permutation);
  if (auto inner = value.getDefiningOp<TransposeOp>()) {
    for (int64_t &from : combined)
      from = inner.getPermutation()[from];
    value = inner.getInput();
  }
  if (isIdentityPermutation(combined))
    return value;
  ArrayRef<int64_t> shape = shapeOf(value);
  if (movesUnitDimensionsOnly(shape, combined) &&
      llvm::count(shape, ShapedType::kDynamic) <= 1) {
    SmallVector<int64_t> sizes;
    for (int64_t from : combined)
      sizes.push_back(ShapedType::isDynamic(shape[from]) ? -1 : shape[from]);
    Value wanted = createIndexVector(b, loc, sizes);
    return *createFolded<ReshapeOp>(b, loc, value, wanted,
                                    /*allow_zero=*/true);
  }
  Value result = *createFolded<TransposeOp>(b, loc, value, combined);
  if (auto transpose = result.getDefiningOp<TransposeOp>())
    transpose->setAttr(kMovable, b.getUnitAttr());
  return result;
}

namespace {

struct Layout : swage::impl::LayoutPassBase<Layout> {
  void runOnOperation() override {
    markArguments();
    SmallVector<ConvOp> convolutions;
    getOperation().walk([&](ConvOp conv) {
      if (!conv.getChannelsLast())
        convolutions.push_back(conv);
    });
    for (ConvOp conv : convolutions)
      putChannelsLast(conv);
    numConvolutions += convolutions.size();

    // Transpositions move with the order of operations, so that one walk moves
    // them as far as they get.
    if (!convolutions.empty())
      getOperation().walk([&](Block *block) { sink(*block); });
    cleanUp();
  }

  /// What brings an argument into the model's order may be moved: that the
  /// argument has another is for the sake of kernels.
  void markArguments() {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    for (BlockArgument argument : function.getArguments()) {
      if (!function.getArgAttr(argument.getArgNumber(), swage::kOrderAttr))
        continue;
      for (Operation *user : argument.getUsers())
        if (auto transpose = dyn_cast<TransposeOp>(user))
          transpose->setAttr(kMovable, UnitAttr::get(&getContext()));
    }
  }

  /// The convolution between two transpositions.
  static void putChannelsLast(ConvOp conv) {
    OpBuilder b(conv);
    Location loc = conv.getLoc();
    int64_t rank = rankOf(conv.getInput());
    Value input = createMovable(b, loc, conv.getInput(),
                                getChannelsLastPermutation(rank));
    auto image = createInferred<ConvOp>(
        b, loc, input, conv.getFilter(), conv.getBias(), conv.getStrides(),
        conv.getPads(), conv.getDilations(), conv.getGroup(),
        /*channels_last=*/true);
    Value result = createMovable(b, loc, image->getResult(),
                                 getChannelsFirstPermutation(rank));
    conv.replaceAllUsesWith(result);
    conv.erase();
  }

  void sink(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (auto transpose = dyn_cast<TransposeOp>(op)) {
        merge(transpose);
        continue;
      }
      bool moved = sinkThroughOperator(&op);
      if (!moved)
        moved = sinkThroughReduction(&op);
      if (auto reshape = dyn_cast<ReshapeOp>(op); !moved && reshape)
        moved = sinkThroughReshape(reshape);
      numMoved += moved;
    }
  }

  /// A transposition of a transposition becomes one, or none.
  static void merge(TransposeOp transpose) {
    if (!getMovable(transpose.getInput()) && !getMovable(transpose))
      return;
    OpBuilder b(transpose);
    Value merged = createMovable(b, transpose.getLoc(), transpose.getInput(),
                                 transpose.getPermutation());
    if (merged.getType() != transpose.getType())
      return;
    transpose.replaceAllUsesWith(merged);
    transpose.erase();
  }

  /// Drops what nobody reads any more, and the marks.
  void cleanUp() {
    SmallVector<Operation *> operations;
    getOperation().walk([&](Operation *op) { operations.push_back(op); });
    for (Operation *op : llvm::reverse(operations)) {
      if (isOpTriviallyDead(op))
        op->erase();
      else if (isa<TransposeOp>(op))
        op->removeAttr(kMovable);
    }
  }
};

} // namespace
