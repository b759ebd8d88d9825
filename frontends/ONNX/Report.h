//===- Report.h - what a model is and what stands in its way ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Facts of a model that `swage inspect` prints, and the one list of all nodes
// that cannot be compiled.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_REPORT_H
#define SWAGE_FRONTENDS_ONNX_REPORT_H

#include "frontends/ONNX/ModelError.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <utility>
#include <vector>

namespace swage::onnx {

class ModelFile;

/// An input or output as the file declares it.
struct DeclaredValue {
  std::string name;
  /// The element type, as in "float32", or the kind of what is no tensor.
  std::string type;
  /// Sizes, symbolic names, or "?" each. Not known when `hasShape` is false.
  std::vector<std::string> dims;
  bool hasShape = false;
};

/// A node that cannot be imported.
struct NodeIssue {
  ImportStatus status; ///< BadModel or Unsupported.
  std::string node;    ///< Its name; made up where it has none.
  std::string op;
  std::string domain; ///< Empty for the standard operators.
  int64_t opset;
  std::string operands; ///< Types of its inputs, as in "f32[1,3,?], i64[2]".
  std::string reason;

  /// One line with all of the above.
  std::string str() const;
};

struct ModelReport {
  std::string path;
  std::string producer;
  uint64_t fileSize = 0;
  int64_t irVersion = 0;
  /// Domain ("ai.onnx" for the standard one) and version.
  std::vector<std::pair<std::string, int64_t>> opsets;
  std::vector<DeclaredValue> inputs;
  std::vector<DeclaredValue> outputs;
  /// Operators by name with the number of their nodes, most frequent first;
  /// nodes of subgraphs and function bodies count once each.
  std::vector<std::pair<std::string, int64_t>> operators;
  /// Elements and bytes of the initializers.
  uint64_t parameters = 0;
  uint64_t parameterBytes = 0;
  /// Why the file as a whole was refused; empty if it was not.
  std::string error;
  ImportStatus errorStatus = ImportStatus::Success;
  /// Every node that cannot be imported.
  std::vector<NodeIssue> issues;

  /// Notes a refusal of the whole file; a bad model outweighs an unsupported
  /// one.
  void fail(const ModelError &refusal);
  /// The verdict over `error` and `issues`.
  ImportStatus status() const;
  void printIssues(llvm::raw_ostream &os) const;
};

/// Fills in what can be told without importing.
void describeModel(const ModelFile &file, ModelReport &report);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_REPORT_H
