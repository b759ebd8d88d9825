//===- TensorTypes.cpp - storage types of tensor operations ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Frontends build control flow with operations of the tensor dialect around
// those of nn. Where their tensors hold booleans or unsigned integers, they get
// the types that memory holds, too.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace swage::nn;

namespace {

/// The same operation on converted tensors.
template <typename OpTy> struct ConvertTypes : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    OperationState state(op.getLoc(), op->getName());
    state.addOperands(adaptor.getOperands());
    state.addTypes(getStorageTensor(op.getType()));
    state.propertiesAttr = op->getPropertiesAsAttribute();
    rewriter.replaceOp(op, rewriter.create(state));
    return success();
  }
};

/// An element read is what its tensor's type says: a boolean, not a byte.
struct ConvertExtract : OpConversionPattern<tensor::ExtractOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tensor::ExtractOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isInteger(1))
      return rewriter.notifyMatchFailure(op, "only booleans are scalars");
    Location loc = op.getLoc();
    Value byte = tensor::ExtractOp::create(rewriter, loc, adaptor.getTensor(),
                                           adaptor.getIndices());
    Value zero = createScalarConstant(rewriter, loc, byte.getType(), 0);
    rewriter.replaceOpWithNewOp<arith::CmpIOp>(op, arith::CmpIPredicate::ne,
                                               byte, zero);
    return success();
  }
};

struct ConvertFromElements : OpConversionPattern<tensor::FromElementsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tensor::FromElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getStorageTensor(op.getType());
    SmallVector<Value> elements;
    for (Value element : adaptor.getElements()) {
      if (!element.getType().isInteger(1))
        return rewriter.notifyMatchFailure(op, "only booleans are scalars");
      elements.push_back(arith::ExtUIOp::create(
          rewriter, op.getLoc(), type.getElementType(), element));
    }
    rewriter.replaceOpWithNewOp<tensor::FromElementsOp>(op, type, elements);
    return success();
  }
};

/// What is left of a branch that only chooses between values.
struct ConvertSelect : OpConversionPattern<arith::SelectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::SelectOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, adaptor.getCondition(),
                                                 adaptor.getTrueValue(),
                                                 adaptor.getFalseValue());
    return success();
  }
};

} // namespace

void swage::nn::populateTensorTypeConversions(const TypeConverter &converter,
                                              RewritePatternSet &patterns) {
  patterns.add<ConvertExtract, ConvertFromElements, ConvertSelect,
               ConvertTypes<tensor::CastOp>, ConvertTypes<tensor::EmptyOp>,
               ConvertTypes<tensor::InsertSliceOp>,
               ConvertTypes<tensor::ExtractSliceOp>>(converter,
                                                     patterns.getContext());
}
