//===- EvaluatorViews.cpp - elements of views -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Which element of its source an element of a view is, and which iteration of
// an operation computes an element of its result.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Evaluator.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

std::optional<Indices> Evaluator::loopsOf(linalg::GenericOp op, unsigned number,
                                          ArrayRef<IndexValue> indices) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(number));
  SmallVector<std::optional<IndexValue>, 6> loops(op.getNumLoops());
  for (auto [expr, index] : llvm::zip(map.getResults(), indices))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      loops[dim.getPosition()] = index;
  Indices result;
  for (auto [loop, kind] : llvm::zip(loops, op.getIteratorTypesArray())) {
    if (!loop && kind == utils::IteratorType::parallel)
      return std::nullopt;
    result.push_back(loop.value_or(IndexValue()));
  }
  return result;
}

std::optional<Indices> Evaluator::throughView(Operation *view,
                                              ArrayRef<IndexValue> indices,
                                              int64_t lanes) {
  if (isa<tensor::CastOp>(view))
    return Indices(indices.begin(), indices.end());
  MLIRContext *context = view->getContext();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view)) {
    Indices source;
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      IndexValue sum;
      Monomial factor(1);
      for (int64_t dim : llvm::reverse(group)) {
        sum += indices[dim] * factor;
        OpFoldResult size = tensors.getSize(expand.getResult(), dim);
        if (!size)
          return std::nullopt;
        factor = factor * space.monomialOf(size);
      }
      source.push_back(sum);
    }
    return source;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(view)) {
    Indices source(collapse.getSrcType().getRank());
    for (auto [place, group] :
         llvm::enumerate(collapse.getReassociationIndices())) {
      AffineExpr rest = getAffineDimExpr(0, context);
      SmallVector<int64_t> wide;
      for (int64_t dim : group)
        if (collapse.getSrcType().getDimSize(dim) != 1)
          wide.push_back(dim);
      for (auto [position, dim] :
           llvm::enumerate(llvm::reverse(ArrayRef(wide)))) {
        int64_t size = collapse.getSrcType().getDimSize(dim);
        bool outermost = position + 1 == wide.size();
        if (ShapedType::isDynamic(size) && !outermost)
          return std::nullopt;
        AffineExpr expr = outermost ? rest : rest % size;
        std::optional<IndexValue> index =
            space.evaluate(expr, indices[place], lanes);
        if (!index)
          return std::nullopt;
        source[dim] = *index;
        if (!outermost)
          rest = rest.floorDiv(size);
      }
    }
    return source;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(view)) {
    Indices source;
    auto dropped = slice.getDroppedDims();
    unsigned next = 0;
    auto asMonomial = [&](OpFoldResult value) -> std::optional<Monomial> {
      if (auto dynamic = dyn_cast<Value>(value)) {
        Value scalar = tensors.getScalar(dynamic);
        if (!scalar)
          return std::nullopt;
        return space.monomialOf(getAsOpFoldResult(scalar));
      }
      return space.monomialOf(value);
    };
    for (auto [dim, offset, step] :
         llvm::enumerate(slice.getMixedOffsets(), slice.getMixedStrides())) {
      std::optional<Monomial> first = asMonomial(offset),
                              stride = asMonomial(step);
      if (!first || !stride)
        return std::nullopt;
      IndexValue index = IndexValue::ofConstant(1) * *first;
      if (!dropped.test(dim))
        index += indices[next++] * *stride;
      source.push_back(index);
    }
    return source;
  }
  return std::nullopt;
}

} // namespace swage
