//===- Types.cpp - strings, containers and common types -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Types.h"
#include "mlir/IR/DialectImplementation.h"
#include "swage/tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage::nn;

#define GET_TYPEDEF_CLASSES
#include "dialects/NN/NNTypes.cpp.inc"

void NNDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/NN/NNTypes.cpp.inc"
      >();
}

/// Whether `type` can be that of a tensor's elements.
static bool isElement(Type type) {
  return getDataType(type) != SWAGE_UNDEFINED;
}

static bool isTensor(Type type) {
  auto tensor = dyn_cast<TensorType>(type);
  return tensor && isElement(tensor.getElementType());
}

LogicalResult
SequenceType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     Type element) {
  if (isTensor(element) || isElement(element) || isa<MapType>(element))
    return success();
  return emitError() << "a sequence holds tensors or maps, not " << element;
}

LogicalResult
MapType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, Type key,
                Type value) {
  if (!key.isSignlessInteger(64) && !isa<StringType>(key))
    return emitError() << "a map has keys of i64 or strings, not " << key;
  if (!isElement(value))
    return emitError() << "a map has single elements as values, not " << value;
  return success();
}

LogicalResult
OptionalType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     Type element) {
  if (isTensor(element) || isa<SequenceType>(element))
    return success();
  return emitError() << "an optional holds a tensor or a sequence, not "
                     << element;
}

Type swage::nn::joinTypes(Type a, Type b) {
  if (a == b)
    return a;
  // A value is an optional that holds it.
  if (isa<OptionalType>(a) || isa<OptionalType>(b)) {
    auto contentOf = [](Type type) {
      auto optional = dyn_cast<OptionalType>(type);
      return optional ? optional.getElement() : type;
    };
    Type element = joinElements(contentOf(a), contentOf(b));
    return element ? OptionalType::get(a.getContext(), element) : Type();
  }
  if (auto left = dyn_cast<RankedTensorType>(a)) {
    auto right = dyn_cast<RankedTensorType>(b);
    if (!right || left.getElementType() != right.getElementType() ||
        left.getRank() != right.getRank())
      return {};
    SmallVector<int64_t> shape;
    for (auto [x, y] : llvm::zip(left.getShape(), right.getShape()))
      shape.push_back(x == y ? x : ShapedType::kDynamic);
    return RankedTensorType::get(shape, left.getElementType());
  }
  if (auto left = dyn_cast<SequenceType>(a)) {
    auto right = dyn_cast<SequenceType>(b);
    Type element =
        right ? joinElements(left.getElement(), right.getElement()) : Type();
    return element ? SequenceType::get(a.getContext(), element) : Type();
  }
  return {};
}

Type swage::nn::joinElements(Type a, Type b) {
  if (Type joined = joinTypes(a, b))
    return joined;
  if (getInnerElementType(a) != getInnerElementType(b) ||
      isa<SequenceType>(a) || isa<SequenceType>(b))
    return {};
  // An element type alone stands for no tensor at all.
  if (!isa<TensorType>(a))
    return b;
  if (!isa<TensorType>(b))
    return a;
  return UnrankedTensorType::get(getInnerElementType(a));
}

bool swage::nn::areJoinable(Type a, Type b) {
  auto left = dyn_cast<RankedTensorType>(a),
       right = dyn_cast<RankedTensorType>(b);
  if (left && right)
    return left.getElementType() == right.getElementType() &&
           succeeded(verifyCompatibleShape(left, right));
  if (auto sequence = dyn_cast<SequenceType>(a))
    if (auto other = dyn_cast<SequenceType>(b))
      return areJoinable(sequence.getElement(), other.getElement());
  if (auto optional = dyn_cast<OptionalType>(a))
    if (auto other = dyn_cast<OptionalType>(b))
      return areJoinable(optional.getElement(), other.getElement());
  bool nested =
      isa<SequenceType, OptionalType>(a) || isa<SequenceType, OptionalType>(b);
  return !nested && getInnerElementType(a) == getInnerElementType(b);
}

Type swage::nn::getInnerElementType(Type type) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return tensor.getElementType();
  if (auto sequence = dyn_cast<SequenceType>(type))
    return getInnerElementType(sequence.getElement());
  if (auto optional = dyn_cast<OptionalType>(type))
    return getInnerElementType(optional.getElement());
  return type;
}

static int32_t getIntegerType(IntegerType integer) {
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return SWAGE_BOOL;
  case 2:
    return isUnsigned ? SWAGE_U2 : SWAGE_I2;
  case 4:
    return isUnsigned ? SWAGE_U4 : SWAGE_I4;
  case 8:
    return isUnsigned ? SWAGE_U8 : SWAGE_I8;
  case 16:
    return isUnsigned ? SWAGE_U16 : SWAGE_I16;
  case 32:
    return isUnsigned ? SWAGE_U32 : SWAGE_I32;
  case 64:
    return isUnsigned ? SWAGE_U64 : SWAGE_I64;
  default:
    return SWAGE_UNDEFINED;
  }
}

int32_t swage::nn::getDataType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return getIntegerType(integer);
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF32() ? SWAGE_C64 : SWAGE_C128;
  return TypeSwitch<Type, int32_t>(type)
      .Case([](StringType) { return SWAGE_STRING; })
      .Case([](Float32Type) { return SWAGE_F32; })
      .Case([](Float64Type) { return SWAGE_F64; })
      .Case([](Float16Type) { return SWAGE_F16; })
      .Case([](BFloat16Type) { return SWAGE_BF16; })
      .Case([](Float8E4M3FNType) { return SWAGE_F8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return SWAGE_F8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return SWAGE_F8E5M2; })
      .Case([](Float8E5M2FNUZType) { return SWAGE_F8E5M2FNUZ; })
      .Case([](Float4E2M1FNType) { return SWAGE_F4E2M1; })
      .Case([](Float8E8M0FNUType) { return SWAGE_F8E8M0; })
      .Default([](Type) { return SWAGE_UNDEFINED; });
}
