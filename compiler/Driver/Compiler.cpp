//===- Compiler.cpp - model files become compiled models ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Compiler.h"
#include "compiler/Pipelines/Registration.h"
#include "frontends/ONNX/Importer.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "swage/artifact.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace swage;

bool swage::canBeConstant(const swage_tensor &tensor) {
  return tensor.data && swage_dtype_size(tensor.dtype) > 0;
}

/// A tensor as the frontend sees stored ones; strings stay inputs.
static onnx::TensorData viewTensor(const swage_tensor &tensor) {
  onnx::TensorData data;
  data.dims.assign(tensor.dims, tensor.dims + tensor.rank);
  if (!canBeConstant(tensor))
    return data;
  data.dtype = tensor.dtype;
  data.bytes = ArrayRef(static_cast<const char *>(tensor.data),
                        swage_dtype_size(tensor.dtype) * data.numElements());
  return data;
}

static onnx::ImportOptions::Algorithm
getAlgorithm(training::Function function) {
  using Algorithm = onnx::ImportOptions::Algorithm;
  switch (function) {
  case training::Function::Step:
    return Algorithm::Step;
  case training::Function::Evaluation:
    return Algorithm::Evaluation;
  case training::Function::Prediction:
    return Algorithm::Prediction;
  }
  llvm_unreachable("all functions are named");
}

static onnx::ImportResult import(const ModelSource &source,
                                 const CompileOptions &options,
                                 MLIRContext &context) {
  onnx::ImportOptions importOptions;
  for (const auto &[name, size] : options.dims)
    importOptions.dims[name] = size;
  for (const DimRange &range : options.dimRanges)
    importOptions.dimRanges[range.name] = {range.low, range.high};
  importOptions.symbolicInputs = options.symbolicInputs;
  for (const swage_tensor &tensor : options.constantInputs)
    importOptions.constantInputs.push_back(viewTensor(tensor));
  if (options.initialization)
    importOptions.algorithm = onnx::ImportOptions::Algorithm::Initialization;
  if (options.training) {
    using Mode = onnx::ImportOptions::Mode;
    importOptions.isParameter = options.isParameter;
    if (options.training->optimizer == training::kModelOptimizer)
      importOptions.algorithm = getAlgorithm(options.training->function);
    importOptions.mode = options.training->function == training::Function::Step
                             ? Mode::Training
                             : Mode::Evaluation;
  }
  if (!source.inMemory)
    return onnx::importModel(source.path, context, importOptions);
  return onnx::importModel(
      llvm::MemoryBuffer::getMemBuffer(
          StringRef(source.bytes.data(), source.bytes.size()), source.path,
          /*RequiresNullTerminator=*/false),
      source.path, context, importOptions);
}

namespace {
/// What constants of a compiled model may still point into: resources of the
/// module live in the context.
struct Leftovers {
  std::shared_ptr<MLIRContext> context;
  std::shared_ptr<void> other;
};
} // namespace

/// What the frontend and the user said, for those who look at the result.
static void addFacts(llvm::json::Object &facts, const onnx::ModelReport &report,
                     const CompileOptions &options) {
  llvm::json::Object opsets, dims;
  for (const auto &[domain, version] : report.opsets)
    opsets[llvm::json::fixUTF8(domain)] = version;
  for (const auto &[name, size] : options.dims)
    dims[llvm::json::fixUTF8(name)] = size;
  for (const DimRange &range : options.dimRanges)
    dims[llvm::json::fixUTF8(range.name)] =
        llvm::formatv("{0}..{1}", range.low, range.high).str();
  facts["opsets"] = std::move(opsets);
  facts["producer"] = llvm::json::fixUTF8(report.producer);
  facts["options"] =
      llvm::json::Object{{"opt_level", int64_t(options.optLevel)},
                         {"backend", options.backend},
                         {"fp", options.strictFP ? "strict" : "contract"},
                         {"dims", std::move(dims)}};
}

/// A hash of the model file, which tells whether an artifact is up to date.
static std::string getHash(const ModelSource &source) {
  ArrayRef<char> bytes = source.bytes;
  std::unique_ptr<llvm::MemoryBuffer> file;
  if (!source.inMemory) {
    auto opened = llvm::MemoryBuffer::getFile(source.path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!opened)
      return "";
    file = std::move(*opened);
    bytes = ArrayRef(file->getBufferStart(), file->getBufferSize());
  }
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(
      ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format_hex_no_prefix(hash.high64, 16)
                                 << llvm::format_hex_no_prefix(hash.low64, 16);
  return text;
}

CompileResult swage::compile(const ModelSource &source,
                             const CompileOptions &options,
                             const Messages &messages) {
  DialectRegistry registry;
  registerAllDialects(registry);
  auto context = std::make_shared<MLIRContext>(registry);
  // A user has no use for the operation as text; the message names the node.
  context->printOpOnDiagnostic(false);
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    messages.report(diagnostic);
    return success();
  });

  CompileResult result;
  if (options.onBegin)
    options.onBegin(Phase::Import);
  onnx::ImportResult imported = import(source, options, *context);
  result.report = std::move(imported.report);
  result.status = static_cast<Status>(imported.status);
  if (result.status != Status::Success)
    return result;
  if (options.onEnd)
    options.onEnd(Phase::Import, *imported.module);
  if (options.stopAfter == Phase::Import)
    return result;

  FailureOr<CompiledModel> model = compileModel(*imported.module, options);
  if (failed(model)) {
    result.status = Status::Error;
    return result;
  }
  result.model = std::move(*model);
  addFacts(result.model.metadata, result.report, options);
  if (options.stopAfter == Phase::Artifact)
    result.model.metadata["model_hash"] = getHash(source);
  result.model.keepAlive =
      std::make_shared<Leftovers>(Leftovers{context, result.model.keepAlive});
  return result;
}
