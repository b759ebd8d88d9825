//===- Importer.cpp - ONNX model -> nn module -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Importer.h"
#include "dialects/NN/NN.h"
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/Registry.h"
#include "frontends/ONNX/TrainingInfo.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace swage::onnx;

/// Emits what the report holds: the whole file's refusal, or each node's.
static void emitIssues(const ModelReport &report, MLIRContext &context) {
  Location file = FileLineColLoc::get(&context, report.path, 0, 0);
  if (!report.error.empty())
    emitError(file) << report.error;
  for (const NodeIssue &issue : report.issues)
    emitError(
        NameLoc::get(StringAttr::get(&context, printable(issue.node)), file))
        << issue.str();
}

static ImportResult importFile(llvm::Expected<std::unique_ptr<ModelFile>> file,
                               StringRef name, MLIRContext &context,
                               const ImportOptions &options) {
  ImportResult result;
  result.report.path = name.str();
  if (!file) {
    llvm::handleAllErrors(file.takeError(), [&](const ModelError &error) {
      result.report.fail(error);
    });
  } else {
    context.loadDialect<swage::nn::NNDialect, arith::ArithDialect,
                        func::FuncDialect, math::MathDialect, scf::SCFDialect,
                        tensor::TensorDialect>();
    describeModel(**file, result.report);
    Registry registry;
    UpdateBindings bindings;
    llvm::Error error = llvm::Error::success();
    if (options.algorithm != ImportOptions::Algorithm::None)
      error = combineTraining(**file, options.algorithm).moveInto(bindings);
    if (error)
      llvm::handleAllErrors(std::move(error), [&](const ModelError &why) {
        result.report.fail(why);
      });
    else
      result.module = GraphImporter(**file, registry, context, options,
                                    bindings, result.report)
                          .run();
  }
  result.status = result.report.status();
  if (result.status != ImportStatus::Success) {
    result.module = {};
    emitIssues(result.report, context);
  }
  return result;
}

ImportResult swage::onnx::importModel(StringRef path, MLIRContext &context,
                                      const ImportOptions &options) {
  return importFile(ModelFile::open(path), path, context, options);
}

ImportResult swage::onnx::importModel(std::unique_ptr<llvm::MemoryBuffer> model,
                                      StringRef name, MLIRContext &context,
                                      const ImportOptions &options) {
  return importFile(ModelFile::fromMemory(std::move(model), name), name,
                    context, options);
}
