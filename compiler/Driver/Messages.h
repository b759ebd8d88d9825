//===- Messages.h - what the compiler says to its user ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Diagnostics of every part as lines of text, "model.onnx: error: what", and
// where the lines go: to stderr, or into a string for those who embed Swage.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_MESSAGES_H
#define SWAGE_COMPILER_DRIVER_MESSAGES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <string>

namespace mlir {
class Diagnostic;
} // namespace mlir

namespace swage {

/// Receives messages. Several threads may report at once.
class Messages {
public:
  /// Takes one complete message, without a final newline.
  using Sink = std::function<void(llvm::StringRef)>;

  /// Messages that go to stderr.
  Messages();
  explicit Messages(Sink sink) : sink(std::move(sink)) {}

  /// "error: text".
  void error(const llvm::Twine &text) const;
  void error(llvm::Error error) const;
  /// "note: text".
  void note(const llvm::Twine &text) const;
  /// "remark: text".
  void remark(const llvm::Twine &text) const;
  /// "FILE: error: text", with the operation's name where the location has one,
  /// and its notes.
  void report(const mlir::Diagnostic &diagnostic) const;

private:
  Sink sink;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_MESSAGES_H
