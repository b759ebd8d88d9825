//===- Elementwise.cpp - broadcasting and folding -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What all elementwise operators share. Constants are folded by building the
// operator's scalar computation on constant scalars, so that folding cannot
// disagree with the compiled code.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/NarrowFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage::nn {

LogicalResult inferElementwise(std::optional<Location> loc, ValueRange operands,
                               Type elementType, SmallVectorImpl<Type> &types) {
  SmallVector<ArrayRef<int64_t>> shapes;
  for (Value operand : operands)
    shapes.push_back(shapeOf(operand));
  std::optional<SmallVector<int64_t>> shape = broadcastShapes(shapes);
  if (!shape)
    return emitOptionalError(loc, "operands of shapes ", operands.getTypes(),
                             " do not broadcast to a common shape");
  types.push_back(RankedTensorType::get(*shape, elementType));
  return success();
}

/// The scalar constant of `type` in signless arith form; narrow floats as f32.
static Value createSignlessScalar(OpBuilder &builder, Location loc,
                                  Attribute element, Type type) {
  Type signless = getSignless(type);
  if (auto integer = dyn_cast<IntegerAttr>(element))
    return arith::ConstantOp::create(
        builder, loc,
        cast<TypedAttr>(IntegerAttr::get(signless, integer.getValue())));
  if (isNarrowFloat(type)) {
    APFloat value = cast<FloatAttr>(element).getValue();
    bool lost;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &lost);
    return arith::ConstantOp::create(
        builder, loc, FloatAttr::get(builder.getF32Type(), value));
  }
  return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(element));
}

/// An element from the signless integer that was computed, which is the code
/// of a narrow float.
static Attribute getElement(Type type, const APInt &value) {
  auto narrow = dyn_cast<FloatType>(type);
  if (!narrow)
    return IntegerAttr::get(type, value);
  return FloatAttr::get(type,
                        APFloat(narrow.getFloatSemantics(),
                                value.trunc(type.getIntOrFloatBitWidth())));
}

OpFoldResult foldElementwise(Operation *op, ArrayRef<Attribute> operands) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (!type.hasStaticShape() || type.getNumElements() > kFoldLimit)
    return {};
  SmallVector<DenseElementsAttr> constants;
  for (Attribute operand : operands) {
    auto constant = dyn_cast_or_null<DenseElementsAttr>(operand);
    if (!constant || isa<ComplexType>(constant.getElementType()) ||
        !constant.getElementType().isIntOrFloat())
      return {};
    constants.push_back(constant);
  }

  // The position in each operand that meets an element of the result.
  int64_t rank = type.getRank();
  auto getPosition = [&](DenseElementsAttr constant, int64_t flat) {
    if (constant.isSplat())
      return int64_t(0);
    ArrayRef<int64_t> shape = cast<ShapedType>(constant.getType()).getShape();
    int64_t position = 0, stride = 1;
    for (int64_t i = rank - 1; i >= 0; --i) {
      int64_t index = flat % type.getDimSize(i);
      flat /= type.getDimSize(i);
      int64_t own = i - (rank - int64_t(shape.size()));
      if (own < 0)
        continue;
      if (shape[own] != 1)
        position += index * stride;
      stride *= shape[own];
    }
    return position;
  };

  auto elementwise = cast<ElementwiseInterface>(op);
  Type elementType = type.getElementType();
  SmallVector<Attribute> results;
  Block scratch;
  OpBuilder builder(op->getContext());
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
    builder.setInsertionPointToEnd(&scratch);
    SmallVector<Value> scalars;
    for (DenseElementsAttr constant : constants)
      scalars.push_back(createSignlessScalar(
          builder, op->getLoc(),
          constant.getValues<Attribute>()[getPosition(constant, i)],
          constant.getElementType()));
    Value value = elementwise.buildScalar(builder, op->getLoc(), scalars);
    if (isNarrowFloat(elementType) && isa<FloatType>(value.getType()))
      value = encodeNarrowFloat(builder, op->getLoc(), value,
                                cast<FloatType>(elementType),
                                /*saturate=*/false);
    // Fold what was built, in order; every operation has constant operands.
    DenseMap<Value, Attribute> known;
    for (Operation &step : scratch) {
      SmallVector<Attribute> inputs;
      for (Value input : step.getOperands())
        inputs.push_back(known.lookup(input));
      SmallVector<OpFoldResult> folded;
      if (matchPattern(&step, m_Constant())) {
        Attribute attribute;
        matchPattern(&step, m_Constant(&attribute));
        known[step.getResult(0)] = attribute;
      } else if (succeeded(step.fold(inputs, folded)) && folded.size() == 1) {
        auto other = dyn_cast<Value>(folded[0]);
        known[step.getResult(0)] =
            other ? known.lookup(other) : cast<Attribute>(folded[0]);
      }
    }
    Attribute result = known.lookup(value);
    while (!scratch.empty())
      scratch.back().erase();
    if (!result)
      return {};
    if (auto integer = dyn_cast<IntegerAttr>(result))
      result = getElement(elementType, integer.getValue());
    results.push_back(result);
  }
  return DenseElementsAttr::get(type, results);
}

FailureOr<SmallVector<Value>> permuteElementwise(Operation *op,
                                                 ValueRange operands,
                                                 ArrayRef<int64_t> permutation,
                                                 OpBuilder &builder) {
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  if (failed(inferResultTypes(clone)))
    return failure();
  return SmallVector<Value>(clone->getResults());
}

} // namespace swage::nn
