//===- DirectReads.cpp - operands in place of lookups ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Where only a run knows whether an operand is repeated, its elements are
// looked up at places that depend on that. Once sizes are known to be the same,
// these are the places of the loops, and the lookup is an operand like others.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "compiler/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace swage {
#define GEN_PASS_DEF_DIRECTREADSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

class Reader {
public:
  Reader(linalg::GenericOp op, SizeExpressions &sizes) : op(op), sizes(sizes) {}

  /// Makes operands of the lookups that are at the places of the loops.
  void run() {
    for (OpOperand *input : op.getDpsInputOperands())
      readInOrder(input);
    for (auto lookup :
         llvm::to_vector(op.getBody()->getOps<tensor::ExtractOp>()))
      if (std::optional<AffineMap> map = getMap(lookup))
        replace(lookup, *map);
  }

private:
  /// Where both an operand and the loops have one element at a place, reads it
  /// by the loop: as if nothing were repeated.
  void readInOrder(OpOperand *input) {
    AffineMap map = op.getMatchingIndexingMap(input);
    AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    unsigned rank = map.getNumResults(), loops = op.getNumLoops();
    if (op.getNumReductionLoops() || rank > loops || !written.isIdentity())
      return;
    SmallVector<int64_t> extents = op.getStaticLoopRanges();
    SmallVector<AffineExpr> exprs(map.getResults());
    for (auto [place, expr] : llvm::enumerate(exprs)) {
      unsigned loop = loops - rank + place;
      if (isa<AffineConstantExpr>(expr) && extents[loop] == 1 &&
          !map.isFunctionOfDim(loop))
        expr = getAffineDimExpr(loop, op.getContext());
    }
    setMap(input, AffineMap::get(loops, 0, exprs, op.getContext()));
  }

  void setMap(OpOperand *input, AffineMap map) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps[input->getOperandNumber()] = map;
    op.setIndexingMapsAttr(
        Builder(op.getContext()).getAffineMapArrayAttr(maps));
  }

  /// The places of `lookup` in terms of the loops.
  std::optional<AffineMap> getMap(tensor::ExtractOp lookup) {
    if (lookup.getTensor().getParentBlock() == op.getBody())
      return std::nullopt;
    SmallVector<AffineExpr> exprs;
    for (auto [dim, index] : llvm::enumerate(lookup.getIndices())) {
      AffineExpr expr = getPlace(index, lookup.getTensor(), dim);
      if (!expr)
        return std::nullopt;
      exprs.push_back(expr);
    }
    return AffineMap::get(op.getNumLoops(), 0, exprs, op.getContext());
  }

  /// `index` of dimension `dim` of `tensor`; null if it is something else.
  AffineExpr getPlace(Value index, Value tensor, int64_t dim) {
    if (matchPattern(index, m_Zero()))
      return getAffineConstantExpr(0, op.getContext());
    // In a dimension of one element the choice does not matter.
    if (auto select = index.getDefiningOp<arith::SelectOp>();
        select && matchPattern(select.getTrueValue(), m_Zero()) &&
        saysOne(select.getCondition(), tensor, dim))
      index = select.getFalseValue();
    auto loop = index.getDefiningOp<linalg::IndexOp>();
    if (!loop || !hasSameSize(loop.getDim(), tensor, dim))
      return nullptr;
    return getAffineDimExpr(loop.getDim(), op.getContext());
  }

  /// Whether `condition` is that dimension `dim` of `tensor` has one element.
  bool saysOne(Value condition, Value tensor, int64_t dim) {
    auto compare = condition.getDefiningOp<arith::CmpIOp>();
    if (!compare || compare.getPredicate() != arith::CmpIPredicate::eq)
      return false;
    SizePolynomial own = sizes.getSize(tensor, dim),
                   one = SizeExpressions::constant(1);
    SizePolynomial left = sizes.get(compare.getLhs()),
                   right = sizes.get(compare.getRhs());
    return (left == own && right == one) || (left == one && right == own);
  }

  bool hasSameSize(unsigned loop, Value tensor, int64_t dim) {
    AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    std::optional<unsigned> place =
        written.getResultPosition(getAffineDimExpr(loop, op.getContext()));
    return place && sizes.getSize(op.getDpsInitOperand(0)->get(), *place) ==
                        sizes.getSize(tensor, dim);
  }

  void replace(tensor::ExtractOp lookup, AffineMap map) {
    unsigned number = op.getNumDpsInputs();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps.insert(maps.begin() + number, map);
    op.getInputsMutable().append(lookup.getTensor());
    op.setIndexingMapsAttr(
        Builder(op.getContext()).getAffineMapArrayAttr(maps));
    Value element =
        op.getBody()->insertArgument(number, lookup.getType(), lookup.getLoc());
    lookup.replaceAllUsesWith(element);
    lookup.erase();
    readInOrder(op.getDpsInputOperand(number));
  }

  linalg::GenericOp op;
  SizeExpressions &sizes;
};

struct DirectReads : swage::impl::DirectReadsPassBase<DirectReads> {
  void runOnOperation() override {
    SizeExpressions sizes;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.hasPureTensorSemantics())
        Reader(op, sizes).run();
    });
  }
};

} // namespace
