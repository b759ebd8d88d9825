//===- Search.cpp - gradients of searches and running sums ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What was picked gets its gradient back at its place; an element of a running
// sum, all from its place on.
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

} // namespace

void swage::training::registerSearchGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::TopKOp::attachInterface<TopKGradient>(*context);
    nn::CumSumOp::attachInterface<CumSumGradient>(*context);
  });
}
