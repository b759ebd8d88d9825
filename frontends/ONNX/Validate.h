//===- Validate.h - the standard's rules for a model ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Checks what holds for every model whatever its operators mean: versions,
// names, order, nesting. Nodes that are merely out of order are put in order,
// because files like that exist and their meaning is not in doubt.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_VALIDATE_H
#define SWAGE_FRONTENDS_ONNX_VALIDATE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace swage::onnx {

class FunctionProto;
class ModelProto;

/// The newest versions of the format and of the standard operators known here.
constexpr int64_t kNewestIRVersion = 13;
constexpr int64_t kNewestOpset = 28;

/// Checks `model`, and sorts its nodes so that each follows what it reads.
llvm::Error validateModel(ModelProto &model);

/// The name under which a node calls a local function.
std::string functionKey(llvm::StringRef domain, llvm::StringRef name,
                        llvm::StringRef overload);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_VALIDATE_H
