//===- ModelBytes.cpp - the file of a model that is trained ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/ModelBytes.h"

using namespace llvm;
using namespace swage;

static std::unique_ptr<MemoryBuffer> getBuffer(const ModelSource &source) {
  return MemoryBuffer::getMemBuffer(
      StringRef(source.bytes.data(), source.bytes.size()), source.path,
      /*RequiresNullTerminator=*/false);
}

Expected<std::unique_ptr<onnx::ModelFile>>
swage::openModel(const ModelSource &source) {
  return source.inMemory
             ? onnx::ModelFile::fromMemory(getBuffer(source), source.path)
             : onnx::ModelFile::open(source.path);
}

Expected<std::string>
swage::replaceInitializers(const ModelSource &source,
                           const onnx::InitializerBytes &bytes) {
  return source.inMemory
             ? onnx::replaceInitializers(getBuffer(source), source.path, bytes)
             : onnx::replaceInitializers(source.path, bytes);
}
