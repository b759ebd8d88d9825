//===- Inspect.cpp - swage inspect ----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Says what a model file or an artifact is: nothing is run, and of a model only
// as much is compiled as its memory plan needs.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Facts.h"
#include "compiler/Driver/Commands/InspectTraining.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

//===----------------------------------------------------------------------===//
// Artifacts
//===----------------------------------------------------------------------===//

/// "float32[batch,3]" of the facts' JSON.
static std::string getTypeText(const json::Object &value) {
  std::string text = value.getString("dtype").value_or("?").str() + "[";
  if (const json::Array *shape = value.getArray("shape"))
    for (auto [i, dim] : enumerate(*shape)) {
      text += i ? "," : "";
      if (std::optional<int64_t> size = dim.getAsInteger())
        text += std::to_string(*size);
      else
        text += dim.getAsString().value_or("?");
    }
  return text + "]";
}

static void printValues(StringRef title, const json::Array *values) {
  if (!values)
    return;
  outs() << title << ":\n";
  for (const json::Value &value : *values)
    if (const json::Object *object = value.getAsObject())
      outs() << "  " << object->getString("name").value_or("?") << "  "
             << getTypeText(*object) << '\n';
}

/// What a run needs beside its workspace, and how to make it a part of that.
static void printUnbounded(const json::Object &facts) {
  int64_t count = facts.getInteger("unbounded_buffers").value_or(0);
  if (!count)
    return;
  outs() << "beside it: " << count << " buffers, with no limit to their sizes";
  SmallVector<StringRef> dims;
  if (const json::Array *names = facts.getArray("unbounded_dims"))
    for (const json::Value &name : *names)
      dims.push_back(name.getAsString().value_or("?"));
  if (dims.empty())
    outs() << ", which depend on data";
  else
    outs() << "; limit them with";
  for (StringRef dim : dims)
    outs() << " --dim " << dim << "=LOW..HIGH";
  outs() << '\n';
}

static void printMemory(const json::Object &facts) {
  auto size = [&](StringRef key) { return facts.getInteger(key).value_or(0); };
  outs() << "weights: " << getSizeText(size("constant_bytes")) << " in "
         << size("constants") << " constants\n";
  if (int64_t prepared = size("prepared_bytes"))
    outs() << "made at load: " << getSizeText(prepared) << '\n';
  outs() << "workspace: " << getSizeText(size("arena_bytes"))
         << (size("arena_bounded_buffers") ? " for the greatest sizes" : "")
         << " (without sharing " << getSizeText(size("arena_naive_bytes"))
         << ")\n";
  printUnbounded(facts);
  // Not known where a run decides on sizes.
  if (std::optional<int64_t> flops = facts.getInteger("flops"))
    outs() << formatv("arithmetic: {0:f6} GFLOP a run\n", *flops / 1e9);
  if (std::optional<int64_t> bytes = facts.getInteger("traffic_bytes"))
    outs() << "memory traffic: " << getSizeText(*bytes) << " a run\n";
}

/// What a step of a training changes.
static void printSlots(const json::Array &slots) {
  int64_t count = 0, bytes = 0, parameters = 0, parameterBytes = 0;
  for (const json::Value &value : slots) {
    const json::Object &slot = *value.getAsObject();
    StringRef kind = slot.getString("kind").value_or("");
    int64_t size = slot.getInteger("bytes").value_or(0);
    if (kind == "gradient")
      continue;
    ++count;
    bytes += size;
    if (kind != "parameter")
      continue;
    ++parameters;
    parameterBytes += size;
  }
  outs() << formatv("state: {0} tensors, {1}; of them parameters: {2}, {3}\n",
                    count, getSizeText(bytes), parameters,
                    getSizeText(parameterBytes));
}

static int inspectArtifact(const InspectArguments &arguments,
                           const Messages &messages) {
  Expected<std::optional<json::Object>> facts = readFacts(arguments.model);
  if (!facts) {
    messages.error(facts.takeError());
    return getExitCode(Status::Error);
  }
  if (!*facts) {
    messages.error(formatv("'{0}' has no model of Swage in it: there is no "
                           "section '.swage.model'",
                           arguments.model));
    return getExitCode(Status::Error);
  }
  if (arguments.json) {
    outs() << formatv("{0:2}\n", json::Value(std::move(**facts)));
    return 0;
  }
  auto text = [&](StringRef key) {
    return (*facts)->getString(key).value_or("?");
  };
  const json::Array *slots = (*facts)->getArray("slots");
  outs() << arguments.model << ": the "
         << (slots ? "training of the model '" : "model '") << text("name")
         << "', compiled by Swage " << text("swage") << " for "
         << text("triple");
  // Generic code is for no processor in particular.
  if (!text("cpu").empty())
    outs() << " (" << text("cpu") << ")";
  outs() << '\n';
  printValues("inputs", (*facts)->getArray("inputs"));
  printValues("outputs", (*facts)->getArray("outputs"));
  if (slots)
    printSlots(*slots);
  printMemory(**facts);
  return 0;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static json::Array getValues(ArrayRef<onnx::DeclaredValue> values) {
  json::Array array;
  for (const onnx::DeclaredValue &value : values) {
    json::Value shape = nullptr;
    if (value.hasShape) {
      json::Array dims;
      for (StringRef dim : value.dims) {
        int64_t size;
        if (!dim.getAsInteger(10, size))
          dims.push_back(size);
        else if (dim == "?")
          dims.push_back(nullptr);
        else
          dims.push_back(json::fixUTF8(dim));
      }
      shape = std::move(dims);
    }
    array.push_back(json::Object{{"name", json::fixUTF8(value.name)},
                                 {"dtype", value.type},
                                 {"shape", std::move(shape)}});
  }
  return array;
}

/// The report of the frontend, completed by the plan of the compiler if there
/// is one.
static json::Object getModelFacts(const CompileResult &result) {
  const onnx::ModelReport &report = result.report;
  json::Object facts;
  if (result.status == Status::Success)
    facts = describeModel(result.model);
  facts["path"] = json::fixUTF8(report.path);
  facts["file_bytes"] = report.fileSize;
  facts["producer"] = json::fixUTF8(report.producer);
  facts["ir_version"] = report.irVersion;
  facts["inputs"] = getValues(report.inputs);
  facts["outputs"] = getValues(report.outputs);
  facts["parameters"] = report.parameters;
  facts["parameter_bytes"] = report.parameterBytes;
  json::Object opsets, operators;
  for (const auto &[domain, version] : report.opsets)
    opsets[json::fixUTF8(domain)] = version;
  for (const auto &[name, count] : report.operators)
    operators[json::fixUTF8(name)] = count;
  facts["opsets"] = std::move(opsets);
  facts["operators"] = std::move(operators);
  json::Array issues;
  for (const onnx::NodeIssue &issue : report.issues)
    issues.push_back(json::Object{
        {"node", json::fixUTF8(issue.node)},
        {"op", json::fixUTF8(issue.op)},
        {"domain", json::fixUTF8(issue.domain)},
        {"opset", issue.opset},
        {"operands", json::fixUTF8(issue.operands)},
        {"reason", json::fixUTF8(issue.reason)},
        {"bad_model", issue.status == onnx::ImportStatus::BadModel}});
  facts["issues"] = std::move(issues);
  return facts;
}

static void printReport(const onnx::ModelReport &report) {
  outs() << report.path << ": ONNX, " << getSizeText(report.fileSize);
  for (const auto &[domain, version] : report.opsets)
    outs() << ", " << domain << " " << version;
  if (!report.producer.empty())
    outs() << ", from " << report.producer;
  outs() << '\n';
  json::Array inputs = getValues(report.inputs);
  json::Array outputs = getValues(report.outputs);
  printValues("inputs", &inputs);
  printValues("outputs", &outputs);
  outs() << "parameters: " << report.parameters << " ("
         << getSizeText(report.parameterBytes) << ")\n";
  outs() << "operators:\n";
  for (const auto &[name, count] : report.operators)
    outs() << formatv("  {0,6} {1}\n", count, name);
}

static int inspectModel(const InspectArguments &arguments,
                        const Messages &messages) {
  Expected<CompileOptions> options = parseOptions(arguments);
  if (!options) {
    messages.error(options.takeError());
    return getExitCode(Status::Error);
  }
  options->stopAfter = Phase::Buffers;
  options->modelName = getModelName(arguments.model);
  CompileResult result = [&] {
    Progress progress;
    progress.follow(*options, arguments.model);
    return compile(ModelSource::file(arguments.model), *options, messages);
  }();
  // A file that could not even be read has no facts.
  bool hasFacts = result.report.fileSize > 0;
  if (hasFacts && arguments.json)
    outs() << formatv("{0:2}\n", json::Value(getModelFacts(result)));
  if (!hasFacts || arguments.json)
    return getExitCode(result.status);
  printReport(result.report);
  if (result.status == Status::Success)
    printMemory(describeModel(result.model));
  else
    outs() << formatv("does not compile: {0} nodes stand in the way\n",
                      result.report.issues.size());
  return getExitCode(result.status);
}

int swage::runInspect(const InspectArguments &arguments) {
  Messages messages;
  if (looksLikeArtifact(arguments.model))
    return inspectArtifact(arguments, messages);
  if (arguments.train)
    return inspectTraining(arguments, messages);
  return inspectModel(arguments, messages);
}
