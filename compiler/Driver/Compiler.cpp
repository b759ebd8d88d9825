//===- Compiler.cpp - model files become compiled models
//-------------------===//
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
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace swage;

static onnx::ImportResult import(const ModelSource &source,
                                 const CompileOptions &options,
                                 MLIRContext &context) {
  onnx::ImportOptions importOptions;
  for (const auto &[name, size] : options.dims)
    importOptions.dims[name] = size;
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
  result.model.keepAlive =
      std::make_shared<Leftovers>(Leftovers{context, result.model.keepAlive});
  return result;
}
