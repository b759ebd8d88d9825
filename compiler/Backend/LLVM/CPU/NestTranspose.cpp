//===- NestTranspose.cpp - panels of an operand that lies across ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Packs an operand whose memory runs along the reduction into panels that run
// along the columns, in squares of vectors that are transposed in registers.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

/// The transposed square of as many vectors as each has lanes: each round
/// brings the first half of the vectors and the second half together, lane by
/// lane.
static SmallVector<Value> transposeSquare(OpBuilder &builder,
                                          SmallVector<Value> rows) {
  Location loc = builder.getUnknownLoc();
  int64_t lanes = rows.size();
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < lanes / 2; ++lane) {
    low.append({lane, lanes + lane});
    high.append({lanes / 2 + lane, lanes + lanes / 2 + lane});
  }
  for (int64_t round = 1; round < lanes; round *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < lanes / 2; ++i)
      for (ArrayRef<int64_t> half : {ArrayRef(low), ArrayRef(high)})
        next.push_back(vector::ShuffleOp::create(builder, loc, rows[i],
                                                 rows[i + lanes / 2], half));
    rows = next;
  }
  return rows;
}

bool NestEmitter::emitTransposed(Value tensor, const Place &packed,
                                 unsigned panelDim, int64_t width) {
  const Place from = *tensors.find(tensor);
  auto type = cast<RankedTensorType>(tensor.getType());
  Type element = type.getElementType();
  if (!element.isF32() || from.layout)
    return false;
  int64_t lanes = target.lanes(32);
  std::optional<unsigned> along;
  for (unsigned dim = 0; dim < type.getRank(); ++dim)
    if (from.strides[dim].isOne() && type.getDimSize(dim) != 1)
      along = dim;
  if (lanes < 4 || width % lanes || !along || *along == panelDim ||
      type.isDynamicDim(*along) || type.getDimSize(*along) % lanes)
    return false;

  // Whole lines are read and written at once, squares side by side.
  constexpr int64_t kLineElements = 16;
  auto sideOf = [&](int64_t size) {
    return size % kLineElements ? lanes : std::max(lanes, kLineElements);
  };
  int64_t height = sideOf(width), length = sideOf(type.getDimSize(*along));

  Location loc = builder.getUnknownLoc();
  Extent columns = analysis.extentOf(tensors.getSize(tensor, panelDim));
  SmallVector<unsigned> outer;
  SmallVector<Extent> counts;
  for (unsigned dim = 0; dim < type.getRank(); ++dim)
    if (dim != panelDim && dim != *along) {
      outer.push_back(dim);
      counts.push_back(analysis.extentOf(tensors.getSize(tensor, dim)));
    }
  counts.push_back(ceilDiv(columns, height));
  VectorContext whole;
  whole.lanes = lanes;
  emitParallel(counts, [&](ArrayRef<IndexValue> at) {
    Indices indices(type.getRank());
    for (auto [position, dim] : llvm::enumerate(outer))
      indices[dim] = at[position];
    IndexValue start = at.back() * Monomial(height);
    // Behind the last column it is read again: panels are filled up.
    SmallVector<IndexValue> sources;
    for (int64_t column = 0; column < height; ++column) {
      sources.push_back(plus(start, column));
      if (columns.fixed().value_or(1) % height == 0)
        continue;
      Value one = arith::ConstantIndexOp::create(builder, loc, 1);
      Value last =
          arith::SubIOp::create(builder, loc, extentValue(columns), one);
      Value clamped = arith::MinUIOp::create(
          builder, loc, space.materialize(sources.back()), last);
      sources.back() =
          IndexValue::ofAtom(space.addAtom(clamped, 1, evaluator.level()));
    }
    auto turn = [&](int64_t column, const IndexValue &step) {
      SmallVector<Value> rows;
      for (const IndexValue &source : ArrayRef(sources).slice(column, lanes)) {
        Indices read = indices;
        read[panelDim] = source;
        read[*along] = step;
        read[*along].lane = Monomial(1);
        rows.push_back(evaluator.load(from, *tensors.address(from, read, lanes),
                                      element, whole));
      }
      rows = transposeSquare(builder, rows);
      for (auto [number, row] : llvm::enumerate(rows)) {
        Indices written = indices;
        written[panelDim] = plus(start, column);
        written[panelDim].lane = Monomial(1);
        written[*along] = plus(step, number);
        evaluator.write(packed, written, row, whole);
      }
    };
    Range steps = {IndexValue(), analysis.extentOf(builder.getIndexAttr(
                                     type.getDimSize(*along)))};
    emitLoop(steps, length, {}, [&](IndexValue step, ValueRange) {
      for (int64_t column = 0; column < height; column += lanes)
        for (int64_t square = 0; square < length; square += lanes)
          turn(column, plus(step, square));
      return Carried();
    });
  });
  return true;
}

} // namespace swage
