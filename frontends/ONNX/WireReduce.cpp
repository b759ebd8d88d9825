//===- WireReduce.cpp - take bulk data out of an encoded model ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/WireReduce.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Schema/onnx.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/FormatVariadic.h"

using namespace swage::onnx;

namespace {

/// The messages on the way from a model to its tensors.
enum class Kind {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  Sparse,
  Function,
  Training
};

struct Child {
  uint32_t field;
  Kind kind;
};

enum WireType { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// Which fields of a message lead on to tensors.
llvm::ArrayRef<Child> childrenOf(Kind kind) {
  static constexpr Child model[] = {
      {ModelProto::kGraphFieldNumber, Kind::Graph},
      {ModelProto::kTrainingInfoFieldNumber, Kind::Training},
      {ModelProto::kFunctionsFieldNumber, Kind::Function}};
  static constexpr Child graph[] = {
      {GraphProto::kNodeFieldNumber, Kind::Node},
      {GraphProto::kInitializerFieldNumber, Kind::Tensor},
      {GraphProto::kSparseInitializerFieldNumber, Kind::Sparse}};
  static constexpr Child node[] = {
      {NodeProto::kAttributeFieldNumber, Kind::Attribute}};
  static constexpr Child attribute[] = {
      {AttributeProto::kTFieldNumber, Kind::Tensor},
      {AttributeProto::kGFieldNumber, Kind::Graph},
      {AttributeProto::kTensorsFieldNumber, Kind::Tensor},
      {AttributeProto::kGraphsFieldNumber, Kind::Graph},
      {AttributeProto::kSparseTensorFieldNumber, Kind::Sparse},
      {AttributeProto::kSparseTensorsFieldNumber, Kind::Sparse}};
  static constexpr Child sparse[] = {
      {SparseTensorProto::kValuesFieldNumber, Kind::Tensor},
      {SparseTensorProto::kIndicesFieldNumber, Kind::Tensor}};
  static constexpr Child function[] = {
      {FunctionProto::kNodeFieldNumber, Kind::Node},
      {FunctionProto::kAttributeProtoFieldNumber, Kind::Attribute}};
  static constexpr Child training[] = {
      {TrainingInfoProto::kInitializationFieldNumber, Kind::Graph},
      {TrainingInfoProto::kAlgorithmFieldNumber, Kind::Graph}};
  switch (kind) {
  case Kind::Model:
    return model;
  case Kind::Graph:
    return graph;
  case Kind::Node:
    return node;
  case Kind::Attribute:
    return attribute;
  case Kind::Sparse:
    return sparse;
  case Kind::Function:
    return function;
  case Kind::Training:
    return training;
  case Kind::Tensor:
    return {};
  }
  return {};
}

void appendVarint(std::string &out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void appendTag(std::string &out, uint32_t field, WireType type) {
  appendVarint(out, (uint64_t(field) << 3) | type);
}

class Reducer {
public:
  explicit Reducer(llvm::StringRef file) : file(file) {}

  /// Appends the message in [position, end) to `out`, reduced.
  llvm::Error reduce(Kind kind, size_t position, size_t end, unsigned depth,
                     std::string &out);

private:
  llvm::Error readVarint(size_t &position, size_t end, uint64_t &value);
  llvm::Error malformed(size_t position, const llvm::Twine &what) {
    return badModel("is not an ONNX model: " + what +
                    llvm::formatv(" at byte {0}", position));
  }
  /// The data ends before a length says so. Where what was read so far looked
  /// like a model, the file was cut off.
  llvm::Error truncated(size_t position, uint64_t needed) {
    if (!sawModelField)
      return malformed(position, "a field runs past the end of the file");
    return badModel(llvm::formatv(
        "is truncated or damaged: the field at byte {0} needs {1} bytes, "
        "{2} are left; copy or export the file again",
        position, needed, file.size() - std::min(position, file.size())));
  }

  llvm::StringRef file;
  /// Whether a field that only a model has was read at the top.
  bool sawModelField = false;
};

llvm::Error Reducer::readVarint(size_t &position, size_t end, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (position == end)
      return truncated(position, 1);
    uint8_t byte = file[position++];
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return llvm::Error::success();
  }
  return malformed(position, "a number of more than 64 bits");
}

llvm::Error Reducer::reduce(Kind kind, size_t position, size_t end,
                            unsigned depth, std::string &out) {
  // Protobuf stops at 100 nested messages; a subgraph takes three.
  if (depth > 96)
    return badModel("nests subgraphs too deeply");
  while (position < end) {
    size_t start = position;
    uint64_t tag;
    if (llvm::Error error = readVarint(position, end, tag))
      return error;
    uint64_t field = tag >> 3;
    if (field == 0 || field > (1u << 29) - 1)
      return malformed(start, "an impossible field number");
    auto advance = [&](uint64_t size) -> llvm::Error {
      if (size > end - position)
        return truncated(start, size);
      position += size;
      return llvm::Error::success();
    };
    switch (tag & 7) {
    case Varint: {
      uint64_t value;
      if (llvm::Error error = readVarint(position, end, value))
        return error;
      // The version comes first in what every exporter writes.
      if (kind == Kind::Model && field == ModelProto::kIrVersionFieldNumber &&
          value < 1000)
        sawModelField = true;
      break;
    }
    case Fixed64:
      if (llvm::Error error = advance(8))
        return error;
      break;
    case Fixed32:
      if (llvm::Error error = advance(4))
        return error;
      break;
    case Bytes: {
      uint64_t size;
      if (llvm::Error error = readVarint(position, end, size))
        return error;
      size_t content = position;
      if (llvm::Error error = advance(size))
        return error;
      if (size < kMappedThreshold)
        break;
      if (kind == Kind::Tensor && field == TensorProto::kRawDataFieldNumber) {
        appendTag(out, TensorProto::kMappedOffsetFieldNumber, Varint);
        appendVarint(out, content);
        appendTag(out, TensorProto::kMappedSizeFieldNumber, Varint);
        appendVarint(out, size);
        continue;
      }
      const Child *child = llvm::find_if(
          childrenOf(kind), [&](const Child &c) { return c.field == field; });
      if (child == childrenOf(kind).end())
        break;
      std::string reduced;
      if (llvm::Error error =
              reduce(child->kind, content, position, depth + 1, reduced))
        return error;
      appendTag(out, field, Bytes);
      appendVarint(out, reduced.size());
      out += reduced;
      continue;
    }
    default:
      return malformed(start, "an unknown encoding");
    }
    out.append(file.data() + start, position - start);
  }
  return llvm::Error::success();
}

} // namespace

llvm::Expected<std::string> swage::onnx::reduceModel(llvm::StringRef file) {
  std::string reduced;
  if (llvm::Error error =
          Reducer(file).reduce(Kind::Model, 0, file.size(), 0, reduced))
    return error;
  return reduced;
}
