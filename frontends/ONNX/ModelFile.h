//===- ModelFile.h - an ONNX file, opened and checked -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model as it lies on disk: the file is mapped, its graph decoded without the
// weights, and the graph checked to be well formed (see Validate.h), so that
// whoever walks it need not doubt names, order or nesting again.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_MODELFILE_H
#define SWAGE_FRONTENDS_ONNX_MODELFILE_H

#include "frontends/ONNX/ExternalData.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Schema/onnx.pb.h"
#include "frontends/ONNX/TensorData.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace swage::onnx {

class ModelFile {
public:
  /// Opens and checks the model at `path`.
  static llvm::Expected<std::unique_ptr<ModelFile>> open(llvm::StringRef path);
  /// Checks a model in memory. `name` stands for the file in messages.
  static llvm::Expected<std::unique_ptr<ModelFile>>
  fromMemory(std::unique_ptr<llvm::MemoryBuffer> buffer, llvm::StringRef name);

  llvm::StringRef path() const { return name; }
  const ModelProto &model() const { return proto; }
  /// For those who change it before it is imported.
  ModelProto &mutableModel() { return proto; }
  uint64_t fileSize() const { return buffer->getBufferSize(); }

  /// The operator set version that the model imports for `domain`; 0 if none.
  int64_t opset(llvm::StringRef domain) const;

  /// The elements of a tensor of this model.
  llvm::Expected<TensorData> tensor(const TensorProto &tensor);

private:
  ModelFile(std::unique_ptr<llvm::MemoryBuffer> buffer, llvm::StringRef name,
            bool onDisk);
  llvm::Error parse();

  std::string name;
  std::shared_ptr<llvm::MemoryBuffer> buffer;
  ExternalData external;
  ModelProto proto;
};

/// "" and "ai.onnx" are one domain; the former is its canonical name.
inline llvm::StringRef canonicalDomain(llvm::StringRef domain) {
  return domain == "ai.onnx" ? llvm::StringRef() : domain;
}

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_MODELFILE_H
