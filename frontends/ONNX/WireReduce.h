//===- WireReduce.h - take bulk data out of an encoded model ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model file is mostly weights. Before protobuf sees it, this pass walks the
// wire format's length headers down to every tensor and writes the same message
// again with each large `raw_data` replaced by its place in the file. So
// weights are never copied, and files beyond protobuf's 2 GB limit can be read.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_WIREREDUCE_H
#define SWAGE_FRONTENDS_ONNX_WIREREDUCE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace swage::onnx {

/// `raw_data` of at least this many bytes stays in the file.
constexpr size_t kMappedThreshold = 1024;

/// Re-encodes the ModelProto in `file` without its bulk data.
llvm::Expected<std::string> reduceModel(llvm::StringRef file);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_WIREREDUCE_H
