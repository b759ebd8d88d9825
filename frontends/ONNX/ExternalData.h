//===- ExternalData.h - weights in files beside the model -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A tensor may live in another file, named relative to the model's folder. The
// model decides that name, so this is where it is kept inside that folder: a
// path that leads out, also through a symbolic link, is refused.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_EXTERNALDATA_H
#define SWAGE_FRONTENDS_ONNX_EXTERNALDATA_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace swage::onnx {

class TensorProto;

/// The data files of one model, mapped when first used.
class ExternalData {
public:
  /// `folder` is the model's; empty where the model came from memory.
  explicit ExternalData(std::string folder, bool hasFolder)
      : folder(std::move(folder)), hasFolder(hasFolder) {}

  /// The stored bytes of `tensor`, which takes `needed` bytes, and their owner.
  llvm::Expected<llvm::ArrayRef<char>> find(const TensorProto &tensor,
                                            uint64_t needed,
                                            std::shared_ptr<const void> &owner);

private:
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>>
  open(llvm::StringRef location);

  std::string folder;
  bool hasFolder;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_EXTERNALDATA_H
