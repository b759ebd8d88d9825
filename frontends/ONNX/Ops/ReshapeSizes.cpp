//===- ReshapeSizes.cpp - what is left for a dimension of -1 --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Exporters write the joining of two dimensions as sizes that are read from the
// shape, with -1 in the middle. Where the sizes that only a run knows are those
// of the tensor itself, -1 stands for a number that is known.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "frontends/ONNX/Ops/Common.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// One of the sizes to reshape a tensor to: a number, or a dimension of it.
struct NewSize {
  std::optional<int64_t> number, dim;
};

static SmallVector<NewSize> traceSizes(Value sizes, Value tensor);

/// Which dimensions of `tensor` the elements of `vector` are, where that is
/// what a slice or a choice of its shape says.
static void findDimensions(Value vector, Value tensor,
                           MutableArrayRef<NewSize> found) {
  std::optional<SmallVector<int64_t>> places;
  Value sizes;
  if (auto slice = vector.getDefiningOp<nn::SliceOp>()) {
    auto first = nn::getConstantElements(slice.getStarts());
    if (!first ||
        nn::getConstantElements(slice.getSteps()) != SmallVector<int64_t>{1})
      return;
    sizes = slice.getInput();
    places.emplace();
    for (size_t i = 0; i < found.size(); ++i)
      places->push_back(first->front() + i);
  } else if (auto gather = vector.getDefiningOp<nn::GatherOp>()) {
    sizes = gather.getData();
    places = nn::getConstantElements(gather.getIndices());
  }
  auto shape = sizes ? sizes.getDefiningOp<nn::ShapeOp>() : nn::ShapeOp();
  if (!shape || shape.getInput() != tensor || !places ||
      places->size() != found.size())
    return;
  int64_t count = shape.getEnd() - shape.getStart();
  for (auto [size, place] : llvm::zip(found, *places))
    if (auto dim = nn::normalizeAxis(place, count); dim && !size.number)
      size.dim = shape.getStart() + *dim;
}

/// What is known of each element; nothing at all where not even their number
/// is.
static SmallVector<NewSize> traceSizes(Value sizes, Value tensor) {
  SmallVector<NewSize> result;
  if (auto concat = sizes.getDefiningOp<nn::ConcatOp>()) {
    for (Value part : concat.getInputs()) {
      SmallVector<NewSize> own = traceSizes(part, tensor);
      if (own.empty())
        return {};
      result.append(own);
    }
    return result;
  }
  if (auto cast = sizes.getDefiningOp<nn::CastOp>())
    return traceSizes(cast.getOperand(), tensor);
  if (auto reshape = sizes.getDefiningOp<nn::ReshapeOp>())
    return traceSizes(reshape.getInput(), tensor);
  if (auto known = nn::getKnownElements(sizes))
    for (std::optional<int64_t> number : *known)
      result.push_back({number, std::nullopt});
  findDimensions(sizes, tensor, result);
  return result;
}

/// The number that -1 stands for, where all dimensions of unknown size stay.
static std::optional<int64_t>
findRest(ArrayRef<NewSize> sizes, ArrayRef<int64_t> shape, bool allowZero) {
  SmallVector<bool> stays(shape.size(), false);
  int64_t known = 1;
  for (auto [index, size] : llvm::enumerate(sizes)) {
    std::optional<int64_t> dim = size.dim;
    if (size.number == 0 && !allowZero)
      dim = index;
    if (dim) {
      if (*dim >= int64_t(stays.size()) || stays[*dim])
        return std::nullopt;
      stays[*dim] = true;
    } else if (!size.number || *size.number == 0 ||
               (*size.number > 0 &&
                llvm::MulOverflow(known, *size.number, known))) {
      return std::nullopt;
    }
  }
  int64_t total = 1;
  for (auto [size, stay] : llvm::zip(shape, stays))
    if (!stay && (ShapedType::isDynamic(size) || size == 0 ||
                  llvm::MulOverflow(total, size, total)))
      return std::nullopt;
  if (total % known)
    return std::nullopt;
  return total / known;
}

Value swage::onnx::resolveRest(NodeContext &node, Value value, Value sizes,
                               bool allowZero) {
  auto concat = sizes ? sizes.getDefiningOp<nn::ConcatOp>() : nn::ConcatOp();
  if (node.failed() || !concat)
    return sizes;
  SmallVector<NewSize> traced = traceSizes(sizes, value);
  if (llvm::count_if(traced, [](NewSize size) { return size.number == -1; }) !=
      1)
    return sizes;
  std::optional<int64_t> rest = findRest(traced, node.shape(value), allowZero);
  if (!rest)
    return sizes;
  SmallVector<Value> parts(concat.getInputs());
  for (Value &part : parts)
    if (nn::getConstantElements(part) == SmallVector<int64_t>{-1})
      part = node.ints({*rest});
  return node.concat(parts, 0);
}
