//===- Linear.cpp - products, reductions, softmax -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Linear.td.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;

namespace swage::nn {
namespace {

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

struct MatMulLowering
    : LowerToLinalgInterface::ExternalModel<MatMulLowering, MatMulOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto matmul = cast<MatMulOp>(op);
    Location loc = op->getLoc();
    Value lhs = operands[0], rhs = operands[1];
    int64_t lhsRank = rankOf(lhs), rhsRank = rankOf(rhs);
    bool row = lhsRank == 1, column = rhsRank == 1;
    int64_t lhsBatch = row ? 0 : lhsRank - 2;
    int64_t rhsBatch = column ? 0 : rhsRank - 2;
    int64_t batch = std::max(lhsBatch, rhsBatch);

    // Loops: the batch, then m and n where they exist, then k.
    int64_t rank = batch + !row + !column;
    MLIRContext *context = b.getContext();
    AffineExpr m = getAffineDimExpr(batch, context);
    AffineExpr n = getAffineDimExpr(batch + !row, context);
    AffineExpr k = getAffineDimExpr(rank, context);

    Sizes sizes = fitBatches(b, loc, lhs, lhsBatch, rhs, rhsBatch);
    Sizes lhsSizes = sizesOf(b, loc, operands[0]);
    Sizes rhsSizes = sizesOf(b, loc, operands[1]);
    auto getBatchExprs = [&](Value operand, int64_t own) {
      SmallVector<AffineExpr> exprs;
      for (int64_t i = 0; i < own; ++i)
        exprs.push_back(shapeOf(operand)[i] == 1
                            ? getAffineConstantExpr(0, context)
                            : getAffineDimExpr(batch - own + i, context));
      return exprs;
    };
    SmallVector<AffineExpr> lhsExprs = getBatchExprs(lhs, lhsBatch);
    SmallVector<AffineExpr> rhsExprs = getBatchExprs(rhs, rhsBatch);
    OpFoldResult mSize, nSize;
    if (row) {
      lhsExprs.push_back(k);
    } else {
      bool transposed = matmul.getTransposeLhs();
      llvm::append_range(lhsExprs, transposed ? ArrayRef<AffineExpr>{k, m}
                                              : ArrayRef<AffineExpr>{m, k});
      mSize = lhsSizes[lhsRank - (transposed ? 1 : 2)];
    }
    if (column) {
      rhsExprs.push_back(k);
    } else {
      bool transposed = matmul.getTransposeRhs();
      llvm::append_range(rhsExprs, transposed ? ArrayRef<AffineExpr>{n, k}
                                              : ArrayRef<AffineExpr>{k, n});
      nSize = rhsSizes[rhsRank - (transposed ? 2 : 1)];
    }

    if (!row)
      sizes.push_back(mSize);
    if (!column)
      sizes.push_back(nSize);

    Type elementType = elementTypeOf(lhs);
    Type sumType = getAccumulatorType(elementType);
    Value zero = createScalarConstant(b, loc, sumType, 0);
    Value init = createFilled(b, loc, sizes, zero);
    SmallVector<AffineMap> maps{
        AffineMap::get(rank + 1, 0, lhsExprs, context),
        AffineMap::get(rank + 1, 0, rhsExprs, context),
        AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank)};
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    iterators.push_back(utils::IteratorType::reduction);
    auto product = linalg::GenericOp::create(
        b, loc, init.getType(), ValueRange{lhs, rhs}, init, maps, iterators,
        [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
          Value sum =
              createMultiplyAdd(inner, innerLoc, args[0], args[1], args[2]);
          linalg::YieldOp::create(inner, innerLoc, sum);
        });
    Value result = product.getResult(0);
    if (sumType != elementType)
      result = createParallel(
          b, loc, result, b.getMultiDimIdentityMap(rank), sizes, elementType,
          [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
            return convertFloat(inner, innerLoc, args[0], elementType);
          });
    return Values{result};
  }

  /// Makes the batches, the leading dimensions of both operands, fit each other
  /// and returns their common sizes.
  static Sizes fitBatches(OpBuilder &b, Location loc, Value &lhs,
                          int64_t lhsBatch, Value &rhs, int64_t rhsBatch) {
    SmallVector<Sizes> wanted{sizesOf(b, loc, lhs), sizesOf(b, loc, rhs)};
    int64_t counts[] = {lhsBatch, rhsBatch};
    int64_t batch = std::max(lhsBatch, rhsBatch);
    Sizes common(batch, b.getIndexAttr(1));
    for (auto [sizes, count] : llvm::zip_equal(wanted, counts))
      for (int64_t i = 0; i < count; ++i) {
        OpFoldResult &size = common[batch - count + i];
        size = broadcastSize(b, loc, size, sizes[i]);
      }
    for (auto [sizes, count] : llvm::zip_equal(wanted, counts))
      std::copy_n(common.end() - count, count, sizes.begin());
    Values operands{lhs, rhs};
    createBroadcastsTo(b, loc, operands, wanted);
    lhs = operands[0];
    rhs = operands[1];
    return common;
  }
};

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

enum class Reduction { Sum, Product, Max, Min, Mean };

template <typename OpTy, Reduction kind>
struct ReductionLowering
    : LowerToLinalgInterface::ExternalModel<ReductionLowering<OpTy, kind>,
                                            OpTy> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto reduction = cast<OpTy>(op);
    Location loc = op->getLoc();
    bool isUnsigned = nn::isUnsigned(reduction.getInput());
    Type elementType = elementTypeOf(operands[0]);
    Type type = getAccumulatorType(elementType);
    Value init;
    if constexpr (kind == Reduction::Max)
      init = createLeast(b, loc, type, isUnsigned);
    else if constexpr (kind == Reduction::Min)
      init = createGreatest(b, loc, type, isUnsigned);
    else
      init = createScalarConstant(b, loc, type,
                                  kind == Reduction::Product ? 1 : 0);
    Value result = createReduction(
        b, loc, operands[0], reduction.getAxes(), reduction.getKeepDims(), init,
        [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
          ScalarBuilder s(inner, innerLoc, type, isUnsigned);
          Value element = convertFloat(inner, innerLoc, args[0], type);
          if constexpr (kind == Reduction::Max)
            return s.max(args[1], element);
          else if constexpr (kind == Reduction::Min)
            return s.min(args[1], element);
          else if constexpr (kind == Reduction::Product)
            return s.mul(args[1], element);
          else
            return s.add(args[1], element);
        });
    Value divisor;
    if constexpr (kind == Reduction::Mean) {
      OpFoldResult count = b.getIndexAttr(1);
      Sizes inputSizes = sizesOf(b, loc, operands[0]);
      for (int64_t axis : reduction.getAxes())
        count = mulSizes(b, loc, count, inputSizes[axis]);
      Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                                 asValue(b, loc, count));
      if (isa<FloatType>(type)) {
        divisor = arith::SIToFPOp::create(b, loc, type, integer);
        if (auto known = getConstantIntValue(count))
          divisor = createScalarConstant(b, loc, type, double(*known));
      } else {
        divisor = integer;
        if (type.getIntOrFloatBitWidth() < 64)
          divisor = arith::TruncIOp::create(b, loc, type, integer);
      }
    }
    if (divisor || type != elementType)
      result = createParallel(
          b, loc, result, b.getMultiDimIdentityMap(rankOf(result)),
          sizesOf(b, loc, result), elementType,
          [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
            ScalarBuilder s(inner, innerLoc, type, isUnsigned);
            Value value = divisor ? s.div(args[0], divisor) : args[0];
            return convertFloat(inner, innerLoc, value, elementType);
          });
    return Values{result};
  }
};

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

struct SoftmaxLowering
    : LowerToLinalgInterface::ExternalModel<SoftmaxLowering, SoftmaxOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto softmax = cast<SoftmaxOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t rank = rankOf(input), axis = softmax.getAxis();
    Type elementType = elementTypeOf(input);
    Type type = getAccumulatorType(elementType);
    Sizes sizes = sizesOf(b, loc, input);
    auto reduce = [&](Value source, bool isMax) {
      Value init = isMax ? createLeast(b, loc, type, false)
                         : createScalarConstant(b, loc, type, 0);
      return createReduction(
          b, loc, source, axis, /*keepDims=*/false, init,
          [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
            ScalarBuilder s(inner, innerLoc, type);
            Value element = convertFloat(inner, innerLoc, args[0], type);
            return isMax ? s.max(args[1], element) : s.add(args[1], element);
          });
    };
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    AffineMap row = identity.dropResult(axis);
    Value greatest = reduce(input, true);
    bool logarithm = softmax.getLogarithm();
    auto shifted = [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
      ScalarBuilder s(inner, innerLoc, type);
      return s.sub(convertFloat(inner, innerLoc, args[0], type), args[1]);
    };
    Value exponentials = createParallel(
        b, loc, {input, greatest}, {identity, row}, sizes, type,
        [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
          Value difference = shifted(inner, innerLoc, args);
          return ScalarBuilder(inner, innerLoc, type).exp(difference);
        });
    Value sum = reduce(exponentials, false);
    SmallVector<Value> sources{logarithm ? input : exponentials, greatest, sum};
    Value result = createParallel(
        b, loc, sources, {identity, row, row}, sizes, elementType,
        [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
          ScalarBuilder s(inner, innerLoc, type);
          Value value =
              logarithm ? s.sub(shifted(inner, innerLoc, args), s.log(args[2]))
                        : s.div(args[0], args[2]);
          return convertFloat(inner, innerLoc, value, elementType);
        });
    return Values{result};
  }
};

} // namespace

Value createMultiplyAdd(OpBuilder &b, Location loc, Value x, Value y,
                        Value sum) {
  Type type = sum.getType();
  if (isa<FloatType>(type)) {
    auto contract = arith::FastMathFlagsAttr::get(
        b.getContext(), arith::FastMathFlags::contract);
    Value product =
        arith::MulFOp::create(b, loc, convertFloat(b, loc, x, type),
                              convertFloat(b, loc, y, type), contract);
    return arith::AddFOp::create(b, loc, sum, product, contract);
  }
  Value product = arith::MulIOp::create(b, loc, x, y);
  return arith::AddIOp::create(b, loc, sum, product);
}

void registerLinearLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    MatMulOp::attachInterface<MatMulLowering>(*context);
    SoftmaxOp::attachInterface<SoftmaxLowering>(*context);
    ReduceSumOp::attachInterface<
        ReductionLowering<ReduceSumOp, Reduction::Sum>>(*context);
    ReduceProdOp::attachInterface<
        ReductionLowering<ReduceProdOp, Reduction::Product>>(*context);
    ReduceMaxOp::attachInterface<
        ReductionLowering<ReduceMaxOp, Reduction::Max>>(*context);
    ReduceMinOp::attachInterface<
        ReductionLowering<ReduceMinOp, Reduction::Min>>(*context);
    ReduceMeanOp::attachInterface<
        ReductionLowering<ReduceMeanOp, Reduction::Mean>>(*context);
  });
}

} // namespace swage::nn
