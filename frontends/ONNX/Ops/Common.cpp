//===- Common.cpp - what several operator families need -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

std::optional<SmallVector<int64_t>>
swage::onnx::axesOf(NodeContext &node, int64_t inputSince, unsigned index) {
  if (node.opset() < inputSince)
    return node.intsAttr("axes");
  if (!node.hasInput(index))
    return std::nullopt;
  return node.constantInts(index, "the axes");
}

Value swage::onnx::sizeOf(NodeContext &node, Value value) {
  return node.create<nn::ReduceProdOp>(node.shapeOf(value),
                                       ArrayRef<int64_t>{0},
                                       /*keep_dims=*/false);
}

SmallVector<Value> swage::onnx::dimensions(NodeContext &node, Value value) {
  SmallVector<Value> result;
  for (int64_t i = 0, rank = node.rank(value); i < rank; ++i)
    result.push_back(node.create<nn::ShapeOp>(value, i, i + 1));
  return result;
}

Value swage::onnx::sizeAt(NodeContext &node, Value value, int64_t dimension) {
  return node.reshape(node.create<nn::ShapeOp>(value, dimension, dimension + 1),
                      {});
}

Value swage::onnx::reshapeBy(NodeContext &node, Value value,
                             ArrayRef<Value> parts) {
  return node.create<nn::ReshapeOp>(value, node.concat(parts, 0),
                                    /*allow_zero=*/true);
}

/// The product of sizes; -1 when one of them is unknown.
static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes) {
    if (ShapedType::isDynamic(size))
      return -1;
    result *= size;
  }
  return result;
}

Value swage::onnx::flattenTo2D(NodeContext &node, Value value, int64_t axis) {
  if (node.failed())
    return {};
  ArrayRef<int64_t> shape = node.shape(value);
  int64_t rows = product(shape.take_front(axis)),
          columns = product(shape.drop_front(axis));
  // What is unknown on one side only is what the other leaves, but not of
  // nothing.
  if ((rows > 0 || columns > 0) || (rows == 0 && columns == 0))
    return node.reshape(value, {rows, columns});
  auto size = [&](int64_t start, int64_t end) {
    return node.create<nn::ReduceProdOp>(
        node.create<nn::ShapeOp>(value, start, end), ArrayRef<int64_t>{0},
        /*keep_dims=*/true);
  };
  Value sizes = node.concat({size(0, axis), size(axis, shape.size())}, 0);
  return node.create<nn::ReshapeOp>(value, sizes, /*allow_zero=*/true);
}

Value swage::onnx::reshapeLike(NodeContext &node, Value value, Value like) {
  return node.create<nn::ReshapeOp>(value, node.shapeOf(like),
                                    /*allow_zero=*/true);
}

Value swage::onnx::alongAxis(NodeContext &node, Value vector, int64_t axis,
                             int64_t rank) {
  if (node.failed())
    return {};
  if (node.rank(vector) != 1) {
    node.bad("its parameters must be vectors with an element for each channel");
    return {};
  }
  SmallVector<int64_t> after;
  for (int64_t i = axis + 1; i < rank; ++i)
    after.push_back(i - axis);
  return node.unsqueeze(vector, after);
}

Value swage::onnx::fill(NodeContext &node, Value scalar, Value sizes) {
  if (node.failed())
    return {};
  std::optional<SmallVector<int64_t>> known = nn::getConstantElements(sizes);
  DenseElementsAttr element;
  if (!known || !matchPattern(scalar, m_Constant(&element)) ||
      element.getNumElements() != 1)
    return node.create<nn::ExpandOp>(scalar, sizes);
  // A splat takes no memory however large it is.
  if (llvm::any_of(*known, [](int64_t size) { return size < 0; }) ||
      !countElements(*known)) {
    node.bad("it asks for an impossible shape");
    return {};
  }
  auto type = RankedTensorType::get(*known, node.elementType(scalar));
  return arith::ConstantOp::create(
      node.builder(), node.loc(),
      DenseElementsAttr::get(type, *element.value_begin<Attribute>()));
}

Value swage::onnx::iota(NodeContext &node, Type elementType, int64_t size) {
  SmallVector<double> numbers;
  for (int64_t i = 0; i < size; ++i)
    numbers.push_back(double(i));
  return node.floatTensor(elementType, {size}, numbers);
}

Value swage::onnx::countTo(NodeContext &node, Value size) {
  Type i64 = node.builder().getI64Type();
  return node.create<nn::RangeOp>(node.scalar(i64, 0), node.reshape(size, {}),
                                  node.scalar(i64, 1));
}

Type swage::onnx::accumulator(Type elementType) {
  auto type = dyn_cast<FloatType>(elementType);
  if (type && type.getWidth() < 32)
    return Float32Type::get(elementType.getContext());
  return elementType;
}

Value swage::onnx::reciprocalDeviation(NodeContext &node, Value variance,
                                       double epsilon) {
  if (node.failed())
    return {};
  return node.create<nn::RsqrtOp>(
      node.create<nn::AddOp>(variance, node.scalarLike(variance, epsilon)));
}
