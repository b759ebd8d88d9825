//===- ModelError.h - why a model was refused -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The one error type of the ONNX frontend. It tells a bad model from a valid
// one that is not supported, because the two have different exit codes, and
// keeps the node apart from the text, so that every message names it alike.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_MODELERROR_H
#define SWAGE_FRONTENDS_ONNX_MODELERROR_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <string>

namespace swage::onnx {

class NodeProto;

/// How an import ended; the values are the process's exit codes.
enum class ImportStatus {
  Success = 0,
  Error = 1,       ///< The file cannot be read.
  BadModel = 2,    ///< The file breaks the standard's rules.
  Unsupported = 3, ///< A valid model with something that Swage does not take.
};

/// A refusal of a model or of one of its nodes.
class ModelError : public llvm::ErrorInfo<ModelError> {
public:
  static char ID;

  ModelError(ImportStatus status, const llvm::Twine &message)
      : status(status), message(message.str()) {}

  ImportStatus status;
  std::string message;

  void log(llvm::raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }
};

/// The model breaks a rule of the standard.
llvm::Error badModel(const llvm::Twine &message);
/// The model is valid, but uses what Swage does not support.
llvm::Error unsupported(const llvm::Twine &message);

/// "node 'conv1' (Conv)", or by its first output where it has no name.
std::string describeNode(const NodeProto &node);
/// The node's name, or a name made from its operator and first output.
std::string nodeName(const NodeProto &node);
/// `text` with control and non-ASCII bytes escaped and its length bounded, fit
/// for a message: names in a model are arbitrary bytes.
std::string printable(llvm::StringRef text);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_MODELERROR_H
