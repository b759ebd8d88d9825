//===- Search.cpp - gradients of searches and running sums ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What was picked gets its gradient back at its place; an element of a running
// sum, all from its place on; one of a running product, those times what is
// multiplied with it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

struct TopKGradient
    : nn::DifferentiableInterface::ExternalModel<TopKGradient, nn::TopKOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto top = cast<nn::TopKOp>(op);
    TensorBuilder b(builder, op->getLoc());
    if (!cotangents[0])
      return Values{Value(), Value()};
    return Values{b.make<nn::ScatterElementsOp>(b.zerosLike(top.getInput()),
                                                top.getIndices(), cotangents[0],
                                                top.getAxis(), "add"),
                  Value()};
  }
};

struct CumSumGradient
    : nn::DifferentiableInterface::ExternalModel<CumSumGradient, nn::CumSumOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto sum = cast<nn::CumSumOp>(op);
    TensorBuilder b(builder, op->getLoc());
    return Values{b.make<nn::CumSumOp>(cotangents[0], sum.getAxis(),
                                       sum.getExclusive(), !sum.getReverse()),
                  Value()};
  }
};

/// With y_k the product of all x_i up to k, dx_j is the sum over k from j on of
/// dy_k y_k / x_j. Of zeros only the first has a gradient: with it left out of
/// the products.
struct CumProdGradient
    : nn::DifferentiableInterface::ExternalModel<CumProdGradient,
                                                 nn::CumProdOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto product = cast<nn::CumProdOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value x = product.getInput(), y = product.getResult(), dy = cotangents[0];
    auto sumBack = [&](Value value) -> Value {
      return b.make<nn::CumSumOp>(value, product.getAxis(),
                                  product.getExclusive(),
                                  !product.getReverse());
    };
    Value zero = b.scalarLike(x, 0), one = b.scalarLike(x, 1);
    Value isZero = b.equal(x, zero);
    Value count = b.make<nn::CumSumOp>(b.cast(isZero, b.elementTypeOf(x)),
                                       product.getAxis(), /*exclusive=*/false,
                                       product.getReverse());
    Value isFirst = b.equal(b.keepIf(isZero, count), one);
    Value without =
        b.make<nn::CumProdOp>(b.select(isFirst, one, x), product.getAxis(),
                              product.getExclusive(), product.getReverse());
    Value ofOthers = b.div(sumBack(b.mul(dy, y)), b.select(isZero, one, x));
    Value ofZeros = b.keepIf(isFirst, sumBack(b.mul(dy, without)));
    return Values{b.select(isZero, ofZeros, ofOthers), Value()};
  }
};

} // namespace

void swage::training::registerSearchGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::TopKOp::attachInterface<TopKGradient>(*context);
    nn::CumSumOp::attachInterface<CumSumGradient>(*context);
    nn::CumProdOp::attachInterface<CumProdGradient>(*context);
  });
}
