//===- ModelFile.cpp - an ONNX file, opened and checked -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/Validate.h"
#include "frontends/ONNX/WireReduce.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>

using namespace swage::onnx;

ModelFile::ModelFile(std::unique_ptr<llvm::MemoryBuffer> buffer,
                     llvm::StringRef name, bool onDisk)
    : name(name), buffer(std::move(buffer)),
      external(llvm::sys::path::parent_path(name).str(), onDisk) {}

llvm::Expected<std::unique_ptr<ModelFile>>
ModelFile::open(llvm::StringRef path) {
  if (llvm::sys::fs::is_directory(path))
    return llvm::make_error<ModelError>(
        ImportStatus::Error, "is a folder; give the model file in it");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::make_error<ModelError>(
        ImportStatus::Error, "cannot be read: " + buffer.getError().message());
  std::unique_ptr<ModelFile> file(
      new ModelFile(std::move(*buffer), path, /*onDisk=*/true));
  if (llvm::Error error = file->parse())
    return error;
  return file;
}

llvm::Expected<std::unique_ptr<ModelFile>>
ModelFile::fromMemory(std::unique_ptr<llvm::MemoryBuffer> buffer,
                      llvm::StringRef name) {
  std::unique_ptr<ModelFile> file(
      new ModelFile(std::move(buffer), name, /*onDisk=*/false));
  if (llvm::Error error = file->parse())
    return error;
  return file;
}

llvm::Error ModelFile::parse() {
  llvm::StringRef bytes = buffer->getBuffer();
  if (bytes.empty())
    return badModel("is empty");
  // The text form of a model starts with its first field's name.
  if (bytes.starts_with("ir_version") || bytes.starts_with("<"))
    return badModel("is text; convert it to the binary ONNX format first");
  llvm::Expected<std::string> reduced = reduceModel(bytes);
  if (!reduced)
    return reduced.takeError();
  if (reduced->size() > INT_MAX)
    return unsupported("holds more than 2 GB beside its raw weights; export "
                       "the weights as raw "
                       "or external data");
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(reduced->data()),
      static_cast<int>(reduced->size()));
  if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return badModel(
        "is not an ONNX model: its fields do not have the types of the format");
  return validateModel(proto);
}

int64_t ModelFile::opset(llvm::StringRef domain) const {
  for (const OperatorSetIdProto &import : proto.opset_import())
    if (canonicalDomain(import.domain()) == canonicalDomain(domain))
      return import.version();
  return 0;
}

llvm::Expected<TensorData> ModelFile::tensor(const TensorProto &tensor) {
  std::string what = tensor.name().empty()
                         ? "a tensor attribute"
                         : "tensor '" + printable(tensor.name()) + "'";
  auto inTensor = [&](llvm::Error error) {
    return llvm::handleErrors(std::move(error), [&](const ModelError &inner) {
      return llvm::make_error<ModelError>(inner.status,
                                          what + " " + inner.message);
    });
  };
  TensorData data;
  data.dtype = tensor.data_type();
  data.dims.assign(tensor.dims().begin(), tensor.dims().end());
  if (!storageBits(data.dtype) && data.dtype != TensorProto::STRING)
    return inTensor(badModel(
        llvm::formatv("has the element type {0}, which the standard does not "
                      "define",
                      data.dtype)));
  if (tensor.has_segment())
    return inTensor(unsupported("is stored in segments; export it whole"));
  std::optional<int64_t> count = countElements(data.dims);
  if (!count)
    return inTensor(badModel("has an impossible shape"));
  std::optional<uint64_t> needed = storedBytes(data.dtype, *count);
  if (!needed)
    return inTensor(badModel("has an impossible shape"));

  if (tensor.data_location() == TensorProto::EXTERNAL) {
    if (data.dtype == TensorProto::STRING)
      return inTensor(
          badModel("has strings in external data, where they cannot be"));
    std::shared_ptr<const void> owner;
    llvm::Expected<llvm::ArrayRef<char>> raw =
        external.find(tensor, *needed, owner);
    if (!raw)
      return inTensor(raw.takeError());
    if (llvm::Error error = decodeRaw(*raw, owner, data))
      return inTensor(std::move(error));
    return data;
  }
  if (tensor.has_mapped_offset()) {
    uint64_t offset = tensor.mapped_offset(), size = tensor.mapped_size();
    if (offset > buffer->getBufferSize() ||
        size > buffer->getBufferSize() - offset)
      return inTensor(badModel("lies outside the file"));
    llvm::ArrayRef<char> raw(buffer->getBufferStart() + offset, size);
    if (llvm::Error error = decodeRaw(raw, buffer, data))
      return inTensor(std::move(error));
    return data;
  }
  // Some writers set an empty raw_data beside the typed list that they use.
  if (tensor.has_raw_data() && (!tensor.raw_data().empty() || *count == 0)) {
    // Small enough for protobuf to have copied it: give it a life of its own.
    auto copy = std::make_shared<std::string>(tensor.raw_data());
    if (llvm::Error error = decodeRaw({copy->data(), copy->size()}, copy, data))
      return inTensor(std::move(error));
    return data;
  }
  if (llvm::Error error = decodeTyped(tensor, data))
    return inTensor(std::move(error));
  return data;
}
