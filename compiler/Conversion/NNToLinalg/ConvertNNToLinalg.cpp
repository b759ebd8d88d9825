//===- ConvertNNToLinalg.cpp - the conversion pass ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Drives the lowerings of the operators, which interfaces provide, and changes
// element types to those that memory holds.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/NarrowFloats.h"
#include "dialects/NN/Types.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "llvm/ADT/TypeSwitch.h"

namespace swage {
#define GEN_PASS_DEF_CONVERTNNTOLINALGPASS
#include "compiler/Conversion/NNToLinalg/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage::nn;

namespace {

/// An element of `type` for computing, from what memory holds. Narrow floats
/// are computed in f32.
Value loadScalar(OpBuilder &b, Location loc, Value stored, Type type) {
  if (type.isInteger(1)) {
    Value zero = createScalarConstant(b, loc, stored.getType(), 0);
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, stored,
                                 zero);
  }
  if (isNarrowFloat(type))
    return decodeNarrowFloat(b, loc, stored, cast<FloatType>(type));
  if (isa<FloatType>(type))
    return convertFloat(b, loc, stored, getAccumulatorType(type));
  if (isa<StringType>(type))
    return stored;
  if (stored.getType() != getSignless(type))
    return arith::TruncIOp::create(b, loc, getSignless(type), stored);
  return stored;
}

/// A computed element of `type` as memory holds it.
Value storeScalar(OpBuilder &b, Location loc, Value value, Type type) {
  Type storage = getStorageType(type);
  if (value.getType() == storage)
    return value;
  if (isNarrowFloat(type))
    return encodeNarrowFloat(b, loc, value, cast<FloatType>(type),
                             /*saturate=*/false);
  if (isa<FloatType>(type))
    return convertFloat(b, loc, value, storage);
  if (type.isInteger(1) || type.isUnsignedInteger())
    return arith::ExtUIOp::create(b, loc, storage, value);
  return arith::ExtSIOp::create(b, loc, storage, value);
}

/// Builds one element of an elementwise operator from elements as memory holds
/// them.
Value buildStoredScalar(ElementwiseInterface op, OpBuilder &b, Location loc,
                        ValueRange stored) {
  SmallVector<Value> scalars;
  for (auto [value, operand] : llvm::zip(stored, op->getOperands()))
    scalars.push_back(loadScalar(b, loc, value, elementTypeOf(operand)));
  Value result = op.buildScalar(b, loc, scalars);
  return storeScalar(b, loc, result, elementTypeOf(op->getResult(0)));
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
    Sizes sizes = broadcastSizes(rewriter, loc, operands, rank);
    for (auto [size, known] : llvm::zip(sizes, type.getShape()))
      if (!ShapedType::isDynamic(known))
        size = fixed(rewriter, known);
    Values sources(operands);
    createBroadcasts(rewriter, loc, sources, sizes);
    SmallVector<AffineMap> maps;
    for (Value source : sources)
      maps.push_back(
          getBroadcastMap(getContext(), shapeOf(source), type.getShape()));
    Value result =
        createParallel(rewriter, loc, sources, maps, sizes,
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

/// Shape arithmetic that moves single elements: the elements of the result.
struct ScalarMovement {
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

/// The result of such an operator, when its operands' elements are at hand.
/// (A pattern of its own would come too late: a conversion tries those for
/// interfaces first.)
Value moveScalars(Operation *op, ArrayRef<Value> operands, OpBuilder &b) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getRank() > 1)
    return nullptr;
  Values results;
  LogicalResult moved =
      llvm::TypeSwitch<Operation *, LogicalResult>(op)
          .Case<ReshapeOp, ConcatOp, GatherOp, SliceOp>([&](auto movement) {
            typename decltype(movement)::Adaptor adaptor(operands, movement);
            return ScalarMovement::collect(movement, adaptor, b, results);
          })
          .Default([](Operation *) { return failure(); });
  if (failed(moved))
    return nullptr;
  return tensor::FromElementsOp::create(b, op->getLoc(), getStorageTensor(type),
                                        results);
}

/// All other operators, through their interface.
struct LowerByInterface : OpInterfaceConversionPattern<LowerToLinalgInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;
  LogicalResult
  matchAndRewrite(LowerToLinalgInterface op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (Value small = moveScalars(op, operands, rewriter)) {
      rewriter.replaceOp(op, small);
      return success();
    }
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

/// A constant's elements as memory holds them.
ElementsAttr getStored(ElementsAttr elements) {
  RankedTensorType type = getStorageTensor(elements.getType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseIntElementsAttr>(elements))
    return dense.mapValues(type.getElementType(), [&](const APInt &element) {
      return extendToStorage(element, dense.getElementType());
    });
  auto floats = dyn_cast<DenseFPElementsAttr>(elements);
  if (!floats || !isNarrowFloat(floats.getElementType()))
    return elements;
  return floats.mapValues(type.getElementType(), [](const APFloat &element) {
    return element.bitcastToAPInt().zextOrTrunc(8);
  });
}

/// Whether a constant repeats one element so often that neither the compiler
/// nor the compiled model should hold it.
bool isHugeSplat(arith::ConstantOp constant) {
  constexpr int64_t limit = int64_t(1) << 28;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat() && dense.getNumElements() > limit;
}

/// The tensor of a huge splat, made when the program runs.
Value createHugeSplat(arith::ConstantOp op, OpBuilder &b) {
  auto type = cast<RankedTensorType>(op.getType());
  auto element =
      cast<DenseElementsAttr>(op.getValue()).getSplatValue<Attribute>();
  auto one = DenseElementsAttr::get(
      RankedTensorType::get({}, type.getElementType()), element);
  Location loc = op.getLoc();
  Value scalar =
      arith::ConstantOp::create(b, loc, cast<TypedAttr>(getStored(one)));
  scalar = tensor::ExtractOp::create(b, loc, scalar, ValueRange());
  return createFilled(
      b, loc, getAsIndexOpFoldResult(b.getContext(), type.getShape()), scalar);
}

/// Constants keep their bytes; what is smaller than a byte becomes one.
struct ConvertConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto elements = dyn_cast<ElementsAttr>(op.getValue());
    if (!elements)
      return rewriter.notifyMatchFailure(op, "is no tensor");
    if (isHugeSplat(op))
      rewriter.replaceOp(op, createHugeSplat(op, rewriter));
    else
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(
          op, cast<TypedAttr>(getStored(elements)));
    return success();
  }
};

struct ConvertBarrier : OpConversionPattern<swage::kernel::BarrierOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(swage::kernel::BarrierOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<swage::kernel::BarrierOp>(op,
                                                          adaptor.getInput());
    return success();
  }
};

/// Notes which inputs and outputs hold strings: afterwards they look like
/// tensors of integers.
void markStrings(ModuleOp module) {
  Builder builder(module.getContext());
  auto holdsStrings = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && isa<StringType>(tensor.getElementType());
  };
  for (auto func : module.getOps<func::FuncOp>()) {
    IntegerAttr strings = builder.getI64IntegerAttr(
        getDataType(StringType::get(module.getContext())));
    for (auto [index, type] : llvm::enumerate(func.getArgumentTypes()))
      if (holdsStrings(type))
        func.setArgAttr(index, "kernel.dtype", strings);
    for (auto [index, type] : llvm::enumerate(func.getResultTypes()))
      if (holdsStrings(type))
        func.setResultAttr(index, "kernel.dtype", strings);
  }
}

struct ConvertNNToLinalg
    : swage::impl::ConvertNNToLinalgPassBase<ConvertNNToLinalg> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    markStrings(getOperation());
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type {
      Type element = type.getElementType();
      if (!isa<IntegerType, StringType>(element) && !isNarrowFloat(element))
        return type;
      return getStorageTensor(type);
    });
    // Handles of values that the run owns.
    converter.addConversion([context](SequenceType) -> Type {
      return IntegerType::get(context, 64);
    });
    converter.addConversion(
        [context](MapType) -> Type { return IntegerType::get(context, 64); });
    converter.addConversion([context](OptionalType) -> Type {
      return IntegerType::get(context, 64);
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
    target.addDynamicallyLegalOp<arith::ConstantOp>(
        [&](arith::ConstantOp constant) {
          return converter.isLegal(constant.getOperation()) &&
                 !isHugeSplat(constant);
        });
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp func) {
      return converter.isSignatureLegal(func.getFunctionType()) &&
             converter.isLegal(&func.getBody());
    });

    RewritePatternSet patterns(context);
    patterns.add<LowerElementwise, LowerByInterface, ConvertConstant,
                 ConvertBarrier>(converter, context);
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
  registerContainerLowerings(registry);
  registerConvolutionLowerings(registry);
  registerDeterminantLowerings(registry);
  registerImageLowerings(registry);
  registerIndexingLowerings(registry);
  registerLinearLowerings(registry);
  registerNormalizationLowerings(registry);
  registerPoolingLowerings(registry);
  registerRecurrentLowerings(registry);
  registerRequirementLowerings(registry);
  registerSearchLowerings(registry);
  registerShapeLowerings(registry);
  registerStringLowerings(registry);
  registerTreesLowerings(registry);
}
