//===- Report.cpp - what a model is and what stands in its way ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Report.h"
#include "frontends/ONNX/ModelFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace swage::onnx;

std::string NodeIssue::str() const {
  std::string set = domain.empty() ? "opset" : printable(domain);
  return llvm::formatv("node '{0}' ({1}, {2} {3}) on ({4}): {5}",
                       printable(node), printable(op), set, opset, operands,
                       reason);
}

void ModelReport::fail(const ModelError &refusal) {
  if (!error.empty())
    error += "; ";
  error += refusal.message;
  // A file that breaks the rules is not merely unsupported.
  if (errorStatus == ImportStatus::Success ||
      errorStatus == ImportStatus::Unsupported)
    errorStatus = refusal.status;
}

ImportStatus ModelReport::status() const {
  ImportStatus result = errorStatus;
  for (const NodeIssue &issue : issues)
    if (result == ImportStatus::Success || result == ImportStatus::Unsupported)
      result = issue.status;
  return result;
}

void ModelReport::printIssues(llvm::raw_ostream &os) const {
  if (!error.empty())
    os << path << ": " << error << "\n";
  for (const NodeIssue &issue : issues)
    os << path << ": " << issue.str() << "\n";
}

static DeclaredValue describeValue(const ValueInfoProto &info) {
  DeclaredValue value;
  value.name = info.name();
  const TypeProto &type = info.type();
  const TensorShapeProto *shape = nullptr;
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    value.type = dtypeName(type.tensor_type().elem_type()).str();
    if (type.tensor_type().has_shape())
      shape = &type.tensor_type().shape();
    break;
  case TypeProto::kSequenceType:
    value.type = "sequence";
    break;
  case TypeProto::kMapType:
    value.type = "map";
    break;
  case TypeProto::kOptionalType:
    value.type = "optional";
    break;
  case TypeProto::kSparseTensorType:
    value.type = "sparse tensor";
    break;
  default:
    value.type = "unknown";
    break;
  }
  if (!shape)
    return value;
  value.hasShape = true;
  for (const TensorShapeProto::Dimension &dim : shape->dim()) {
    if (dim.has_dim_value() && dim.dim_value() >= 0)
      value.dims.push_back(std::to_string(dim.dim_value()));
    else
      value.dims.push_back(dim.dim_param().empty() ? "?" : dim.dim_param());
  }
  return value;
}

template <typename Nodes>
static void countOperators(const Nodes &nodes,
                           llvm::StringMap<int64_t> &counts) {
  for (const NodeProto &node : nodes) {
    llvm::StringRef domain = canonicalDomain(node.domain());
    ++counts[domain.empty() ? node.op_type()
                            : (domain + "." + node.op_type()).str()];
    for (const AttributeProto &attribute : node.attribute()) {
      if (attribute.has_g())
        countOperators(attribute.g().node(), counts);
      for (const GraphProto &graph : attribute.graphs())
        countOperators(graph.node(), counts);
    }
  }
}

void swage::onnx::describeModel(const ModelFile &file, ModelReport &report) {
  const ModelProto &model = file.model();
  report.fileSize = file.fileSize();
  report.producer = model.producer_name();
  if (!model.producer_version().empty())
    report.producer += " " + model.producer_version();
  report.irVersion = model.ir_version();
  for (const OperatorSetIdProto &import : model.opset_import()) {
    llvm::StringRef domain = canonicalDomain(import.domain());
    report.opsets.emplace_back(domain.empty() ? "ai.onnx" : domain.str(),
                               import.version());
  }
  llvm::StringMap<bool> initializers;
  for (const TensorProto &tensor : model.graph().initializer()) {
    initializers[tensor.name()] = true;
    llvm::SmallVector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
    std::optional<int64_t> count = countElements(dims);
    if (!count)
      continue;
    report.parameters =
        llvm::SaturatingAdd<uint64_t>(report.parameters, *count);
    report.parameterBytes = llvm::SaturatingAdd<uint64_t>(
        report.parameterBytes,
        storedBytes(tensor.data_type(), *count).value_or(0));
  }
  for (const ValueInfoProto &input : model.graph().input())
    if (!initializers.contains(input.name()))
      report.inputs.push_back(describeValue(input));
  for (const ValueInfoProto &output : model.graph().output())
    report.outputs.push_back(describeValue(output));

  llvm::StringMap<int64_t> counts;
  countOperators(model.graph().node(), counts);
  for (const FunctionProto &function : model.functions())
    countOperators(function.node(), counts);
  for (const auto &entry : counts)
    report.operators.emplace_back(entry.getKey().str(), entry.getValue());
  llvm::sort(report.operators, [](const auto &a, const auto &b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
}
