//===- ConvertNNToLinalg.cpp - the conversion pass ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Drives the lowerings of the operators, which interfaces provide, and changes
// element types to those that memory holds.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Transforms/DialectConversion.h"

namespace swage {
#define GEN_PASS_DEF_CONVERTNNTOLINALGPASS
#include "compiler/Conversion/NNToLinalg/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage::nn;

namespace {

/// Builds one element of an elementwise operator from elements as memory holds
/// them. Narrow floats are computed in f32.
Value buildStoredScalar(ElementwiseInterface op, OpBuilder &b, Location loc,
                        ValueRange stored) {
  SmallVector<Value> scalars;
  for (auto [value, operand] : llvm::zip(stored, op->getOperands())) {
    Type type = elementTypeOf(operand);
    if (type.isInteger(1)) {
      Value zero = createScalarConstant(b, loc, value.getType(), 0);
      scalars.push_back(
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero));
    } else {
      scalars.push_back(convertFloat(b, loc, value, getAccumulatorType(type)));
    }
  }
  Value result = op.buildScalar(b, loc, scalars);
  Type type = getStorageType(elementTypeOf(op->getResult(0)));
  if (result.getType().isInteger(1))
    return arith::ExtUIOp::create(b, loc, type, result);
  return convertFloat(b, loc, result, type);
}

/// Elementwise operators: one generic over the broadcast operands.
struct LowerElementwise : OpInterfaceConversionPattern<ElementwiseInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;
  LogicalResult
  matchAndRewrite(ElementwiseInterface op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    int64_t rank = type.getRank();
    if (Value small = lowerScalars(op, operands, rewriter)) {
      rewriter.replaceOp(op, small);
      return success();
    }
    SmallVector<AffineMap> maps;
    for (Value operand : operands)
      maps.push_back(
          getBroadcastMap(getContext(), shapeOf(operand), type.getShape()));
    Sizes sizes = broadcastSizes(rewriter, loc, operands, rank);
    for (auto [size, known] : llvm::zip(sizes, type.getShape()))
      if (!ShapedType::isDynamic(known))
        size = fixed(rewriter, known);
    Value result =
        createParallel(rewriter, loc, operands, maps, sizes,
                       getStorageType(type.getElementType()),
                       [&](OpBuilder &b, Location inner, ValueRange scalars) {
                         return buildStoredScalar(op, b, inner, scalars);
                       });
    rewriter.replaceOp(op, result);
    return success();
  }

  /// Shape arithmetic: every operand's elements are at hand as scalars.
  static Value lowerScalars(ElementwiseInterface op, ArrayRef<Value> operands,
                            OpBuilder &b) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (!type.hasStaticShape() || type.getRank() > 1 ||
        !isa<IntegerType>(type.getElementType()))
      return nullptr;
    Location loc = op->getLoc();
    SmallVector<Values> elements;
    for (Value operand : operands) {
      auto scalars = getScalarElements(b, loc, operand);
      if (!scalars)
        return nullptr;
      elements.push_back(*scalars);
    }
    Values results;
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
      Values scalars;
      for (Values &values : elements)
        scalars.push_back(values[values.size() == 1 ? 0 : i]);
      results.push_back(buildStoredScalar(op, b, loc, scalars));
    }
    return tensor::FromElementsOp::create(b, loc, getStorageTensor(type),
                                          results);
  }
};

/// Shape arithmetic that moves single elements.
template <typename OpTy>
struct LowerScalarMovement : OpConversionPattern<OpTy> {
  LowerScalarMovement(const TypeConverter &converter, MLIRContext *context)
      : OpConversionPattern<OpTy>(converter, context, /*benefit=*/2) {}

  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (!type.hasStaticShape() || type.getRank() > 1)
      return rewriter.notifyMatchFailure(op, "not a small vector");
    Values results;
    if (failed(collect(op, adaptor, rewriter, results)))
      return rewriter.notifyMatchFailure(op, "elements are not at hand");
    rewriter.replaceOpWithNewOp<tensor::FromElementsOp>(
        op, getStorageTensor(type), results);
    return success();
  }

  static LogicalResult collect(ReshapeOp op, ReshapeOp::Adaptor adaptor,
                               OpBuilder &b, Values &results) {
    auto elements = getScalarElements(b, op.getLoc(), adaptor.getInput());
    if (!elements)
      return failure();
    results = *elements;
    return success();
  }
  static LogicalResult collect(ConcatOp op, ConcatOp::Adaptor adaptor,
                               OpBuilder &b, Values &results) {
    for (Value input : adaptor.getInputs()) {
      auto elements = getScalarElements(b, op.getLoc(), input);
      if (!elements)
        return failure();
      llvm::append_range(results, *elements);
    }
    return success();
  }
  static LogicalResult collect(GatherOp op, GatherOp::Adaptor adaptor,
                               OpBuilder &b, Values &results) {
    auto elements = getScalarElements(b, op.getLoc(), adaptor.getData());
    auto indices = getConstantElements(op.getIndices());
    if (!elements || !indices || rankOf(op.getData()) != 1)
      return failure();
    for (int64_t index : *indices) {
      auto place = normalizeAxis(index, elements->size());
      if (!place)
        return failure();
      results.push_back((*elements)[*place]);
    }
    return success();
  }
  static LogicalResult collect(SliceOp op, SliceOp::Adaptor adaptor,
                               OpBuilder &b, Values &results) {
    auto elements = getScalarElements(b, op.getLoc(), adaptor.getInput());
    auto starts = getConstantElements(op.getStarts());
    auto steps = getConstantElements(op.getSteps());
    if (!elements || !starts || !steps || starts->size() != 1 ||
        rankOf(op.getInput()) != 1)
      return failure();
    int64_t size = elements->size(), start = starts->front();
    start = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size);
    for (int64_t i = 0, e = shapeOf(op.getResult())[0]; i < e; ++i) {
      int64_t place = start + i * steps->front();
      if (place < 0 || place >= size)
        return failure();
      results.push_back((*elements)[place]);
    }
    return success();
  }
};

/// All other operators, through their interface.
struct LowerByInterface : OpInterfaceConversionPattern<LowerToLinalgInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;
  LogicalResult
  matchAndRewrite(LowerToLinalgInterface op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<Values> results = op.lowerToLinalg(operands, rewriter);
    if (failed(results))
      return failure();
    for (auto [value, original] : llvm::zip(*results, op->getResults())) {
      auto type = getTypeConverter()->convertType(original.getType());
      if (value.getType() != type)
        value = tensor::CastOp::create(rewriter, op->getLoc(), type, value);
    }
    rewriter.replaceOp(op, *results);
    return success();
  }
};

/// Constants keep their bytes; booleans become bytes.
struct ConvertConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getStorageTensor(op.getType());
    TypedAttr value;
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue()))
      value = DenseResourceElementsAttr::get(type, resource.getRawHandle());
    else if (auto dense = dyn_cast<DenseIntElementsAttr>(op.getValue()))
      value = dense.mapValues(type.getElementType(), [&](const APInt &element) {
        return element.zextOrTrunc(type.getElementTypeBitWidth());
      });
    else
      return rewriter.notifyMatchFailure(op, "not an integer tensor");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, type, value);
    return success();
  }
};

struct ConvertNNToLinalg
    : swage::impl::ConvertNNToLinalgPassBase<ConvertNNToLinalg> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type {
      if (!isa<IntegerType>(type.getElementType()))
        return type;
      return getStorageTensor(type);
    });
    auto bridge = [](OpBuilder &b, Type type, ValueRange inputs,
                     Location loc) -> Value {
      return UnrealizedConversionCastOp::create(b, loc, type, inputs)
          .getResult(0);
    };
    converter.addSourceMaterialization(bridge);
    converter.addTargetMaterialization(bridge);

    ConversionTarget target(*context);
    target.addIllegalDialect<NNDialect>();
    target.markUnknownOpDynamicallyLegal(
        [&](Operation *op) { return converter.isLegal(op); });
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp func) {
      return converter.isSignatureLegal(func.getFunctionType()) &&
             converter.isLegal(&func.getBody());
    });

    RewritePatternSet patterns(context);
    patterns.add<LowerElementwise, LowerByInterface, ConvertConstant,
                 LowerScalarMovement<ReshapeOp>, LowerScalarMovement<ConcatOp>,
                 LowerScalarMovement<GatherOp>, LowerScalarMovement<SliceOp>>(
        converter, context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateTensorTypeConversions(converter, patterns);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void swage::nn::registerLinalgLowerings(DialectRegistry &registry) {
  registerBoxSelectionLowerings(registry);
  registerConvolutionLowerings(registry);
  registerIndexingLowerings(registry);
  registerLinearLowerings(registry);
  registerNormalizationLowerings(registry);
  registerPoolingLowerings(registry);
  registerRecurrentLowerings(registry);
  registerSearchLowerings(registry);
  registerShapeLowerings(registry);
}
