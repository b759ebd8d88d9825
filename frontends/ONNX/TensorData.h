//===- TensorData.h - the elements of a stored tensor -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// However a file stores a tensor (raw bytes, typed lists, another file), the
// importer sees one form: dense little-endian elements, one element a byte
// where the type is smaller, in the mapped file where possible.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_TENSORDATA_H
#define SWAGE_FRONTENDS_ONNX_TENSORDATA_H

#include "frontends/ONNX/Schema/onnx.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace swage::onnx {

/// Elements of a tensor, viewed where they lie.
struct TensorData {
  int32_t dtype = TensorProto::UNDEFINED;
  llvm::SmallVector<int64_t> dims;
  /// The elements in row-major order; empty for strings. Not aligned.
  llvm::ArrayRef<char> bytes;
  std::vector<std::string> strings;
  /// Keeps `bytes` alive: a mapped file, or a decoded buffer.
  std::shared_ptr<const void> owner;

  int64_t numElements() const;
};

/// Bytes of memory that one decoded element takes; 0 for strings and for what
/// is no element type.
unsigned elementBytes(int32_t dtype);
/// Bits that one element takes in raw storage; 0 like above.
unsigned storageBits(int32_t dtype);
/// The standard's name of an element type, as in "float16".
llvm::StringRef dtypeName(int32_t dtype);
/// The product of `dims`, or nothing if one is negative or it overflows.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> dims);
/// Bytes that `count` elements take in raw storage, or nothing on overflow.
std::optional<uint64_t> storedBytes(int32_t dtype, int64_t count);

/// Decodes raw storage of `data.dims` elements of `data.dtype` into `data`,
/// without a copy where a byte holds no more than one element.
llvm::Error decodeRaw(llvm::ArrayRef<char> raw,
                      std::shared_ptr<const void> owner, TensorData &data);
/// Decodes the typed lists of `tensor` into `data`, whose type and shape are
/// set.
llvm::Error decodeTyped(const TensorProto &tensor, TensorData &data);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_TENSORDATA_H
