//===- Requirements.cpp - lowering of checks that a model asks for --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Checks.h"

using namespace mlir;

namespace swage::nn {
namespace {

struct RequireLowering
    : LowerToLinalgInterface::ExternalModel<RequireLowering, RequireOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value condition = createScalarRead(b, loc, operands[1]);
    if (!condition.getType().isInteger(1))
      condition = arith::TruncIOp::create(b, loc, b.getI1Type(), condition);
    createRequire(b, loc, condition, cast<RequireOp>(op).getMessage(), {});
    return Values{operands[0]};
  }
};

} // namespace

void registerRequirementLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    RequireOp::attachInterface<RequireLowering>(*context);
  });
}

} // namespace swage::nn
