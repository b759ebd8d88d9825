//===- Tensors.cpp - where tensors live and how large they are ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Tensors.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Tensors.h"
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

/// The type in memory: LLVM packs vectors of i1, buffers hold bytes.
static Type memoryType(Type type) {
  return type.isInteger(1) ? IntegerType::get(type.getContext(), 8) : type;
}

TensorTable::TensorTable(OpBuilder &builder, IndexSpace &space,
                         func::FuncOp body, Block &kernel)
    : builder(builder), space(space), body(body) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&body.front());
  entryEnd = arith::ConstantIndexOp::create(builder, body.getLoc(), 0);
  for (Operation &op : kernel)
    relate(&op);
  for (BlockArgument argument : kernel.getArguments())
    places[argument] = ofArgument(argument);
}

/// `buffer` (a memref at offset 0) as memory of one dimension.
static Value flatten(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  Type element = memoryType(type.getElementType());
  auto flatType = MemRefType::get({ShapedType::kDynamic}, element);
  if (element != type.getElementType()) {
    // Only a pointer changes its element type.
    Type i64 = builder.getI64Type();
    Value address = memref::ExtractAlignedPointerAsIndexOp::create(
        builder, loc, buffer);
    address = arith::IndexCastOp::create(builder, loc, i64, address);
    Value pointer = LLVM::IntToPtrOp::create(
        builder, loc, LLVM::LLVMPointerType::get(builder.getContext()),
        address);
    Value size = LLVM::ConstantOp::create(
        builder, loc, i64, builder.getI64IntegerAttr(int64_t(1) << 40));
    return createBuffer(builder, loc, flatType, pointer, size, {});
  }
  // Its size is never asked for.
  Value size =
      arith::ConstantIndexOp::create(builder, loc, int64_t(1) << 40);
  return memref::ReinterpretCastOp::create(
      builder, loc, flatType, buffer, OpFoldResult(builder.getIndexAttr(0)),
      ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
}

Place TensorTable::ofArgument(BlockArgument argument) {
  Place place;
  Value buffer = body.getArgument(argument.getArgNumber() + 1);
  auto type = cast<MemRefType>(buffer.getType());
  place.flat =
      atEntry([&] { return flatten(builder, argument.getLoc(), buffer); });
  auto [strides, offset] = type.getStridesAndOffset();
  place.strides.resize(type.getRank());
  Monomial rowMajor(1);
  for (int64_t dim = type.getRank(); dim-- > 0;) {
    if (type.getLayout().isIdentity()) {
      place.strides[dim] = rowMajor;
      rowMajor = rowMajor * space.monomialOf(getSize(argument, dim));
    } else if (!ShapedType::isDynamic(strides[dim])) {
      place.strides[dim] = Monomial(strides[dim]);
    } else {
      Value stride = atEntry([&, dim = dim]() -> Value {
        auto data = memref::ExtractStridedMetadataOp::create(
            builder, argument.getLoc(), buffer);
        return data.getStrides()[dim];
      });
      place.strides[dim] = Monomial::ofSize(space.sizeOf(stride));
    }
  }
  return place;
}

std::optional<Place> TensorTable::ofConstant(Value constant) {
  auto type = cast<RankedTensorType>(constant.getType());
  ElementsAttr elements;
  if (!matchPattern(constant, m_Constant(&elements)))
    return std::nullopt;
  auto module = body->getParentOfType<ModuleOp>();
  OpBuilder moduleBuilder = OpBuilder::atBlockBegin(module.getBody());
  auto bufferType = MemRefType::get(type.getShape(), type.getElementType());
  std::string name;
  for (unsigned number = 0;; ++number) {
    name = (body.getName() + ".constant" + Twine(number)).str();
    if (!module.lookupSymbol(name))
      break;
  }
  memref::GlobalOp::create(moduleBuilder, constant.getLoc(), name,
                           builder.getStringAttr("private"), bufferType,
                           elements, /*constant=*/true,
                           builder.getI64IntegerAttr(64));
  Place place;
  place.flat = atEntry([&] {
    Value buffer = memref::GetGlobalOp::create(builder, constant.getLoc(),
                                               bufferType, name);
    return flatten(builder, constant.getLoc(), buffer);
  });
  place.strides.resize(type.getRank());
  int64_t stride = 1;
  for (int64_t dim = type.getRank(); dim-- > 0;) {
    place.strides[dim] = Monomial(stride);
    stride *= type.getDimSize(dim);
  }
  return place;
}

std::optional<Place> TensorTable::ofView(Operation *view) {
  const Place *found = find(view->getOperand(0));
  if (!found || found->layout)
    return std::nullopt;
  Place place = *found;
  if (isa<tensor::CastOp>(view))
    return place;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(view)) {
    SmallVector<Monomial, 0> strides;
    auto dropped = slice.getDroppedDims();
    auto asMonomial =
        [&](OpFoldResult value) -> std::optional<Monomial> {
      if (auto dynamic = dyn_cast<Value>(value)) {
        Value scalar = getScalar(dynamic);
        if (!scalar)
          return std::nullopt;
        return space.monomialOf(getAsOpFoldResult(scalar));
      }
      return space.monomialOf(value);
    };
    for (auto [dim, offset, step] : llvm::enumerate(
             slice.getMixedOffsets(), slice.getMixedStrides())) {
      std::optional<Monomial> first = asMonomial(offset),
                              stride = asMonomial(step);
      if (!first || !stride)
        return std::nullopt;
      IndexValue start;
      if (first->isConstant())
        start.constant = first->factor;
      else
        start.rest.push_back(*first);
      place.offset += start * place.strides[dim];
      if (!dropped.test(dim))
        strides.push_back(place.strides[dim] * *stride);
    }
    place.strides = strides;
    return place;
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view))
    return split(place, expand.getResult(), expand.getReassociationIndices());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(view))
    return merge(place, collapse.getSrc(), collapse.getReassociationIndices());
  return std::nullopt;
}

std::optional<Place> TensorTable::split(Place place, Value tensor,
                                        Groups groups) {
  SmallVector<Monomial, 0> strides;
  strides.resize(cast<RankedTensorType>(tensor.getType()).getRank());
  for (auto [dim, group] : llvm::enumerate(groups)) {
    Monomial stride = place.strides[dim];
    for (int64_t inner : llvm::reverse(group)) {
      strides[inner] = stride;
      OpFoldResult size = getSize(tensor, inner);
      if (!size)
        return std::nullopt;
      stride = stride * space.monomialOf(size);
    }
  }
  place.strides = strides;
  return place;
}

std::optional<Place> TensorTable::merge(Place place, Value tensor,
                                        Groups groups) {
  SmallVector<Monomial, 0> strides;
  for (const ReassociationIndices &group : groups) {
    std::optional<Monomial> innermost, expected;
    for (int64_t dim : llvm::reverse(group)) {
      OpFoldResult size = getSize(tensor, dim);
      if (!size)
        return std::nullopt;
      Monomial extent = space.monomialOf(size);
      if (extent.isOne())
        continue;
      if (expected && *expected != place.strides[dim])
        return std::nullopt;
      if (!innermost)
        innermost = place.strides[dim];
      expected = place.strides[dim] * extent;
    }
    strides.push_back(innermost.value_or(Monomial(1)));
  }
  place.strides = strides;
  return place;
}

const Place *TensorTable::find(Value tensor) {
  auto known = places.find(tensor);
  if (known != places.end())
    return &known->second;
  Operation *op = tensor.getDefiningOp();
  std::optional<Place> place;
  if (isView(op)) {
    place = ofView(op);
  } else if (op && op->hasTrait<OpTrait::ConstantLike>()) {
    SplatElementsAttr splat;
    if (!matchPattern(tensor, m_Constant(&splat)))
      place = ofConstant(tensor);
  }
  if (!place)
    return nullptr;
  return &(places[tensor] = *place);
}

Place TensorTable::allocate(Type elementType, ArrayRef<OpFoldResult> sizes) {
  Location loc = builder.getUnknownLoc();
  Place place;
  place.strides.resize(sizes.size());
  Monomial stride(1);
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  for (int64_t dim = sizes.size(); dim-- > 0;) {
    place.strides[dim] = stride;
    stride = stride * space.monomialOf(sizes[dim]);
  }
  Value buffer = memref::AllocOp::create(
      builder, loc, MemRefType::get(shape, memoryType(elementType)), dynamic,
      builder.getI64IntegerAttr(64));
  place.flat = flatten(builder, loc, buffer);
  return place;
}

std::optional<IndexValue> TensorTable::address(const Place &place,
                                               ArrayRef<IndexValue> indices,
                                               int64_t lanes) {
  SmallVector<IndexValue> stored(indices);
  if (place.layout) {
    stored.clear();
    for (AffineExpr expr : place.layout.getResults()) {
      std::optional<IndexValue> index = space.evaluate(expr, indices, lanes);
      if (!index)
        return std::nullopt;
      stored.push_back(*index);
    }
  }
  IndexValue sum = place.offset;
  for (auto [index, stride] : llvm::zip(stored, place.strides))
    sum += index * stride;
  return sum;
}

} // namespace swage
