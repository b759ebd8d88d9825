//===- RuntimeCalls.cpp - what only the runtime can compute ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/RuntimeCalls.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/Types.h"

using namespace mlir;

namespace swage::nn {

Value createInteger(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIntOp::create(b, loc, value, 64);
}

Value createInvoke(OpBuilder &b, Location loc, StringRef callee,
                   ValueRange operands) {
  return kernel::InvokeOp::create(b, loc, b.getI64Type(), callee, operands);
}

Value createBox(OpBuilder &b, Location loc, Value stored, Type elementType) {
  return kernel::BoxOp::create(b, loc, b.getI64Type(), stored,
                               getDataType(elementType));
}

Value createUnbox(OpBuilder &b, Location loc, Value handle, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return kernel::UnboxOp::create(b, loc, getStorageTensor(tensor), handle,
                                 getDataType(tensor.getElementType()));
}

Values createRuntime(OpBuilder &b, Location loc, StringRef callee,
                     ValueRange inputs, ArrayRef<RankedTensorType> types,
                     ValueRange sizes) {
  Values outs;
  for (RankedTensorType type : types) {
    size_t count = type.getNumDynamicDims();
    outs.push_back(
        tensor::EmptyOp::create(b, loc, type, sizes.take_front(count)));
    sizes = sizes.drop_front(count);
  }
  auto op = kernel::RuntimeOp::create(b, loc, ValueRange(outs).getTypes(),
                                      callee, inputs, outs);
  return Values(op.getResults());
}

Value readCount(OpBuilder &b, Location loc, Value counts, int64_t place) {
  Value index = arith::ConstantIndexOp::create(b, loc, place);
  Value count = tensor::ExtractOp::create(b, loc, counts, index);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), count);
}

Value createFlat(OpBuilder &b, Location loc, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getRank() != 1) {
    OpFoldResult count = fixed(b, 1);
    for (OpFoldResult size : sizesOf(b, loc, tensor))
      count = mulSizes(b, loc, count, size);
    tensor = reshapeTo(b, loc, tensor, {count});
  }
  auto flat =
      RankedTensorType::get({ShapedType::kDynamic}, type.getElementType());
  if (tensor.getType() == flat)
    return tensor;
  return tensor::CastOp::create(b, loc, flat, tensor);
}

Value createBytes(OpBuilder &b, Location loc, ArrayRef<char> bytes) {
  auto type = RankedTensorType::get({int64_t(bytes.size())}, b.getI8Type());
  DenseElementsAttr elements =
      bytes.empty()
          ? DenseElementsAttr::get(type, ArrayRef<Attribute>())
          : DenseElementsAttr::get(
                type,
                ArrayRef<int8_t>(reinterpret_cast<const int8_t *>(bytes.data()),
                                 bytes.size()));
  return arith::ConstantOp::create(b, loc, elements);
}

Value createIntegers(OpBuilder &b, Location loc, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, b.getI64Type());
  return arith::ConstantOp::create(b, loc,
                                   DenseElementsAttr::get(type, values));
}

Value createStringTable(OpBuilder &b, Location loc,
                        ArrayRef<StringRef> strings) {
  std::vector<int64_t> places{int64_t(strings.size())};
  std::string characters;
  for (StringRef string : strings) {
    places.push_back(characters.size());
    characters += string;
  }
  places.push_back(characters.size());
  std::vector<char> bytes(places.size() * sizeof(int64_t) + characters.size());
  std::memcpy(bytes.data(), places.data(), places.size() * sizeof(int64_t));
  std::memcpy(bytes.data() + places.size() * sizeof(int64_t), characters.data(),
              characters.size());
  return createBytes(b, loc, bytes);
}

} // namespace swage::nn
