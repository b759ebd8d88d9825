//===- FuseAttention.cpp - products of what a product's rows become -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds attention by its structure: a product, operations on the rows of its
// result, and a product of what these come to. However scales, masks and the
// softmax between are spelled, they are elementwise operations and reductions
// of rows here. Marks the chain, so that it becomes one kernel.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Attention.h"
#include "compiler/Transforms/FusionGroups.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

namespace swage {
#define GEN_PASS_DEF_FUSEATTENTIONPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

std::optional<AffineMap> swage::getOrder(linalg::GenericOp op) {
  if (!op || op.getNumReductionLoops() || op.getNumDpsInputs() != 1 ||
      op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      op.getBody()->getTerminator()->getOperand(0) !=
          op.getBody()->getArgument(0))
    return std::nullopt;
  AffineMap read = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!read.isPermutation() || !written.isIdentity())
    return std::nullopt;
  return read;
}

namespace {

//===----------------------------------------------------------------------===//
// Properties of operations
//===----------------------------------------------------------------------===//

/// Whether the body adds the product of both inputs to the accumulator, in f32.
bool isProduct(linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumDpsInputs() != 2 ||
      op->getNumResults() != 1 || !op.hasPureTensorSemantics())
    return false;
  Block *body = op.getBody();
  Value sum = body->getTerminator()->getOperand(0);
  auto add = sum.getDefiningOp<arith::AddFOp>();
  if (!add || !sum.getType().isF32())
    return false;
  for (int64_t i : {0, 1}) {
    auto mul = add->getOperand(i).getDefiningOp<arith::MulFOp>();
    if (!mul || add->getOperand(1 - i) != body->getArgument(2))
      continue;
    if (mul.getLhs() != mul.getRhs() &&
        llvm::all_of(mul->getOperands(), [&](Value factor) {
          return factor == body->getArgument(0) ||
                 factor == body->getArgument(1);
        }))
      return true;
  }
  return false;
}

bool isFromZero(AffineMap map, unsigned rank) {
  return isLeading(map, rank) || isLeading(map, rank - 1);
}

/// Whether `op` works on rows of `rank` dimensions: elements or reductions of
/// whole rows. Of tensors in `own` it reads elements of the same row only.
bool worksOnRows(linalg::GenericOp op, unsigned rank,
                 function_ref<bool(Value)> own) {
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      !op.getBody()->getOps<tensor::ExtractOp>().empty())
    return false;
  unsigned loops = op.getNumLoops(), reductions = op.getNumReductionLoops();
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  bool elements = reductions == 0 && (loops == rank || loops == rank - 1) &&
                  isLeading(result, loops);
  bool reduces =
      reductions == 1 && loops == rank &&
      op.getIteratorTypesArray().back() == utils::IteratorType::reduction &&
      isLeading(result, rank - 1);
  return (elements || reduces) &&
         llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *input) {
           return !own(input->get()) ||
                  isFromZero(op.getMatchingIndexingMap(input), rank);
         });
}

/// Whether one of the operands is the same in every run. It is packed once, and
/// its product is best done for all rows.
bool hasWeights(linalg::GenericOp product) {
  return llvm::any_of(product.getInputs(), isConstantValue);
}

/// The loop that dimension `dim` of what `map` reads runs along.
std::optional<unsigned> loopAt(AffineMap map, unsigned dim) {
  auto expr = dyn_cast<AffineDimExpr>(map.getResult(dim));
  return expr ? std::optional(expr.getPosition()) : std::nullopt;
}

/// Whether the two inputs of a product are matrices: one with `row` and without
/// `column`, one the other way round.
bool isMatrixProduct(linalg::GenericOp op, unsigned row, unsigned column) {
  AffineMap a = op.getMatchingIndexingMap(op.getDpsInputOperand(0)),
            b = op.getMatchingIndexingMap(op.getDpsInputOperand(1));
  auto knows = [](AffineMap map, unsigned one, unsigned other) {
    return map.isFunctionOfDim(one) && !map.isFunctionOfDim(other);
  };
  return (knows(a, row, column) && knows(b, column, row)) ||
         (knows(b, row, column) && knows(a, column, row));
}

//===----------------------------------------------------------------------===//
// Recognition
//===----------------------------------------------------------------------===//

class Matcher {
public:
  Matcher(linalg::GenericOp second, OpOperand *weights) {
    chain.second = second;
    chain.weights = weights;
    rank = second.getRank(weights);
  }

  std::optional<ProductChain> match() {
    if (rank < 2 || !fitsSecond())
      return std::nullopt;
    collect(chain.weights->get());
    for (linalg::GenericOp candidate : candidates)
      if (fitsFirst(candidate))
        return chain;
    return std::nullopt;
  }

private:
  /// Whether the second product sums over the rows' elements.
  bool fitsSecond() {
    linalg::GenericOp op = chain.second;
    AffineMap map = op.getMatchingIndexingMap(chain.weights);
    std::optional<unsigned> row = loopAt(map, rank - 2),
                            element = loopAt(map, rank - 1);
    AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (hasWeights(op) || !row || !element ||
        !map.isProjectedPermutation(true) || !result.isProjectedPermutation() ||
        op.getIteratorTypesArray()[*element] != utils::IteratorType::reduction)
      return false;
    std::optional<unsigned> column = loopAt(result, result.getNumResults() - 1);
    return column && *column != *row && isMatrixProduct(op, *row, *column);
  }

  /// Everything on the way to `value` that works on rows, and the products that
  /// it may begin with.
  void collect(Value value) {
    SmallVector<Value> open{value};
    while (!open.empty()) {
      auto op = open.pop_back_val().getDefiningOp<linalg::GenericOp>();
      if (!op || op->getBlock() != chain.second->getBlock() ||
          dependsOnConstantsOnly(op) || !reached.insert(op))
        continue;
      if (isProduct(op))
        candidates.push_back(op);
      else if (worksOnRows(op, rank, [](Value) { return false; }))
        llvm::append_range(open, op.getInputs());
    }
  }

  /// Whether a chain begins with `first`: what depends on it works on its rows
  /// and is used in the chain only.
  bool fitsFirst(linalg::GenericOp first) {
    AffineMap result = first.getMatchingIndexingMap(first.getDpsInitOperand(0));
    if (result.getNumResults() != rank || !result.isProjectedPermutation())
      return false;
    unsigned row = *loopAt(result, rank - 2),
             element = *loopAt(result, rank - 1);
    if (hasWeights(first) || !isMatrixProduct(first, row, element) ||
        !pays(first, row, element))
      return false;

    llvm::SetVector<Operation *> members;
    members.insert(first);
    SmallVector<linalg::GenericOp> ordered(reached.begin(), reached.end());
    llvm::sort(ordered, [](Operation *left, Operation *right) {
      return left->isBeforeInBlock(right);
    });
    auto own = [&](Value value) {
      return members.contains(value.getDefiningOp());
    };
    chain.between.clear();
    for (linalg::GenericOp op : ordered) {
      if (op == first || llvm::none_of(op.getInputs(), own))
        continue;
      if (!worksOnRows(op, rank, own) || llvm::any_of(op.getOutputs(), own))
        return false;
      members.insert(op);
      chain.between.push_back(op);
    }
    // Elementwise operations alone join the first product as they are.
    bool reduces = llvm::any_of(chain.between, [](linalg::GenericOp op) {
      return op.getNumReductionLoops() > 0;
    });
    if (!reduces || !own(chain.weights->get()))
      return false;
    for (Operation *member : members)
      for (OpOperand &use : member->getUses())
        if (!members.contains(use.getOwner()) && &use != chain.weights)
          return false;
    chain.first = first;
    return true;
  }

  /// A few rows, or short ones, are done sooner one operation at a time.
  static bool pays(linalg::GenericOp first, unsigned row, unsigned element) {
    constexpr int64_t kFewRows = 24, kFewElements = 32;
    SmallVector<int64_t> extents = first.getStaticLoopRanges();
    auto atLeast = [&](unsigned loop, int64_t least) {
      return ShapedType::isDynamic(extents[loop]) || extents[loop] >= least;
    };
    return atLeast(row, kFewRows) && atLeast(element, kFewElements);
  }

  ProductChain chain;
  unsigned rank = 0;
  llvm::SetVector<linalg::GenericOp> reached;
  SmallVector<linalg::GenericOp> candidates;
};

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

void setMap(linalg::GenericOp op, OpOperand *operand, AffineMap map) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[operand->getOperandNumber()] = map;
  op.setIndexingMapsAttr(Builder(op.getContext()).getAffineMapArrayAttr(maps));
}

/// Reads the operands of a product from before they were transposed.
void absorbOperandOrders(linalg::GenericOp op) {
  for (OpOperand *input : op.getDpsInputOperands())
    while (true) {
      auto move = input->get().getDefiningOp<linalg::GenericOp>();
      std::optional<AffineMap> order = getOrder(move);
      if (!order || isConstantValue(input->get()))
        break;
      setMap(op, input, order->compose(op.getMatchingIndexingMap(input)));
      input->set(move.getInputs().front());
      if (move->use_empty())
        move.erase();
    }
}

/// Writes the result of a product in the order that its only user gives it.
void absorbResultOrder(linalg::GenericOp op) {
  Value result = op.getResult(0);
  auto fill = op.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  if (!fill || !result.hasOneUse())
    return;
  auto move = dyn_cast<linalg::GenericOp>(*result.user_begin());
  std::optional<AffineMap> order = getOrder(move);
  if (!order || move->getBlock() != op->getBlock() ||
      !move.getOutputs().front().getDefiningOp<tensor::EmptyOp>())
    return;
  OpBuilder builder(move);
  op->moveBefore(move);
  builder.setInsertionPoint(op);
  Value init = linalg::FillOp::create(builder, fill.getLoc(), fill.getInputs(),
                                      move.getOutputs())
                   .getResult(0);
  AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<AffineExpr> exprs(written.getNumResults());
  for (auto [dim, expr] : llvm::enumerate(written.getResults()))
    exprs[order->getDimPosition(dim)] = expr;
  setMap(op, op.getDpsInitOperand(0),
         AffineMap::get(written.getNumDims(), 0, exprs, op.getContext()));
  op.getDpsInitOperand(0)->set(init);
  op.getResult(0).setType(cast<RankedTensorType>(init.getType()));
  move.getResult(0).replaceAllUsesWith(op.getResult(0));
  move.erase();
}

/// Whether `value` is a multiple of the block argument `element` with a factor
/// from other arguments, or a zero in its place.
bool isMultipleOf(Value value, BlockArgument element) {
  std::function<bool(Value)> depends = [&](Value part) {
    if (part == element)
      return true;
    Operation *op = part.getDefiningOp();
    return op && llvm::any_of(op->getOperands(), depends);
  };
  while (value != element) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != element.getOwner())
      return false;
    Value next;
    if (auto div = dyn_cast<arith::DivFOp>(op)) {
      next = div.getLhs();
    } else if (auto mul = dyn_cast<arith::MulFOp>(op)) {
      next = depends(mul.getLhs()) ? mul.getLhs() : mul.getRhs();
    } else if (auto select = dyn_cast<arith::SelectOp>(op)) {
      bool zeroFirst = matchPattern(select.getTrueValue(), m_PosZeroFloat());
      if (!zeroFirst && !matchPattern(select.getFalseValue(), m_PosZeroFloat()))
        return false;
      next = zeroFirst ? select.getFalseValue() : select.getTrueValue();
    } else {
      return false;
    }
    for (Value operand : op->getOperands())
      if (operand != next && depends(operand))
        return false;
    value = next;
  }
  return true;
}

/// What multiplies whole rows before the second product does so behind it,
/// where there are fewer elements: (e / sum) @ v -> (e @ v) / sum.
void moveFactorsBehind(ProductChain &chain) {
  linalg::GenericOp product = chain.second;
  auto op = chain.weights->get().getDefiningOp<linalg::GenericOp>();
  unsigned rank = op.getNumLoops();
  AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto fill =
      product.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  auto empty = fill ? fill.getOutputs().front().getDefiningOp<tensor::EmptyOp>()
                    : tensor::EmptyOp();
  if (op.getNumReductionLoops() || !written.isIdentity() || !empty ||
      !op->hasOneUse() || !op.getBody()->getOps<linalg::IndexOp>().empty() ||
      !matchPattern(fill.getInputs().front(), m_AnyZeroFloat()))
    return;
  OpOperand *element = nullptr;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!map.isFunctionOfDim(rank - 1))
      continue;
    if (element || !map.isIdentity())
      return;
    element = input;
  }
  if (!element || !isMultipleOf(op.getBody()->getTerminator()->getOperand(0),
                                op.getMatchingBlockArgument(element)))
    return;

  // Where the dimensions of a row are in the result.
  MLIRContext *context = op.getContext();
  AffineMap read = product.getMatchingIndexingMap(chain.weights),
            result =
                product.getMatchingIndexingMap(product.getDpsInitOperand(0));
  SmallVector<AffineExpr> dims(rank, getAffineConstantExpr(0, context));
  for (unsigned dim = 0; dim + 1 < rank; ++dim)
    if (auto place = result.getResultPosition(read.getResult(dim)))
      dims[dim] = getAffineDimExpr(*place, context);
  unsigned resultRank = result.getNumResults();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(resultRank, context);
  SmallVector<AffineMap> maps;
  SmallVector<Value> inputs;
  for (OpOperand *input : op.getDpsInputOperands()) {
    bool own = input == element;
    inputs.push_back(own ? product.getResult(0) : input->get());
    maps.push_back(own ? identity
                       : op.getMatchingIndexingMap(input).replaceDimsAndSymbols(
                             dims, {}, resultRank, 0));
  }
  maps.push_back(identity);
  OpBuilder builder(product);
  builder.setInsertionPointAfter(product);
  Value init = tensor::EmptyOp::create(
      builder, op.getLoc(), empty.getMixedSizes(),
      cast<RankedTensorType>(empty.getType()).getElementType());
  SmallVector<utils::IteratorType> parallel(resultRank,
                                            utils::IteratorType::parallel);
  auto scaled = linalg::GenericOp::create(builder, op.getLoc(), init.getType(),
                                          inputs, init, maps, parallel);
  IRMapping mapping;
  op.getRegion().cloneInto(&scaled.getRegion(), mapping);
  product.getResult(0).replaceAllUsesExcept(scaled.getResult(0), scaled);
  chain.weights->set(element->get());
  llvm::erase(chain.between, op);
  op.erase();
  chain.between.push_back(scaled);
}

struct FuseAttention : swage::impl::FuseAttentionPassBase<FuseAttention> {
  using FuseAttentionPassBase::FuseAttentionPassBase;

  SmallVector<linalg::GenericOp> findProducts() {
    SmallVector<linalg::GenericOp> products;
    getOperation().walk([&](linalg::GenericOp op) {
      if (isProduct(op) && !dependsOnConstantsOnly(op))
        products.push_back(op);
    });
    return products;
  }

  void runOnOperation() override {
    groupHeads(findProducts());
    splitRows(getOperation());
    int64_t number = 0;
    for (linalg::GenericOp product : findProducts())
      for (OpOperand *input : product.getDpsInputOperands())
        if (std::optional<ProductChain> chain =
                Matcher(product, input).match()) {
          rewrite(*chain, number++);
          break;
        }
    numChains = number;
  }

  void rewrite(ProductChain &chain, int64_t number) {
    absorbOperandOrders(chain.first);
    absorbOperandOrders(chain.second);
    absorbResultOrder(chain.second);
    if (!strict)
      moveFactorsBehind(chain);
    absorbMasks(chain);
    if (!strict)
      limitRows(chain);
    auto mark = Builder(&getContext()).getI64IntegerAttr(number);
    chain.first->setAttr(kChainAttr, mark);
    chain.second->setAttr(kChainAttr, mark);
    for (linalg::GenericOp op : chain.between)
      op->setAttr(kChainAttr, mark);
  }
};

} // namespace
