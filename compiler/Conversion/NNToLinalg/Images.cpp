//===- Images.cpp - lowering of operators on encoded images ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The runtime's library for images decodes: first the size, so that there is
// memory for the pixels, then these.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/RuntimeCalls.h"

using namespace mlir;

namespace swage::nn {
namespace {

struct DecodeImageLowering
    : LowerToLinalgInterface::ExternalModel<DecodeImageLowering,
                                            DecodeImageOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto decode = cast<DecodeImageOp>(op);
    Location loc = op->getLoc();
    Value bytes = createFlat(b, loc, operands[0]);
    auto pair = RankedTensorType::get({2}, b.getI64Type());
    Value size =
        createRuntime(b, loc, "swage_rt_image_size", bytes, pair, {}).front();
    Value height = readCount(b, loc, size, 0);
    Value width = readCount(b, loc, size, 1);
    int64_t order = decode.getOrder() == "rgb"   ? 0
                    : decode.getOrder() == "bgr" ? 1
                                                 : 2;
    auto type = cast<RankedTensorType>(decode.getType());
    return createRuntime(
        b, loc, "swage_rt_image_decode", {bytes, createIntegers(b, loc, order)},
        RankedTensorType::get(type.getShape(), b.getI8Type()), {height, width});
  }
};

} // namespace

void registerImageLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    DecodeImageOp::attachInterface<DecodeImageLowering>(*context);
  });
}

} // namespace swage::nn
