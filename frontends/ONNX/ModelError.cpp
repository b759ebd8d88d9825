//===- ModelError.cpp - why a model was refused ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Schema/onnx.pb.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace swage::onnx;

char ModelError::ID = 0;

llvm::Error swage::onnx::badModel(const llvm::Twine &message) {
  return llvm::make_error<ModelError>(ImportStatus::BadModel, message);
}

llvm::Error swage::onnx::unsupported(const llvm::Twine &message) {
  return llvm::make_error<ModelError>(ImportStatus::Unsupported, message);
}

std::string swage::onnx::printable(llvm::StringRef text) {
  constexpr size_t limit = 120;
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printEscapedString(text.take_front(limit), os);
  if (text.size() > limit)
    os << "...";
  return result;
}

std::string swage::onnx::nodeName(const NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return node.op_type() + "_" + output;
  return node.op_type();
}

std::string swage::onnx::describeNode(const NodeProto &node) {
  std::string op = printable(node.op_type());
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    op = printable(node.domain()) + "." + op;
  if (!node.name().empty())
    return "node '" + printable(node.name()) + "' (" + op + ")";
  for (const std::string &output : node.output())
    if (!output.empty())
      return "the node of output '" + printable(output) + "' (" + op + ")";
  return "an unnamed node (" + op + ")";
}
