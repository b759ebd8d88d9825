//===- Lowering.cpp - what lowerings share --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Lowering.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/NarrowFloats.h"
#include "dialects/NN/ScalarBuilder.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;

namespace swage::nn {

Type getStorageType(Type elementType) {
  bool isSmall =
      isa<IntegerType>(elementType) && elementType.getIntOrFloatBitWidth() < 8;
  if (isSmall || isNarrowFloat(elementType))
    return IntegerType::get(elementType.getContext(), 8);
  if (isa<StringType>(elementType))
    return IntegerType::get(elementType.getContext(), 64);
  return getSignless(elementType);
}

APInt extendToStorage(const APInt &element, Type elementType) {
  unsigned width = getStorageType(elementType).getIntOrFloatBitWidth();
  bool isSigned = !elementType.isUnsignedInteger() && !elementType.isInteger(1);
  return isSigned ? element.sextOrTrunc(width) : element.zextOrTrunc(width);
}

RankedTensorType getStorageTensor(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(),
                               getStorageType(tensor.getElementType()));
}

bool isUnsigned(Value original) {
  Type type = elementTypeOf(original);
  return type.isUnsignedInteger() || type.isInteger(1);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

Sizes sizesOf(OpBuilder &b, Location loc, Value tensor) {
  return tensor::getMixedSizes(b, loc, tensor);
}

OpFoldResult fixed(OpBuilder &b, int64_t size) { return b.getIndexAttr(size); }

Value asValue(OpBuilder &b, Location loc, OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(b, loc, size);
}

Value indexElement(OpBuilder &b, Location loc, Value vector, int64_t place) {
  Value element;
  if (auto scalars = getScalarElements(b, loc, vector)) {
    element = (*scalars)[place];
  } else {
    SmallVector<Value> indices;
    if (rankOf(vector) > 0)
      indices.push_back(arith::ConstantIndexOp::create(b, loc, place));
    element = tensor::ExtractOp::create(b, loc, vector, indices);
  }
  return b.createOrFold<arith::IndexCastOp>(loc, b.getIndexType(), element);
}

/// Builds `OpTy` on sizes, folding constants.
template <typename OpTy>
static OpFoldResult combineSizes(OpBuilder &b, Location loc, OpFoldResult x,
                                 OpFoldResult y) {
  return getAsOpFoldResult(
      b.createOrFold<OpTy>(loc, asValue(b, loc, x), asValue(b, loc, y)));
}

OpFoldResult addSizes(OpBuilder &b, Location loc, OpFoldResult x,
                      OpFoldResult y) {
  return combineSizes<arith::AddIOp>(b, loc, x, y);
}

OpFoldResult mulSizes(OpBuilder &b, Location loc, OpFoldResult x,
                      OpFoldResult y) {
  return combineSizes<arith::MulIOp>(b, loc, x, y);
}

/// Whether a size turns out to be 1.
static Value isOne(OpBuilder &b, Location loc, OpFoldResult size) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                       asValue(b, loc, size), one);
}

OpFoldResult broadcastSize(OpBuilder &b, Location loc, OpFoldResult x,
                           OpFoldResult y) {
  std::optional<int64_t> first = getConstantIntValue(x);
  std::optional<int64_t> second = getConstantIntValue(y);
  if (first == 1 || second == 1)
    return first == 1 ? y : x;
  // A known size other than 1 wins: the other is the same, or turns out to
  // be 1.
  if (first || second || x == y)
    return first || x == y ? x : y;
  return getAsOpFoldResult(b.createOrFold<arith::SelectOp>(
      loc, isOne(b, loc, x), cast<Value>(y), cast<Value>(x)));
}

Sizes broadcastSizes(OpBuilder &b, Location loc, ValueRange operands,
                     int64_t rank) {
  Sizes sizes(rank, b.getIndexAttr(1));
  for (Value operand : operands) {
    int64_t missing = rank - rankOf(operand);
    for (auto [i, size] : llvm::enumerate(sizesOf(b, loc, operand)))
      sizes[missing + i] = broadcastSize(b, loc, sizes[missing + i], size);
  }
  return sizes;
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

Value createWrappedIndex(OpBuilder &b, Location loc, Value index, Value size) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value negative = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                                 index, zero);
  Value wrapped = b.createOrFold<arith::AddIOp>(loc, index, size);
  return b.createOrFold<arith::SelectOp>(loc, negative, wrapped, index);
}

Value createClamp(OpBuilder &b, Location loc, Value index, Value low,
                  Value high) {
  index = b.createOrFold<arith::MaxSIOp>(loc, index, low);
  return b.createOrFold<arith::MinSIOp>(loc, index, high);
}

Value createSafeIndex(OpBuilder &b, Location loc, Value integer, Value size) {
  Value index = arith::IndexCastOp::create(b, loc, b.getIndexType(), integer);
  index = createWrappedIndex(b, loc, index, size);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value last = b.createOrFold<arith::SubIOp>(loc, size, one);
  return createClamp(b, loc, index, zero, last);
}

Value createScalarRead(OpBuilder &b, Location loc, Value tensor) {
  if (auto scalars = getScalarElements(b, loc, tensor))
    return scalars->front();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  return tensor::ExtractOp::create(b, loc, tensor,
                                   Values(rankOf(tensor), zero));
}

//===----------------------------------------------------------------------===//
// Tensors and scalars
//===----------------------------------------------------------------------===//

Value createEmpty(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                  Type elementType) {
  return tensor::EmptyOp::create(b, loc, sizes, elementType);
}

Value createFilled(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                   Value scalar) {
  Value empty = createEmpty(b, loc, sizes, scalar.getType());
  return linalg::FillOp::create(b, loc, scalar, empty).getResult(0);
}

Value createScalarConstant(OpBuilder &b, Location loc, Type type,
                           double value) {
  return ScalarBuilder(b, loc, type).constant(value);
}

Value createLeast(OpBuilder &b, Location loc, Type type, bool isUnsigned) {
  if (isa<FloatType>(type))
    return createScalarConstant(b, loc, type,
                                -std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  // The one bit of a boolean is no sign.
  isUnsigned |= width == 1;
  APInt least =
      isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  return arith::ConstantOp::create(b, loc, IntegerAttr::get(type, least));
}

Value createGreatest(OpBuilder &b, Location loc, Type type, bool isUnsigned) {
  if (isa<FloatType>(type))
    return createScalarConstant(b, loc, type,
                                std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  // The one bit of a boolean is no sign.
  isUnsigned |= width == 1;
  APInt greatest =
      isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  return arith::ConstantOp::create(b, loc, IntegerAttr::get(type, greatest));
}

Type getAccumulatorType(Type type) {
  if (isa<FloatType>(type) && type.getIntOrFloatBitWidth() < 32)
    return Float32Type::get(type.getContext());
  return type;
}

Value convertFloat(OpBuilder &b, Location loc, Value value, Type type) {
  Type from = value.getType();
  if (from == type || !isa<FloatType>(from) || !isa<FloatType>(type))
    return value;
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

Value createParallel(OpBuilder &b, Location loc, ValueRange operands,
                     ArrayRef<AffineMap> maps, ArrayRef<OpFoldResult> sizes,
                     Type elementType, ScalarBody body) {
  SmallVector<AffineMap> all(maps);
  all.push_back(b.getMultiDimIdentityMap(sizes.size()));
  SmallVector<utils::IteratorType> iterators(sizes.size(),
                                             utils::IteratorType::parallel);
  Value empty = createEmpty(b, loc, sizes, elementType);
  auto generic = linalg::GenericOp::create(
      b, loc, empty.getType(), operands, empty, all, iterators,
      [&](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
        Value result =
            body(inner, innerLoc, scalars.take_front(operands.size()));
        linalg::YieldOp::create(inner, innerLoc, result);
      });
  return generic.getResult(0);
}

Value createReduction(OpBuilder &b, Location loc, Value input,
                      ArrayRef<int64_t> axes, bool keepDims, Value init,
                      ScalarBody body) {
  Sizes inputSizes = sizesOf(b, loc, input), sizes;
  int64_t rank = inputSizes.size();
  SmallVector<utils::IteratorType> iterators;
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i) {
    bool reduced = llvm::is_contained(axes, i);
    iterators.push_back(reduced ? utils::IteratorType::reduction
                                : utils::IteratorType::parallel);
    if (!reduced) {
      sizes.push_back(inputSizes[i]);
      exprs.push_back(b.getAffineDimExpr(i));
    } else if (keepDims) {
      sizes.push_back(b.getIndexAttr(1));
      exprs.push_back(b.getAffineConstantExpr(0));
    }
  }
  Value filled = createFilled(b, loc, sizes, init);
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(rank),
                              AffineMap::get(rank, 0, exprs, b.getContext())};
  auto generic = linalg::GenericOp::create(
      b, loc, filled.getType(), input, filled, maps, iterators,
      [&](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
        linalg::YieldOp::create(inner, innerLoc,
                                body(inner, innerLoc, scalars));
      });
  return generic.getResult(0);
}

AffineMap getBroadcastMap(MLIRContext *context, ArrayRef<int64_t> shape,
                          ArrayRef<int64_t> result) {
  int64_t missing = int64_t(result.size()) - int64_t(shape.size());
  SmallVector<AffineExpr> exprs;
  for (auto [i, size] : llvm::enumerate(shape)) {
    bool isRepeated = size == 1 && result[missing + i] != 1;
    exprs.push_back(isRepeated ? getAffineConstantExpr(0, context)
                               : getAffineDimExpr(missing + i, context));
  }
  return AffineMap::get(result.size(), 0, exprs, context);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> getStaticShape(ArrayRef<OpFoldResult> sizes) {
  SmallVector<int64_t> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  return shape;
}

/// Makes sure that a tensor has as many elements as its new shape.
static void checkCount(OpBuilder &b, Location loc, Value tensor,
                       ArrayRef<OpFoldResult> sizes) {
  Sizes own = sizesOf(b, loc, tensor);
  auto count = [&](ArrayRef<OpFoldResult> shape) {
    OpFoldResult product = b.getIndexAttr(1);
    for (OpFoldResult size : shape)
      product = mulSizes(b, loc, product, size);
    return product;
  };
  Values conditions{createSameSize(b, loc, count(own), count(sizes))};
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  for (OpFoldResult size : sizes)
    if (auto value = dyn_cast<Value>(size))
      conditions.push_back(b.createOrFold<arith::CmpIOp>(
          loc, arith::CmpIPredicate::sge, value, zero));
  createRequire(b, loc, createAll(b, loc, conditions),
                "the elements do not fill the new shape", {own, Sizes(sizes)});
}

Value reshapeTo(OpBuilder &b, Location loc, Value tensor,
                ArrayRef<OpFoldResult> sizes) {
  auto from = cast<RankedTensorType>(tensor.getType());
  auto to = RankedTensorType::get(getStaticShape(sizes), from.getElementType());
  if (from == to && to.hasStaticShape())
    return tensor;
  checkCount(b, loc, tensor, sizes);
  if (from.hasStaticShape() && to.hasStaticShape()) {
    if (auto groups = getReassociationIndicesForReshape(from, to)) {
      if (from.getRank() > to.getRank())
        return tensor::CollapseShapeOp::create(b, loc, to, tensor, *groups);
      if (from.getRank() < to.getRank())
        return tensor::ExpandShapeOp::create(b, loc, to, tensor, *groups);
    }
  }
  // Through one dimension: all tensors are dense, so both steps are views.
  auto single = RankedTensorType::get({1}, from.getElementType());
  if (from.getRank() != 1) {
    SmallVector<ReassociationIndices> groups;
    if (from.getRank() == 0) {
      tensor = tensor::ExpandShapeOp::create(b, loc, single, tensor, groups);
    } else {
      groups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(from.getRank())));
      tensor = tensor::CollapseShapeOp::create(b, loc, tensor, groups);
    }
  }
  if (to.getRank() == 0 && tensor.getType() != single)
    tensor = createCheckedCast(b, loc, single, tensor);
  if (to.getRank() == 0)
    return tensor::CollapseShapeOp::create(b, loc, to, tensor,
                                           ArrayRef<ReassociationIndices>{});
  if (to.getRank() == 1)
    return tensor.getType() == to ? tensor
                                  : createCheckedCast(b, loc, to, tensor);
  if (to.hasStaticShape() &&
      ShapedType::isDynamic(
          cast<RankedTensorType>(tensor.getType()).getDimSize(0))) {
    auto flat =
        RankedTensorType::get({to.getNumElements()}, from.getElementType());
    tensor = createCheckedCast(b, loc, flat, tensor);
  } else if (!to.hasStaticShape()) {
    auto flat =
        RankedTensorType::get({ShapedType::kDynamic}, from.getElementType());
    if (tensor.getType() != flat)
      tensor = createCheckedCast(b, loc, flat, tensor);
  }
  SmallVector<ReassociationIndices> groups{
      llvm::to_vector<2>(llvm::seq<int64_t>(to.getRank()))};
  return tensor::ExpandShapeOp::create(b, loc, to, tensor, groups, sizes);
}

std::optional<Values> getScalarElements(OpBuilder &b, Location loc,
                                        Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > 32 ||
      !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  if (auto elements = tensor.getDefiningOp<tensor::FromElementsOp>())
    return Values(elements.getElements());
  DenseIntElementsAttr constant;
  if (!matchPattern(tensor, m_Constant(&constant)))
    return std::nullopt;
  Values scalars;
  Type scalar = getStorageType(type.getElementType());
  for (const APInt &value : constant.getValues<APInt>())
    scalars.push_back(arith::ConstantOp::create(
        b, loc,
        IntegerAttr::get(scalar,
                         extendToStorage(value, type.getElementType()))));
  return scalars;
}

} // namespace swage::nn
