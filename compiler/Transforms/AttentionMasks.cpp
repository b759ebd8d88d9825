//===- AttentionMasks.cpp - which scores masks hide -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A score is hidden where it is -inf, or so low that its weight is zero,
// whatever the product gave: by a sum with a mask, or by a choice. Of which
// spelling a mask is does not matter, and neither does whether it is causal or
// leaves out padding: what counts is the last element of a row that shows.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Attention.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace swage {

/// Whether each element of `op` is computed from the same element of `source`,
/// in `rank` dimensions, and others.
static bool isElementwiseOn(linalg::GenericOp op, Value source, unsigned rank) {
  return op.getNumReductionLoops() == 0 && op.getNumLoops() == rank &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() &&
         llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *input) {
           return input->get() != source ||
                  op.getMatchingIndexingMap(input).isIdentity();
         });
}

/// The elementwise operations that the scores go through first, each of which
/// is the only user of what comes before.
static SmallVector<linalg::GenericOp> findScores(const ProductChain &chain) {
  SmallVector<linalg::GenericOp> path;
  Value value = chain.first->getResult(0);
  unsigned rank = cast<RankedTensorType>(value.getType()).getRank();
  for (linalg::GenericOp op : chain.between) {
    if (!value.hasOneUse() || *value.user_begin() != op ||
        !isElementwiseOn(op, value, rank))
      break;
    path.push_back(op);
    value = op->getResult(0);
  }
  return path;
}

//===----------------------------------------------------------------------===//
// Masks made of positions
//===----------------------------------------------------------------------===//

/// Whether `mask` is cheap to compute once for each use.
static bool isCheap(linalg::GenericOp mask) {
  if (!mask || mask.getNumReductionLoops() || mask->getNumResults() != 1 ||
      !mask.hasPureTensorSemantics() || dependsOnConstantsOnly(mask) ||
      !mask.getMatchingIndexingMap(mask.getDpsInitOperand(0)).isIdentity())
    return false;
  WalkResult cheap = mask.getBody()->walk([](Operation *op) {
    bool slow = isa<tensor::ExtractOp>(op) ||
                (isa<math::MathDialect>(op->getDialect()) &&
                 !isa<math::AbsIOp, math::AbsFOp>(op));
    return slow ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !cheap.wasInterrupted();
}

/// Whether `mask` is computed from smaller tensors.
static bool isMadeOfLess(linalg::GenericOp mask) {
  SmallVector<int64_t> extents = mask.getStaticLoopRanges();
  return llvm::all_of(mask.getDpsInputOperands(), [&](OpOperand *input) {
    for (unsigned loop = 0; loop < mask.getNumLoops(); ++loop)
      if (extents[loop] != 1 &&
          !mask.getMatchingIndexingMap(input).isFunctionOfDim(loop))
        return true;
    return false;
  });
}

/// Reads an operand from before dimensions of 1 were added to it.
static void readWithoutOnes(linalg::GenericOp op, OpOperand *input) {
  while (auto expand = input->get().getDefiningOp<tensor::ExpandShapeOp>()) {
    RankedTensorType type = expand.getResultType();
    AffineMap map = op.getMatchingIndexingMap(input);
    SmallVector<AffineExpr> exprs;
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      std::optional<int64_t> place;
      for (int64_t dim : group)
        if (type.getDimSize(dim) != 1) {
          if (place)
            return;
          place = dim;
        }
      exprs.push_back(place ? map.getResult(*place)
                            : getAffineConstantExpr(0, op.getContext()));
    }
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps[input->getOperandNumber()] =
        AffineMap::get(map.getNumDims(), 0, exprs, op.getContext());
    op.setIndexingMapsAttr(
        Builder(op.getContext()).getAffineMapArrayAttr(maps));
    input->set(expand.getSrc());
    if (expand->use_empty())
      expand.erase();
  }
}

/// Names the loops themselves where operations that were merged say which loop
/// of the other one theirs is.
static void nameLoops(IRRewriter &rewriter, linalg::GenericOp op) {
  for (auto apply : llvm::make_early_inc_range(
           op.getBody()->getOps<affine::AffineApplyOp>())) {
    AffineExpr place = apply.getAffineMap().getResult(0);
    if (auto dim = dyn_cast<AffineDimExpr>(place)) {
      rewriter.replaceOp(apply, apply.getMapOperands()[dim.getPosition()]);
    } else if (auto number = dyn_cast<AffineConstantExpr>(place)) {
      rewriter.setInsertionPoint(apply);
      rewriter.replaceOpWithNewOp<arith::ConstantIndexOp>(apply,
                                                          number.getValue());
    }
  }
}

/// Computes in `op` what its inputs are that are made of less, and what these
/// are made of in turn. Inputs from `others` stay as they are. Gives the
/// operation in whose place `op` was, and erases that.
static linalg::GenericOp absorbInputs(IRRewriter &rewriter,
                                      linalg::GenericOp op,
                                      ArrayRef<linalg::GenericOp> others = {}) {
  for (unsigned number = 0; number < op.getNumDpsInputs();) {
    OpOperand *input = op.getDpsInputOperand(number++);
    readWithoutOnes(op, input);
    Value value = input->get();
    auto mask = value.getDefiningOp<linalg::GenericOp>();
    if (llvm::is_contained(others, mask) || !isCheap(mask))
      continue;
    // A copy of its own: others may need the mask as a tensor.
    rewriter.setInsertionPoint(op);
    auto copy =
        absorbInputs(rewriter, cast<linalg::GenericOp>(rewriter.clone(*mask)));
    input->set(copy.getResult(0));
    FailureOr<linalg::ElementwiseOpFusionResult> fused = failure();
    if (isMadeOfLess(copy)) {
      rewriter.setInsertionPoint(op);
      fused = linalg::fuseElementwiseOps(rewriter, input);
    }
    if (failed(fused)) {
      input->set(value);
      copy.erase();
      continue;
    }
    auto merged = cast<linalg::GenericOp>(fused->fusedOp);
    nameLoops(rewriter, merged);
    rewriter.replaceOp(op, merged.getResult(0));
    op = merged;
    copy.erase();
    if (mask->use_empty())
      mask.erase();
    number = 0;
  }
  return op;
}

void absorbMasks(ProductChain &chain) {
  IRRewriter rewriter(chain.first.getContext());
  for (linalg::GenericOp op : findScores(chain)) {
    auto place = llvm::find(chain.between, op);
    *place = absorbInputs(rewriter, op, chain.between);
  }
}

//===----------------------------------------------------------------------===//
// Hidden scores
//===----------------------------------------------------------------------===//

namespace {

/// Says, as code on the masks alone, which scores are hidden.
class HiddenScores {
public:
  HiddenScores(Value product, ArrayRef<linalg::GenericOp> path) : path(path) {
    Value before = product;
    for (linalg::GenericOp op : path) {
      for (OpOperand *input : op.getDpsInputOperands())
        if (input->get() == before)
          scores.insert(op.getMatchingBlockArgument(input));
      before = op->getResult(0);
    }
  }

  /// Whether masks may hide scores at all. Lists what that depends on.
  bool mayHide() { return mayHide(yieldOf(path.size() - 1)); }

  /// The inputs of masks, and the dimensions whose positions matter.
  llvm::SetVector<OpOperand *> inputs;
  llvm::SmallSetVector<unsigned, 4> positions;

  /// Whether the score is hidden, as a boolean. `mapping` has the masks'
  /// elements; `index` gives the position along a dimension.
  Value emit(OpBuilder &builder, Location loc, IRMapping &mapping,
             function_ref<Value(unsigned)> index) {
    return emitHidden(builder, loc, yieldOf(path.size() - 1), mapping, index);
  }

private:
  /// Below this a score's weight is zero next to any other's.
  static constexpr double kHidden = -1e9;

  Value yieldOf(unsigned number) {
    linalg::GenericOp op = path[number];
    return op.getBody()->getTerminator()->getOperand(0);
  }
  unsigned numberOf(Block *block) {
    return llvm::find_if(
               path,
               [&](linalg::GenericOp op) { return op.getBody() == block; }) -
           path.begin();
  }
  static Block *blockOf(Value value) { return value.getParentBlock(); }

  bool dependsOnScores(Value value) {
    if (scores.contains(value))
      return true;
    Operation *op = value.getDefiningOp();
    return op && llvm::any_of(op->getOperands(), [&](Value operand) {
             return dependsOnScores(operand);
           });
  }

  /// What decides: the value itself where it is a mask's, else its parts.
  bool mayHide(Value value) {
    if (scores.contains(value)) {
      unsigned number = numberOf(blockOf(value));
      return number > 0 && mayHide(yieldOf(number - 1));
    }
    if (!dependsOnScores(value)) {
      FloatAttr constant;
      if (matchPattern(value, m_Constant(&constant)))
        return constant.getValueAsDouble() <= kHidden;
      return isa<FloatType>(value.getType()) && list(value);
    }
    Operation *op = value.getDefiningOp();
    if (auto select = dyn_cast<arith::SelectOp>(op)) {
      if (dependsOnScores(select.getCondition()))
        return false;
      bool first = mayHide(select.getTrueValue()),
           second = mayHide(select.getFalseValue());
      return (first || second) && list(select.getCondition());
    }
    if (auto add = dyn_cast<arith::AddFOp>(op)) {
      bool first = mayHide(add.getLhs()), second = mayHide(add.getRhs());
      return first || second;
    }
    return false;
  }

  /// Lists the inputs and positions that `value` is computed from.
  bool list(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      unsigned number = numberOf(argument.getOwner());
      if (number < path.size())
        inputs.insert(path[number].getMatchingOpOperand(argument));
      return true;
    }
    Operation *op = value.getDefiningOp();
    if (numberOf(op->getBlock()) == path.size())
      return true; // from outside
    if (auto index = dyn_cast<linalg::IndexOp>(op))
      positions.insert(index.getDim());
    return llvm::all_of(op->getOperands(),
                        [&](Value operand) { return list(operand); });
  }

  Value emitHidden(OpBuilder &builder, Location loc, Value value,
                   IRMapping &mapping, function_ref<Value(unsigned)> index) {
    auto boolean = [&](bool constant) -> Value {
      return arith::ConstantOp::create(builder, loc,
                                       builder.getBoolAttr(constant));
    };
    if (scores.contains(value)) {
      unsigned number = numberOf(blockOf(value));
      return number
                 ? emitHidden(builder, loc, yieldOf(number - 1), mapping, index)
                 : boolean(false);
    }
    if (!dependsOnScores(value)) {
      FloatAttr constant;
      if (matchPattern(value, m_Constant(&constant)))
        return boolean(constant.getValueAsDouble() <= kHidden);
      if (!isa<FloatType>(value.getType()))
        return boolean(false);
      Value limit = arith::ConstantOp::create(
          builder, loc, builder.getFloatAttr(value.getType(), kHidden));
      return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLE,
                                   copy(builder, value, mapping, index), limit);
    }
    Operation *op = value.getDefiningOp();
    if (auto select = dyn_cast<arith::SelectOp>(op);
        select && !dependsOnScores(select.getCondition())) {
      Value first =
                emitHidden(builder, loc, select.getTrueValue(), mapping, index),
            second = emitHidden(builder, loc, select.getFalseValue(), mapping,
                                index);
      Value condition = copy(builder, select.getCondition(), mapping, index);
      return builder.createOrFold<arith::SelectOp>(loc, condition, first,
                                                   second);
    }
    if (auto add = dyn_cast<arith::AddFOp>(op)) {
      Value first = emitHidden(builder, loc, add.getLhs(), mapping, index),
            second = emitHidden(builder, loc, add.getRhs(), mapping, index);
      return builder.createOrFold<arith::OrIOp>(loc, first, second);
    }
    return boolean(false);
  }

  /// `value`, which depends on masks and positions only.
  Value copy(OpBuilder &builder, Value value, IRMapping &mapping,
             function_ref<Value(unsigned)> index) {
    if (mapping.contains(value))
      return mapping.lookup(value);
    Operation *op = value.getDefiningOp();
    if (!op || numberOf(op->getBlock()) == path.size())
      return value; // from outside
    if (auto position = dyn_cast<linalg::IndexOp>(op)) {
      mapping.map(value, index(position.getDim()));
      return mapping.lookup(value);
    }
    for (Value operand : op->getOperands())
      mapping.map(operand, copy(builder, operand, mapping, index));
    builder.clone(*op, mapping);
    return mapping.lookup(value);
  }

  SmallVector<linalg::GenericOp> path;
  DenseSet<Value> scores;
};

/// A tensor of i32: for each row how many elements, from the first, are up to
/// the last one that shows; all of them where none does. `dims` are the
/// dimensions of rows that it varies along.
Value createLimits(OpBuilder &builder, Location loc, HiddenScores &hidden,
                   ArrayRef<OpFoldResult> sizes, ArrayRef<unsigned> dims) {
  unsigned rank = sizes.size(), last = dims.size();
  MLIRContext *context = builder.getContext();
  SmallVector<AffineExpr> loops(rank, getAffineConstantExpr(0, context));
  SmallVector<OpFoldResult> rowSizes;
  for (auto [loop, dim] : llvm::enumerate(dims)) {
    loops[dim] = getAffineDimExpr(loop, context);
    rowSizes.push_back(sizes[dim]);
  }
  loops[rank - 1] = getAffineDimExpr(last, context);
  SmallVector<OpFoldResult> allSizes = rowSizes;
  allSizes.push_back(sizes.back());

  Type type = builder.getI32Type();
  auto constant = [&](OpBuilder &b, int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  };
  AffineMap all = builder.getMultiDimIdentityMap(last + 1),
            rows = all.dropResult(last),
            row = builder.getMultiDimIdentityMap(last);
  // The loops have the lengths of this tensor, which nobody reads.
  Value space = tensor::EmptyOp::create(builder, loc, allSizes, type);
  SmallVector<Value> inputs{space};
  SmallVector<AffineMap> maps{all};
  SmallVector<BlockArgument> masks;
  for (OpOperand *input : hidden.inputs) {
    auto op = cast<linalg::GenericOp>(input->getOwner());
    inputs.push_back(input->get());
    maps.push_back(op.getMatchingIndexingMap(input).replaceDimsAndSymbols(
        loops, {}, last + 1, 0));
    masks.push_back(op.getMatchingBlockArgument(input));
  }
  maps.push_back(rows);
  Value empty = tensor::EmptyOp::create(builder, loc, rowSizes, type);
  Value none = linalg::FillOp::create(builder, loc, constant(builder, 0), empty)
                   .getResult(0);
  SmallVector<utils::IteratorType> iterators(last,
                                             utils::IteratorType::parallel);
  auto elementwise = iterators;
  iterators.push_back(utils::IteratorType::reduction);
  Value length = arith::IndexCastOp::create(
      builder, loc, type,
      getValueOrCreateConstantIndexOp(builder, loc, sizes.back()));
  auto shown = linalg::GenericOp::create(
      builder, loc, none.getType(), inputs, none, maps, iterators,
      [&](OpBuilder &b, Location, ValueRange args) {
        IRMapping mapping;
        for (auto [number, mask] : llvm::enumerate(masks))
          mapping.map(mask, args[number + 1]);
        auto index = [&](unsigned dim) -> Value {
          if (auto loop = dyn_cast<AffineDimExpr>(loops[dim]))
            return linalg::IndexOp::create(b, loc, loop.getPosition());
          return arith::ConstantIndexOp::create(b, loc, 0);
        };
        Value isHidden = hidden.emit(b, loc, mapping, index);
        Value behind = arith::AddIOp::create(
            b, loc, arith::IndexCastOp::create(b, loc, type, index(rank - 1)),
            constant(b, 1));
        Value counts =
            arith::SelectOp::create(b, loc, isHidden, constant(b, 0), behind);
        Value most = arith::MaxSIOp::create(b, loc, args.back(), counts);
        linalg::YieldOp::create(b, loc, most);
      });
  Value result = tensor::EmptyOp::create(builder, loc, rowSizes, type);
  return linalg::GenericOp::create(
             builder, loc, result.getType(), shown.getResult(0), result,
             ArrayRef<AffineMap>{row, row}, elementwise,
             [&](OpBuilder &b, Location, ValueRange args) {
               Value blind = arith::CmpIOp::create(
                   b, loc, arith::CmpIPredicate::eq, args[0], constant(b, 0));
               Value limit =
                   arith::SelectOp::create(b, loc, blind, length, args[0]);
               linalg::YieldOp::create(b, loc, limit);
             })
      .getResult(0);
}

} // namespace

void limitRows(ProductChain &chain) {
  SmallVector<linalg::GenericOp> path = findScores(chain);
  if (path.empty())
    return;
  linalg::GenericOp scores = path.back();
  auto type = cast<RankedTensorType>(scores.getResult(0).getType());
  unsigned rank = type.getRank();
  auto empty = scores.getOutputs().front().getDefiningOp<tensor::EmptyOp>();
  // What is short takes no longer with the hidden part.
  constexpr int64_t kShort = 64;
  int64_t elements = type.getShape().back();
  if (!empty || !type.getElementType().isF32() ||
      (ShapedType::isStatic(elements) && elements < kShort))
    return;
  HiddenScores hidden(chain.first->getResult(0), path);
  if (!hidden.mayHide())
    return;
  auto matters = [&](unsigned dim) {
    return hidden.positions.contains(dim) ||
           llvm::any_of(hidden.inputs, [&](OpOperand *input) {
             auto op = cast<linalg::GenericOp>(input->getOwner());
             return op.getMatchingIndexingMap(input).isFunctionOfDim(dim);
           });
  };
  if (!matters(rank - 1))
    return;
  SmallVector<unsigned> dims;
  for (unsigned dim = 0; dim + 1 < rank; ++dim)
    if (matters(dim) && type.getDimSize(dim) != 1)
      dims.push_back(dim);

  OpBuilder builder(scores);
  builder.setInsertionPointAfter(scores);
  Location loc = scores.getLoc();
  Value limits =
      createLimits(builder, loc, hidden, empty.getMixedSizes(), dims);
  SmallVector<AffineExpr> exprs;
  for (unsigned dim : dims)
    exprs.push_back(builder.getAffineDimExpr(dim));
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  Value init = tensor::EmptyOp::create(builder, loc, empty.getMixedSizes(),
                                       type.getElementType());
  SmallVector<utils::IteratorType> parallel(rank,
                                            utils::IteratorType::parallel);
  auto limited = linalg::GenericOp::create(
      builder, loc, init.getType(), ValueRange{scores.getResult(0), limits},
      init,
      ArrayRef<AffineMap>{identity,
                          AffineMap::get(rank, 0, exprs, builder.getContext()),
                          identity},
      parallel, [&](OpBuilder &b, Location, ValueRange args) {
        Value position = arith::IndexCastOp::create(
            b, loc, b.getI32Type(), linalg::IndexOp::create(b, loc, rank - 1));
        Value counts = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                             position, args[1]);
        Value low = arith::ConstantOp::create(
            b, loc, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
        linalg::YieldOp::create(
            b, loc,
            Value(arith::SelectOp::create(b, loc, counts, args[0], low)));
      });
  scores.getResult(0).replaceAllUsesExcept(limited.getResult(0), limited);
  chain.between.insert(llvm::find(chain.between, scores) + 1, limited);
}

} // namespace swage
