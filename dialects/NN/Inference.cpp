//===- Inference.cpp - shape arithmetic with unknown dimensions -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Broadcasting, axes, and what is known of shape tensors at compile time.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage::nn {

Type elementTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}
ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}
int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

Type getSignless(Type elementType) {
  if (auto integer = dyn_cast<IntegerType>(elementType))
    return IntegerType::get(integer.getContext(), integer.getWidth());
  return elementType;
}

std::optional<SmallVector<int64_t>>
broadcastShapes(ArrayRef<ArrayRef<int64_t>> shapes) {
  size_t rank = 0;
  for (ArrayRef<int64_t> shape : shapes)
    rank = std::max(rank, shape.size());
  SmallVector<int64_t> result(rank, 1);
  for (ArrayRef<int64_t> shape : shapes)
    for (auto [offset, size] : llvm::enumerate(llvm::reverse(shape))) {
      int64_t &common = result[rank - 1 - offset];
      if (size == 1 || size == common)
        continue;
      if (common == 1)
        common = size;
      // A known size other than 1 wins over an unknown one: the unknown must
      // turn out to be that size or 1.
      else if (ShapedType::isDynamic(common))
        common = size;
      else if (!ShapedType::isDynamic(size))
        return std::nullopt;
    }
  return result;
}

//===----------------------------------------------------------------------===//
// What is known of shape tensors
//===----------------------------------------------------------------------===//

using Elements = SmallVector<std::optional<int64_t>>;

static std::optional<Elements> getElements(DenseIntElementsAttr constant) {
  if (constant.getNumElements() > kFoldLimit)
    return std::nullopt;
  Elements elements;
  for (const APInt &element : constant.getValues<APInt>())
    elements.push_back(constant.getElementType().isUnsignedInteger()
                           ? int64_t(element.getZExtValue())
                           : element.getSExtValue());
  return elements;
}

/// The elements of an elementwise operator whose scalar meaning is `compute`.
template <typename Compute>
static std::optional<Elements> combine(Value left, Value right,
                                       Compute compute) {
  std::optional<Elements> lhs = getKnownElements(left);
  std::optional<Elements> rhs = getKnownElements(right);
  if (!lhs || !rhs)
    return std::nullopt;
  size_t count = std::max(lhs->size(), rhs->size());
  if ((lhs->size() != count && lhs->size() != 1) ||
      (rhs->size() != count && rhs->size() != 1))
    return std::nullopt;
  Elements result(count);
  for (size_t i = 0; i < count; ++i) {
    std::optional<int64_t> a = (*lhs)[lhs->size() == 1 ? 0 : i];
    std::optional<int64_t> b = (*rhs)[rhs->size() == 1 ? 0 : i];
    if (a && b)
      result[i] = compute(*a, *b);
  }
  return result;
}

static std::optional<Elements> getKnownElementsOf(SliceOp slice) {
  std::optional<Elements> input = getKnownElements(slice.getInput());
  auto starts = getConstantElements(slice.getStarts());
  auto ends = getConstantElements(slice.getEnds());
  auto steps = getConstantElements(slice.getSteps());
  if (!input || !starts || !ends || !steps || starts->size() != 1 ||
      steps->front() <= 0)
    return std::nullopt;
  int64_t size = input->size();
  auto clamp = [&](int64_t place) {
    return std::clamp<int64_t>(place < 0 ? place + size : place, 0, size);
  };
  Elements result;
  for (int64_t i = clamp(starts->front()), end = clamp(ends->front()); i < end;
       i += steps->front())
    result.push_back((*input)[i]);
  return result;
}

static std::optional<Elements> getKnownElementsOf(GatherOp gather) {
  std::optional<Elements> data = getKnownElements(gather.getData());
  auto indices = getConstantElements(gather.getIndices());
  if (!data || !indices || rankOf(gather.getData()) != 1)
    return std::nullopt;
  Elements result;
  for (int64_t index : *indices) {
    auto place = normalizeAxis(index, data->size());
    if (!place)
      return std::nullopt;
    result.push_back((*data)[*place]);
  }
  return result;
}

std::optional<Elements> getKnownElements(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() > 1 || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  DenseIntElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return getElements(constant);
  Operation *op = value.getDefiningOp();
  if (auto shape = dyn_cast_or_null<ShapeOp>(op)) {
    Elements result;
    for (int64_t i = shape.getStart(), e = shape.getEnd(); i < e; ++i) {
      int64_t size = shapeOf(shape.getInput())[i];
      result.push_back(ShapedType::isDynamic(size) ? std::nullopt
                                                   : std::optional(size));
    }
    return result;
  }
  if (auto concat = dyn_cast_or_null<ConcatOp>(op)) {
    Elements result;
    for (Value input : concat.getInputs()) {
      std::optional<Elements> part = getKnownElements(input);
      if (!part)
        return std::nullopt;
      llvm::append_range(result, *part);
    }
    return result;
  }
  if (auto reshape = dyn_cast_or_null<ReshapeOp>(op))
    if (auto known = getKnownElements(reshape.getInput()))
      return known;
  if (auto cast = dyn_cast_or_null<CastOp>(op))
    return getKnownElements(cast.getOperand());
  if (auto gather = dyn_cast_or_null<GatherOp>(op))
    if (auto known = getKnownElementsOf(gather))
      return known;
  if (auto slice = dyn_cast_or_null<SliceOp>(op))
    if (auto known = getKnownElementsOf(slice))
      return known;
  std::optional<Elements> known;
  if (auto add = dyn_cast_or_null<AddOp>(op))
    known = combine(add.getLhs(), add.getRhs(), std::plus<int64_t>());
  else if (auto sub = dyn_cast_or_null<SubOp>(op))
    known = combine(sub.getLhs(), sub.getRhs(), std::minus<int64_t>());
  else if (auto mul = dyn_cast_or_null<MulOp>(op))
    known = combine(mul.getLhs(), mul.getRhs(), std::multiplies<int64_t>());
  else if (auto div = dyn_cast_or_null<DivOp>(op))
    known = combine(div.getLhs(), div.getRhs(),
                    [](int64_t a, int64_t b) { return b ? a / b : 0; });
  if (known)
    return known;
  if (type.hasStaticShape() && type.getNumElements() <= kFoldLimit)
    return Elements(type.getNumElements());
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> getConstantElements(Value value) {
  std::optional<Elements> known = getKnownElements(value);
  if (!known)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (std::optional<int64_t> element : *known) {
    if (!element)
      return std::nullopt;
    result.push_back(*element);
  }
  return result;
}

Value createIndexVector(OpBuilder &builder, Location loc,
                        ArrayRef<int64_t> values) {
  auto type =
      RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
  return arith::ConstantOp::create(builder, loc,
                                   DenseIntElementsAttr::get(type, values));
}

Value createScalar(OpBuilder &builder, Location loc, Type elementType,
                   double value) {
  auto type = RankedTensorType::get({}, elementType);
  if (auto floating = dyn_cast<FloatType>(elementType)) {
    APFloat number(value);
    bool lost;
    number.convert(floating.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &lost);
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, number));
  }
  if (auto complex = dyn_cast<ComplexType>(elementType)) {
    APFloat real(value), imaginary(0.0);
    bool lost;
    for (APFloat *part : {&real, &imaginary})
      part->convert(
          cast<FloatType>(complex.getElementType()).getFloatSemantics(),
          APFloat::rmNearestTiesToEven, &lost);
    return arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(type, std::complex<APFloat>(real, imaginary)));
  }
  APInt number(elementType.getIntOrFloatBitWidth(), uint64_t(int64_t(value)),
               /*isSigned=*/true, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, number));
}

} // namespace swage::nn
