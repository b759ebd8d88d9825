//===- TensorData.cpp - the elements of a stored tensor -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/TensorData.h"
#include "frontends/ONNX/ModelError.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace swage::onnx;

namespace {
struct ElementType {
  llvm::StringLiteral name;
  /// Bits of an element in raw storage.
  unsigned bits;
  /// Whether raw storage sign-extends when it is unpacked.
  bool isSigned;
};
} // namespace

/// The element types by their number in the format.
static const ElementType *elementType(int32_t dtype) {
  static constexpr ElementType types[] = {
      {"undefined", 0, false},     {"float32", 32, true},
      {"uint8", 8, false},         {"int8", 8, true},
      {"uint16", 16, false},       {"int16", 16, true},
      {"int32", 32, true},         {"int64", 64, true},
      {"string", 0, false},        {"bool", 8, false},
      {"float16", 16, true},       {"float64", 64, true},
      {"uint32", 32, false},       {"uint64", 64, false},
      {"complex64", 64, true},     {"complex128", 128, true},
      {"bfloat16", 16, true},      {"float8e4m3fn", 8, true},
      {"float8e4m3fnuz", 8, true}, {"float8e5m2", 8, true},
      {"float8e5m2fnuz", 8, true}, {"uint4", 4, false},
      {"int4", 4, true},           {"float4e2m1", 4, false},
      {"float8e8m0", 8, false},    {"uint2", 2, false},
      {"int2", 2, true},
  };
  if (dtype < 0 || dtype >= int32_t(std::size(types)))
    return nullptr;
  return &types[dtype];
}

unsigned swage::onnx::storageBits(int32_t dtype) {
  const ElementType *type = elementType(dtype);
  return type ? type->bits : 0;
}

unsigned swage::onnx::elementBytes(int32_t dtype) {
  return (storageBits(dtype) + 7) / 8;
}

llvm::StringRef swage::onnx::dtypeName(int32_t dtype) {
  const ElementType *type = elementType(dtype);
  return type ? llvm::StringRef(type->name) : "unknown";
}

std::optional<int64_t>
swage::onnx::countElements(llvm::ArrayRef<int64_t> dims) {
  // An empty tensor is empty however large its other dimensions are.
  if (llvm::any_of(dims, [](int64_t dim) { return dim < 0; }))
    return std::nullopt;
  if (llvm::is_contained(dims, 0))
    return 0;
  int64_t count = 1;
  for (int64_t dim : dims) {
    std::optional<int64_t> product = llvm::checkedMul(count, dim);
    if (!product)
      return std::nullopt;
    count = *product;
  }
  return count;
}

std::optional<uint64_t> swage::onnx::storedBytes(int32_t dtype, int64_t count) {
  std::optional<uint64_t> bits =
      llvm::checkedMulUnsigned<uint64_t>(count, storageBits(dtype));
  if (!bits || *bits > UINT64_MAX - 7)
    return std::nullopt;
  return (*bits + 7) / 8;
}

int64_t TensorData::numElements() const {
  return countElements(dims).value_or(0);
}

/// A buffer of `size` bytes that `data` owns.
static char *allocate(TensorData &data, size_t size) {
  auto buffer = std::shared_ptr<char[]>(new char[std::max<size_t>(size, 1)]);
  char *memory = buffer.get();
  data.bytes = llvm::ArrayRef<char>(memory, size);
  data.owner = std::move(buffer);
  return memory;
}

/// Splits one stored byte into its elements, lowest bits first.
static void unpackByte(const ElementType &type, uint8_t byte, char *&out,
                       const char *end) {
  unsigned mask = (1u << type.bits) - 1;
  for (unsigned shift = 0; shift < 8 && out != end; shift += type.bits) {
    unsigned element = (byte >> shift) & mask;
    if (type.isSigned && element > mask / 2)
      element |= ~mask;
    *out++ = static_cast<char>(element);
  }
}

llvm::Error swage::onnx::decodeRaw(llvm::ArrayRef<char> raw,
                                   std::shared_ptr<const void> owner,
                                   TensorData &data) {
  const ElementType *type = elementType(data.dtype);
  if (!type || !type->bits)
    return badModel("stores raw bytes, which " + dtypeName(data.dtype) +
                    " tensors cannot");
  int64_t count = data.numElements();
  std::optional<uint64_t> needed = storedBytes(data.dtype, count);
  if (!needed || *needed != raw.size())
    return badModel(
        llvm::formatv("has {0} bytes of data where {1} {2} elements need {3}",
                      raw.size(), count, type->name,
                      needed ? llvm::Twine(*needed).str() : "more than fit"));
  if (type->bits < 8) {
    char *out = allocate(data, count);
    for (char byte : raw)
      unpackByte(*type, byte, out, data.bytes.end());
    return llvm::Error::success();
  }
  if (data.dtype == TensorProto::BOOL) {
    char *out = allocate(data, count);
    for (char byte : raw)
      *out++ = byte != 0;
    return llvm::Error::success();
  }
  data.bytes = raw;
  data.owner = std::move(owner);
  return llvm::Error::success();
}

/// Writes each number of `list` as a `Stored`.
template <typename Stored, typename List>
static void copyList(const List &list, TensorData &data) {
  char *out = allocate(data, list.size() * sizeof(Stored));
  for (auto number : list) {
    Stored stored = static_cast<Stored>(number);
    std::memcpy(out, &stored, sizeof(Stored));
    out += sizeof(Stored);
  }
}

llvm::Error swage::onnx::decodeTyped(const TensorProto &tensor,
                                     TensorData &data) {
  const ElementType *type = elementType(data.dtype);
  int64_t count = data.numElements();
  auto checkCount = [&](int64_t got, int64_t perElement) -> llvm::Error {
    if (got == count * perElement)
      return llvm::Error::success();
    return badModel(
        llvm::formatv("has {0} numbers of data where {1} {2} elements need {3}",
                      got, count, type->name, count * perElement));
  };
  switch (data.dtype) {
  case TensorProto::STRING:
    if (llvm::Error error = checkCount(tensor.string_data_size(), 1))
      return error;
    data.strings.assign(tensor.string_data().begin(),
                        tensor.string_data().end());
    return llvm::Error::success();
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    if (llvm::Error error =
            checkCount(tensor.float_data_size(), type->bits / 32))
      return error;
    copyList<float>(tensor.float_data(), data);
    return llvm::Error::success();
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    if (llvm::Error error =
            checkCount(tensor.double_data_size(), type->bits / 64))
      return error;
    copyList<double>(tensor.double_data(), data);
    return llvm::Error::success();
  case TensorProto::INT64:
    if (llvm::Error error = checkCount(tensor.int64_data_size(), 1))
      return error;
    copyList<int64_t>(tensor.int64_data(), data);
    return llvm::Error::success();
  case TensorProto::UINT64:
  case TensorProto::UINT32:
    if (llvm::Error error = checkCount(tensor.uint64_data_size(), 1))
      return error;
    if (data.dtype == TensorProto::UINT64)
      copyList<uint64_t>(tensor.uint64_data(), data);
    else
      copyList<uint32_t>(tensor.uint64_data(), data);
    return llvm::Error::success();
  default:
    break;
  }
  // Everything else travels in int32_data; types below a byte stay packed
  // there, a byte of storage in each number.
  const auto &list = tensor.int32_data();
  if (type->bits < 8) {
    int64_t packed = llvm::divideCeil(count, 8 / type->bits);
    if (list.size() != packed)
      return badModel(llvm::formatv(
          "has {0} numbers of data where {1} {2} elements need {3}",
          list.size(), count, type->name, packed));
    char *out = allocate(data, count);
    for (int32_t number : list)
      unpackByte(*type, static_cast<uint8_t>(number), out, data.bytes.end());
    return llvm::Error::success();
  }
  if (llvm::Error error = checkCount(list.size(), 1))
    return error;
  if (data.dtype == TensorProto::BOOL)
    copyList<bool>(list, data);
  else if (type->bits == 8)
    copyList<uint8_t>(list, data);
  else if (type->bits == 16)
    copyList<uint16_t>(list, data);
  else
    copyList<int32_t>(list, data);
  return llvm::Error::success();
}
