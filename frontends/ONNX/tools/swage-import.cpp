//===- swage-import.cpp - print what the frontend makes of a model --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A tool of the tests: imports ONNX files and prints the modules, or with
// --quiet one line for each. Weights are left out of the text. With --operators
// it lists what can be imported.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Importer.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

namespace cl = llvm::cl;
using namespace swage::onnx;

static cl::list<std::string> models(cl::Positional, cl::desc("model..."));
static cl::list<std::string>
    bindings("dim", cl::desc("NAME=N: bind a symbolic dimension"));
static cl::opt<bool> quiet("quiet",
                           cl::desc("one line a model instead of its module"));
static cl::opt<bool> operators("operators",
                               cl::desc("list the operators that are known"));

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv);
  if (operators)
    Registry().print(llvm::outs());
  ImportOptions options;
  for (llvm::StringRef binding : bindings) {
    auto [name, size] = binding.split('=');
    int64_t number, high;
    if (auto [first, last] = size.split("..");
        !first.getAsInteger(10, number) && !last.getAsInteger(10, high)) {
      options.dimRanges[name] = {number, high};
      continue;
    }
    if (size.getAsInteger(10, number) || number < 0) {
      llvm::errs() << "--dim takes NAME=N\n";
      return 1;
    }
    options.dims[name] = number;
  }
  int worst = 0;
  for (const std::string &model : models) {
    mlir::MLIRContext context;
    ImportResult result;
    {
      mlir::ScopedDiagnosticHandler silence(
          &context, [](mlir::Diagnostic &) { return mlir::success(); });
      result = importModel(model, context, options);
    }
    worst = std::max(worst, static_cast<int>(result.status));
    result.report.printIssues(llvm::errs());
    static constexpr llvm::StringLiteral verdicts[] = {
        "imported", "failed", "bad model", "unsupported"};
    if (quiet)
      llvm::outs() << model << ": " << verdicts[static_cast<int>(result.status)]
                   << "\n";
    else if (result.module)
      result.module->print(llvm::outs(), mlir::OpPrintingFlags()
                                             .elideLargeElementsAttrs(16)
                                             .elideLargeResourceString(0));
  }
  return worst;
}
