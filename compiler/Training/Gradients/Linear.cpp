//===- Linear.cpp - gradients of products, reductions, softmax ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include <numeric>

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

struct MatMulGradient
    : nn::DifferentiableInterface::ExternalModel<MatMulGradient, nn::MatMulOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto matmul = cast<nn::MatMulOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value lhs = matmul.getLhs(), rhs = matmul.getRhs(), dy = cotangents[0];
    bool transposeLhs = matmul.getTransposeLhs(),
         transposeRhs = matmul.getTransposeRhs();

    // Vectors are matrices with one row or column.
    SmallVector<int64_t> product(b.shapeOf(dy));
    Value left = lhs, right = rhs;
    if (b.rankOf(lhs) == 1) {
      left = b.reshape(lhs, {1, b.shapeOf(lhs)[0]});
      transposeLhs = false;
      product.insert(product.end() - (b.rankOf(rhs) > 1), 1);
    }
    if (b.rankOf(rhs) == 1) {
      right = b.reshape(rhs, {b.shapeOf(rhs)[0], 1});
      transposeRhs = false;
      product.push_back(1);
    }
    dy = b.reshape(dy, product);

    // A batch of rows times one matrix is one product of all rows.
    if (b.rankOf(right) == 2 && b.rankOf(left) > 2 && !transposeLhs) {
      left = b.reshape(left, flattened(b, left));
      dy = b.reshape(dy, flattened(b, dy));
    }

    // With L = op(lhs) and R = op(rhs): dL = dY R^T, dR = L^T dY.
    Value gradientLeft = transposeLhs
                             ? b.matmul(right, dy, transposeRhs, true)
                             : b.matmul(dy, right, false, !transposeRhs);
    Value gradientRight = transposeRhs
                              ? b.matmul(dy, left, true, transposeLhs)
                              : b.matmul(left, dy, !transposeLhs, false);
    auto bring = [&](Value gradient, Value matrix, Value operand) {
      return b.reshapeLike(b.sumTo(gradient, b.shapeOf(matrix)), operand);
    };
    return Values{bring(gradientLeft, left, lhs),
                  bring(gradientRight, right, rhs)};
  }

  static SmallVector<int64_t> flattened(const TensorBuilder &b, Value value) {
    int64_t columns = b.shapeOf(value).back();
    return {b.countOf(value) / std::max<int64_t>(columns, 1), columns};
  }
};

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// The gradient of a reduction, or its result, with the axes that it dropped as
/// dimensions of size 1: it broadcasts against the input.
template <typename OpTy>
Value keepAxes(const TensorBuilder &b, OpTy op, Value value) {
  SmallVector<int64_t> shape(b.shapeOf(op.getInput()));
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return b.reshape(value, shape);
}

template <typename OpTy>
struct SumGradient
    : nn::DifferentiableInterface::ExternalModel<SumGradient<OpTy>, OpTy> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto reduction = cast<OpTy>(op);
    TensorBuilder b(builder, op->getLoc());
    Value input = reduction.getInput(),
          dy = keepAxes(b, reduction, cotangents[0]);
    if constexpr (std::is_same_v<OpTy, nn::ReduceMeanOp>)
      dy = b.div(dy, double(b.countOf(input)) /
                         std::max<int64_t>(b.countOf(dy), 1));
    return Values{b.expand(dy, b.shapeOf(input))};
  }
};

/// Elements that are all the greatest share the gradient.
template <typename OpTy>
struct ExtremeGradient
    : nn::DifferentiableInterface::ExternalModel<ExtremeGradient<OpTy>, OpTy> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto reduction = cast<OpTy>(op);
    TensorBuilder b(builder, op->getLoc());
    Value input = reduction.getInput(),
          dy = keepAxes(b, reduction, cotangents[0]),
          y = keepAxes(b, reduction, reduction.getResult());
    Value chosen = b.equal(input, y);
    Value count = b.sum(b.cast(chosen, b.elementTypeOf(input)),
                        reduction.getAxes(), /*keepDims=*/true);
    return Values{b.keepIf(chosen, b.div(dy, count))};
  }
};

/// The product of all others: the result over the element, but where there is
/// a zero among them.
struct ProductGradient
    : nn::DifferentiableInterface::ExternalModel<ProductGradient,
                                                 nn::ReduceProdOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto reduction = cast<nn::ReduceProdOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value input = reduction.getInput(),
          dy = keepAxes(b, reduction, cotangents[0]);
    Value zero = b.scalarLike(input, 0), one = b.scalarLike(input, 1);
    Value isZero = b.equal(input, zero);
    Value others = b.select(isZero, one, input);
    Value product = b.make<nn::ReduceProdOp>(others, reduction.getAxes(),
                                             /*keep_dims=*/true);
    Value zeros = b.sum(b.cast(isZero, b.elementTypeOf(input)),
                        reduction.getAxes(), /*keepDims=*/true);
    // Zeros among the others: all of them, less the element itself.
    Value left = b.sub(zeros, b.cast(isZero, b.elementTypeOf(input)));
    Value gradient = b.mul(dy, b.div(product, others));
    return Values{b.keepIf(b.equal(left, zero), gradient)};
  }
};

/// The cofactors: the determinants of what is left without the row and the
/// column of an element, with the signs of a chessboard. (The inverse would do
/// for regular matrices only.)
struct DetGradient
    : nn::DifferentiableInterface::ExternalModel<DetGradient, nn::DetOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    TensorBuilder b(builder, op->getLoc());
    Value x = op->getOperand(0);
    SmallVector<int64_t> shape(b.shapeOf(x)), one = shape;
    int64_t rank = shape.size(), size = shape.back();
    one[rank - 2] = one[rank - 1] = 1;
    Value dy = b.expand(b.reshape(cotangents[0], one), shape);
    if (size <= 1)
      return Values{dy};
    SmallVector<int64_t> left, odd;
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < size; ++j) {
        if (i != j)
          left.push_back(j);
        odd.push_back((i + j) % 2);
      }
    // [.., n, n] -> [.., n, n - 1, n, n - 1] -> [.., n, n, n - 1, n - 1]
    Value places = b.indices(left, {size, size - 1});
    Value minors = b.gather(b.gather(x, places, rank - 2), places, rank);
    SmallVector<int64_t> order(rank + 2);
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[rank - 1], order[rank]);
    Value cofactors = b.make<nn::DetOp>(b.transpose(minors, order));
    Value isOdd = b.equal(b.indices(odd, {size, size}), b.index(1));
    return Values{b.mul(dy, b.select(isOdd, b.neg(cofactors), cofactors))};
  }
};

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

struct SoftmaxGradient
    : nn::DifferentiableInterface::ExternalModel<SoftmaxGradient,
                                                 nn::SoftmaxOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto softmax = cast<nn::SoftmaxOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value y = softmax.getResult(), dy = cotangents[0];
    int64_t axis = softmax.getAxis();
    if (softmax.getLogarithm()) {
      Value total = b.sum(dy, {axis}, /*keepDims=*/true);
      return Values{b.sub(dy, b.mul(b.exp(y), total))};
    }
    Value total = b.sum(b.mul(dy, y), {axis}, /*keepDims=*/true);
    return Values{b.mul(y, b.sub(dy, total))};
  }
};

} // namespace

void swage::training::registerLinearGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::MatMulOp::attachInterface<MatMulGradient>(*context);
    nn::ReduceSumOp::attachInterface<SumGradient<nn::ReduceSumOp>>(*context);
    nn::ReduceMeanOp::attachInterface<SumGradient<nn::ReduceMeanOp>>(*context);
    nn::ReduceMaxOp::attachInterface<ExtremeGradient<nn::ReduceMaxOp>>(
        *context);
    nn::ReduceMinOp::attachInterface<ExtremeGradient<nn::ReduceMinOp>>(
        *context);
    nn::ReduceProdOp::attachInterface<ProductGradient>(*context);
    nn::DetOp::attachInterface<DetGradient>(*context);
    nn::SoftmaxOp::attachInterface<SoftmaxGradient>(*context);
  });
}
