//===- ShapeFolds.cpp - folding of shape operators ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Identities, and evaluation on small constants: shape arithmetic disappears
// while a model is imported.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage::nn;

/// `attribute` as a constant small enough to fold, else null.
static DenseElementsAttr getSmall(Attribute attribute) {
  auto constant = dyn_cast_or_null<DenseElementsAttr>(attribute);
  if (!constant || constant.getNumElements() > kFoldLimit)
    return nullptr;
  return constant;
}

/// The constant of `type` whose element at each index is the element of
/// `source` at the flat position that `position` gives.
static DenseElementsAttr
rearrange(DenseElementsAttr source, RankedTensorType type,
          function_ref<int64_t(ArrayRef<int64_t>)> position) {
  if (!type.hasStaticShape() || type.getNumElements() > kFoldLimit)
    return nullptr;
  if (source.isSplat())
    return source.resizeSplat(type);
  SmallVector<Attribute> all(source.getValues<Attribute>()), chosen;
  SmallVector<int64_t> index(type.getRank(), 0);
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
    int64_t flat = i;
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      index[d] = flat % type.getDimSize(d);
      flat /= type.getDimSize(d);
    }
    chosen.push_back(all[position(index)]);
  }
  return DenseElementsAttr::get(type, chosen);
}

static SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = int64_t(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

OpFoldResult ShapeOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> sizes =
      shapeOf(getInput()).slice(getStart(), getEnd() - getStart());
  if (ShapedType::isDynamicShape(sizes))
    return {};
  return DenseIntElementsAttr::get(cast<RankedTensorType>(getType()), sizes);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  if (getInput().getType() == type && type.hasStaticShape())
    return getInput();
  if (auto constant = getSmall(adaptor.getInput());
      constant && type.hasStaticShape())
    return constant.reshape(type);
  // A size copied from the input would be copied from another one.
  auto sizes = getKnownElements(getShape());
  bool copies =
      !getAllowZero() && (!sizes || llvm::any_of(*sizes, [](auto size) {
        return !size || *size == 0;
      }));
  if (auto inner = getInput().getDefiningOp<ReshapeOp>();
      inner && type.hasStaticShape() && !copies) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentityPermutation(getPermutation()))
    return getInput();
  if (auto inner = getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> combined;
    for (int64_t from : getPermutation())
      combined.push_back(inner.getPermutation()[from]);
    getInputMutable().assign(inner.getInput());
    setPermutation(combined);
    return getResult();
  }
  auto constant = getSmall(adaptor.getInput());
  if (!constant)
    return {};
  SmallVector<int64_t> strides = getStrides(shapeOf(getInput()));
  return rearrange(constant, cast<RankedTensorType>(getType()),
                   [&](ArrayRef<int64_t> index) {
                     int64_t position = 0;
                     for (auto [to, from] : llvm::enumerate(getPermutation()))
                       position += index[to] * strides[from];
                     return position;
                   });
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  auto type = cast<RankedTensorType>(getType());
  SmallVector<DenseElementsAttr> constants;
  for (Attribute input : adaptor.getInputs()) {
    constants.push_back(getSmall(input));
    if (!constants.back())
      return {};
  }
  if (type.getNumElements() > kFoldLimit)
    return {};
  // Outer slices of every input in turn.
  int64_t axis = getAxis(), outer = 1;
  for (int64_t i = 0; i < axis; ++i)
    outer *= type.getDimSize(i);
  SmallVector<Attribute> elements;
  SmallVector<SmallVector<Attribute>> parts;
  for (DenseElementsAttr constant : constants)
    parts.emplace_back(constant.getValues<Attribute>());
  for (int64_t i = 0; i < outer; ++i)
    for (ArrayRef<Attribute> part : parts)
      llvm::append_range(
          elements, part.slice(i * (part.size() / outer), part.size() / outer));
  return DenseElementsAttr::get(type, elements);
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  auto starts = getConstantElements(getStarts());
  auto ends = getConstantElements(getEnds());
  auto steps = getConstantElements(getSteps());
  if (!starts || !ends || !steps)
    return {};
  auto type = cast<RankedTensorType>(getType());
  auto input = cast<RankedTensorType>(getInput().getType());
  bool whole =
      input == type && llvm::all_of(*steps, [](int64_t s) { return s == 1; });
  if (whole && (type.hasStaticShape() ||
                llvm::all_of(*starts, [](int64_t s) { return s == 0; }))) {
    bool same = true;
    for (auto [axis, end] : llvm::zip(getAxes(), *ends))
      same &= !type.isDynamicDim(axis) ||
              end >= std::numeric_limits<int32_t>::max();
    if (same)
      return getInput();
  }
  auto constant = getSmall(adaptor.getInput());
  if (!constant) {
    // Sizes of a tensor whose other sizes are unknown.
    auto known = getConstantElements(getResult());
    if (known && type.getRank() == 1 && type.hasStaticShape())
      return DenseElementsAttr::get(
          type, llvm::map_to_vector(*known, [&](int64_t value) -> Attribute {
            return IntegerAttr::get(type.getElementType(), value);
          }));
    return {};
  }
  SmallVector<int64_t> first(input.getRank(), 0), step(input.getRank(), 1);
  for (auto [i, axis] : llvm::enumerate(getAxes())) {
    int64_t size = input.getDimSize(axis), start = (*starts)[i];
    start = start < 0 ? start + size : start;
    first[axis] = (*steps)[i] > 0 ? std::clamp<int64_t>(start, 0, size)
                                  : std::clamp<int64_t>(start, -1, size - 1);
    step[axis] = (*steps)[i];
  }
  SmallVector<int64_t> strides = getStrides(input.getShape());
  return rearrange(constant, type, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (int64_t d = 0; d < input.getRank(); ++d)
      position += (first[d] + index[d] * step[d]) * strides[d];
    return position;
  });
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto input = cast<RankedTensorType>(getInput().getType());
  if (input == type && type.hasStaticShape())
    return getInput();
  auto constant = getSmall(adaptor.getInput());
  if (!constant)
    return {};
  if (constant.isSplat() && type.hasStaticShape())
    return constant.resizeSplat(type);
  SmallVector<int64_t> strides = getStrides(input.getShape());
  int64_t missing = type.getRank() - input.getRank();
  return rearrange(constant, type, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (int64_t d = 0; d < input.getRank(); ++d)
      if (input.getDimSize(d) != 1)
        position += index[d + missing] * strides[d];
    return position;
  });
}

OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto indices = getConstantElements(getIndices());
  if (indices && type.hasStaticShape() && type.getRank() <= 1) {
    // One known size out of several is enough.
    auto data = getKnownElements(getData());
    if (data && rankOf(getData()) == 1 && !type.getElementType().isInteger(1)) {
      SmallVector<Attribute> chosen;
      for (int64_t index : *indices) {
        auto place = normalizeAxis(index, data->size());
        if (!place || !(*data)[*place])
          return {};
        chosen.push_back(
            IntegerAttr::get(type.getElementType(), *(*data)[*place]));
      }
      return DenseElementsAttr::get(type, chosen);
    }
  }
  auto constant = getSmall(adaptor.getData());
  auto places = dyn_cast_or_null<DenseIntElementsAttr>(adaptor.getIndices());
  if (!constant || !places || !type.hasStaticShape() ||
      type.getNumElements() > kFoldLimit)
    return {};
  ArrayRef<int64_t> data = shapeOf(getData());
  SmallVector<int64_t> strides = getStrides(data);
  ArrayRef<int64_t> indexShape = shapeOf(getIndices());
  SmallVector<int64_t> indexStrides = getStrides(indexShape);
  SmallVector<int64_t> flat;
  for (const APInt &place : places.getValues<APInt>()) {
    auto index = normalizeAxis(place.getSExtValue(), data[getAxis()]);
    if (!index)
      return {};
    flat.push_back(*index);
  }
  int64_t axis = getAxis(), indexRank = indexShape.size();
  return rearrange(constant, type, [&](ArrayRef<int64_t> index) {
    int64_t position = 0, place = 0;
    for (int64_t d = 0; d < axis; ++d)
      position += index[d] * strides[d];
    for (int64_t d = 0; d < indexRank; ++d)
      place += index[axis + d] * indexStrides[d];
    position += flat[place] * strides[axis];
    for (int64_t d = axis + 1; d < int64_t(data.size()); ++d)
      position += index[d - 1 + indexRank] * strides[d];
    return position;
  });
}
