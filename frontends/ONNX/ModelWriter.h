//===- ModelWriter.h - a model with other weights ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_MODELWRITER_H
#define SWAGE_FRONTENDS_ONNX_MODELWRITER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>
#include <vector>

namespace swage::onnx {

class ModelFile;

/// The bytes of initializers, by name.
using InitializerBytes = llvm::StringMap<llvm::ArrayRef<char>>;

/// The model at `path` as a file of its own, without external data, in which
/// the initializers of these names have these elements. All else is as it was.
llvm::Expected<std::string> replaceInitializers(llvm::StringRef path,
                                                const InitializerBytes &bytes);

/// The same for a model in memory; `name` stands for the file in messages.
llvm::Expected<std::string>
replaceInitializers(std::unique_ptr<llvm::MemoryBuffer> model,
                    llvm::StringRef name, const InitializerBytes &bytes);

/// The elements of the initializers of these names, as far as there are such.
llvm::Expected<llvm::StringMap<std::vector<char>>>
readInitializers(ModelFile &file, const llvm::StringSet<> &names);

/// The model at `path` with another last layer: the one with the weights `name`
/// gets `classes` outputs, weights drawn at random by `seed`, and no bias.
llvm::Expected<std::string> replaceHead(llvm::StringRef path,
                                        llvm::StringRef name, int64_t classes,
                                        uint64_t seed);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_MODELWRITER_H
