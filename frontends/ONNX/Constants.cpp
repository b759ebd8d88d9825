//===- Constants.cpp - ONNX types and tensors as MLIR's -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "dialects/NN/NN.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"

using namespace mlir;
using namespace swage::onnx;

Type swage::onnx::elementTypeOf(int32_t dtype, MLIRContext *context) {
  Builder builder(context);
  auto unsignedType = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dtype) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case TensorProto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case TensorProto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case TensorProto::STRING:
    return swage::nn::StringType::get(context);
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::INT2:
    return builder.getIntegerType(2);
  case TensorProto::INT4:
    return builder.getIntegerType(4);
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::INT16:
    return builder.getI16Type();
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::UINT2:
    return unsignedType(2);
  case TensorProto::UINT4:
    return unsignedType(4);
  case TensorProto::UINT8:
    return unsignedType(8);
  case TensorProto::UINT16:
    return unsignedType(16);
  case TensorProto::UINT32:
    return unsignedType(32);
  case TensorProto::UINT64:
    return unsignedType(64);
  case TensorProto::COMPLEX64:
    return ComplexType::get(builder.getF32Type());
  case TensorProto::COMPLEX128:
    return ComplexType::get(builder.getF64Type());
  default:
    return {};
  }
}

/// Dense elements of a type that is smaller than a byte, one byte each.
static DenseElementsAttr subByteElements(RankedTensorType type,
                                         ArrayRef<char> bytes) {
  Type element = type.getElementType();
  if (element.isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes)
      values.push_back(byte != 0);
    return DenseElementsAttr::get(type, values);
  }
  unsigned width = element.getIntOrFloatBitWidth();
  SmallVector<APInt> bits;
  for (char byte : bytes)
    bits.push_back(APInt(width, static_cast<uint8_t>(byte), /*isSigned=*/false,
                         /*implicitTrunc=*/true));
  auto floatType = dyn_cast<FloatType>(element);
  if (!floatType)
    return DenseElementsAttr::get(type, bits);
  SmallVector<APFloat> floats;
  for (const APInt &value : bits)
    floats.push_back(APFloat(floatType.getFloatSemantics(), value));
  return DenseElementsAttr::get(type, floats);
}

/// The type of what a container holds, whose tensors may have any shape.
static Type contentOf(const TypeProto &proto, MLIRContext *context) {
  if (proto.value_case() != TypeProto::kTensorType ||
      proto.tensor_type().has_shape())
    return valueTypeOf(proto, context);
  Type element = elementTypeOf(proto.tensor_type().elem_type(), context);
  return element ? UnrankedTensorType::get(element) : Type();
}

/// Maps have integers or strings as keys and single elements as values.
static Type mapTypeOf(const TypeProto::Map &proto, MLIRContext *context) {
  Type key = elementTypeOf(proto.key_type(), context);
  Type value =
      elementTypeOf(proto.value_type().tensor_type().elem_type(), context);
  bool isKey =
      key && (key.isSignlessInteger(64) || isa<swage::nn::StringType>(key));
  return isKey && value ? swage::nn::MapType::get(context, key, value) : Type();
}

Type swage::onnx::valueTypeOf(const TypeProto &proto, MLIRContext *context) {
  if (proto.value_case() == TypeProto::kSequenceType) {
    Type content = contentOf(proto.sequence_type().elem_type(), context);
    return isa_and_present<TensorType, swage::nn::MapType>(content)
               ? swage::nn::SequenceType::get(context, content)
               : Type();
  }
  if (proto.value_case() == TypeProto::kMapType)
    return mapTypeOf(proto.map_type(), context);
  if (proto.value_case() == TypeProto::kOptionalType) {
    Type content = contentOf(proto.optional_type().elem_type(), context);
    return isa_and_present<TensorType, swage::nn::SequenceType>(content)
               ? swage::nn::OptionalType::get(context, content)
               : Type();
  }
  if (proto.value_case() != TypeProto::kTensorType ||
      !proto.tensor_type().has_shape())
    return {};
  Type element = elementTypeOf(proto.tensor_type().elem_type(), context);
  SmallVector<int64_t> shape;
  for (const TensorShapeProto::Dimension &dim :
       proto.tensor_type().shape().dim())
    shape.push_back(dim.has_dim_value() && dim.dim_value() >= 0
                        ? dim.dim_value()
                        : ShapedType::kDynamic);
  return element ? RankedTensorType::get(shape, element) : Type();
}

ElementsAttr swage::onnx::elementsOf(const TensorData &data, StringRef name,
                                     MLIRContext *context) {
  Type element = elementTypeOf(data.dtype, context);
  if (!element || data.dtype == TensorProto::STRING)
    return {};
  auto type = RankedTensorType::get(data.dims, element);
  if (data.numElements() > kInlineElements) {
    auto blob = UnmanagedAsmResourceBlob::allocateWithAlign(
        data.bytes, /*align=*/1,
        [owner = data.owner](void *, size_t, size_t) mutable {
          owner.reset();
        });
    return DenseResourceElementsAttr::get(type, name, std::move(blob));
  }
  if (storageBits(data.dtype) < 8 || data.dtype == TensorProto::BOOL)
    return subByteElements(type, data.bytes);
  // A raw buffer of one element means a splat, which is the same for one
  // element but would be wrong for none.
  if (data.bytes.empty())
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  return DenseElementsAttr::getFromRawBuffer(type, data.bytes);
}
