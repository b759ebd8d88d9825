//===- swage-kernel.cpp - compiles, checks and times single kernels -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs each `kernel.func` of a file as the CPU backend's fast paths compile it,
// compares it with its general path, and says what it reaches.
//
//===----------------------------------------------------------------------===//
#include "Measure.h"
#include "Operands.h"
#include "compiler/Backend/KernelABI.h"
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/JIT/KernelRunner.h"
#include "mlir/Parser/Parser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include <chrono>

using namespace mlir;
using namespace swage;
namespace cl = llvm::cl;

static cl::opt<std::string> inputFile(cl::Positional, cl::Required,
                                      cl::desc("<kernels.mlir>"));
static cl::opt<std::string> targetName("target", cl::init("native"),
                                       cl::desc("Processor to compile for"));
static cl::list<int64_t> sizes("size", cl::CommaSeparated,
                               cl::desc("Dynamic sizes and strides, in the "
                                        "order of the kernels' `dims`"));
static cl::opt<bool> noCheck("no-check", cl::desc("Run the fast path only"));
static cl::opt<bool> bench("bench", cl::desc("Print time and GFLOP/s"));
static cl::opt<bool> special("special",
                             cl::desc("Put NaN and infinities in the inputs"));
static cl::opt<double> tolerance("tolerance", cl::init(1e-5),
                                 cl::desc("Largest relative difference"));
static cl::opt<unsigned> threads("num-threads", cl::init(1),
                                 cl::desc("Threads of a run"));
static cl::opt<std::string> dump("dump", cl::init(""),
                                 cl::desc("Write asm, ll or obj to stdout"));

/// A kernel, ready to run.
static llvm::Expected<std::unique_ptr<KernelRunner>>
prepare(const KernelBackend &backend, kernel::FuncOp kernel,
        ArrayRef<MemRefType> types, const KernelOptions &options) {
  FailureOr<CompiledKernel> compiled = backend.compile(kernel, types, options);
  if (failed(compiled))
    return llvm::createStringError("@" + kernel.getName() +
                                   " does not compile");
  return KernelRunner::load(compiled->object, compiled->symbol, threads);
}

static llvm::Error dumpKernel(kernel::FuncOp kernel, ArrayRef<MemRefType> types,
                              KernelOptions options) {
  options.keepBitcode = true;
  FailureOr<CompiledKernel> compiled =
      createCPUBackend()->compile(kernel, types, options);
  if (failed(compiled))
    return llvm::createStringError("does not compile");
  if (dump == "bc")
    llvm::outs() << StringRef(compiled->bitcode.data(),
                              compiled->bitcode.size());
  else
    llvm::outs() << StringRef(compiled->object.data(),
                              compiled->object.size());
  return llvm::Error::success();
}

static llvm::Error tryKernel(kernel::FuncOp kernel,
                             const KernelOptions &options, double peak) {
  FailureOr<SmallVector<MemRefType>> types = getBufferTypes(kernel);
  if (failed(types))
    return llvm::createStringError("@" + kernel.getName() + " is not valid");
  if (!dump.empty())
    return dumpKernel(kernel, *types, options);
  auto start = std::chrono::steady_clock::now();
  auto fast = prepare(*createCPUBackend(), kernel, *types, options);
  if (!fast)
    return fast.takeError();
  double compileTime = std::chrono::duration<double>(
                           std::chrono::steady_clock::now() - start)
                           .count();

  std::vector<Operand> operands;
  std::vector<int64_t> dims;
  std::vector<int64_t> given(sizes.begin(), sizes.end());
  ArrayRef<int64_t> left(given);
  for (auto [index, type] : llvm::enumerate(*types)) {
    auto operand = Operand::create(type, left, dims);
    if (!operand)
      return operand.takeError();
    OperandOptions drawing;
    drawing.special = special;
    if (index < kernel.getNumInputs())
      operand->randomize(drawing, index);
    operands.push_back(std::move(*operand));
  }
  auto buffersOf = [](std::vector<Operand> &operands) {
    std::vector<void *> buffers;
    for (Operand &operand : operands)
      buffers.push_back(operand.data());
    return buffers;
  };
  std::vector<Operand> expected = operands;
  if (llvm::Error error =
          (*fast)->run(buffersOf(operands).data(), dims.data()))
    return error;
  double worst = 0;
  if (!noCheck) {
    auto reference =
        prepare(*createCPUBackend(CPUPath::General), kernel, *types, options);
    if (!reference)
      return reference.takeError();
    if (llvm::Error error =
            (*reference)->run(buffersOf(expected).data(), dims.data()))
      return error;
    for (auto [index, operand] : llvm::enumerate(operands)) {
      auto difference = operand.compare(expected[index], tolerance);
      if (!difference)
        return llvm::createStringError("@" + kernel.getName() + " operand #" +
                                       llvm::Twine(index) + ": " +
                                       llvm::toString(difference.takeError()));
      worst = std::max(worst, *difference);
    }
    llvm::outs() << "ok @" << kernel.getName() << "\n";
  }
  if (bench) {
    std::vector<void *> buffers = buffersOf(operands);
    Timing timing = measure(
        [&] { llvm::cantFail((*fast)->run(buffers.data(), dims.data())); },
        0.5);
    double flops = countFlops(kernel);
    int64_t bytes = 0;
    for (const Operand &operand : operands)
      bytes += operand.numBytes();
    llvm::outs() << llvm::formatv(
        "@{0}: {1:f3} ms (median {2:f3}), {3:f1} GFLOP/s, {4:f1} % of peak, "
        "{5:f1} GB/s, error {6:e2}, compiled in {7:f3} s\n",
        kernel.getName(), timing.least * 1e3, timing.median * 1e3,
        flops / timing.least * 1e-9, 100 * flops / timing.least / peak,
        bytes / timing.least * 1e-9, worst, compileTime);
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Tries kernels of the CPU backend\n");
  llvm::ExitOnError exitOnError("swage-kernel: ");
  KernelOptions options;
  options.target = exitOnError(TargetInfo::parse(targetName));
  DialectRegistry registry;
  registerCodegenDialects(registry);
  MLIRContext context(registry);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(inputFile, sources, &context);
  if (!module)
    return 1;
  double peak = bench ? measurePeak(options.target) : 0;
  if (bench)
    llvm::outs() << llvm::formatv("peak {0:f1} GFLOP/s\n", peak * 1e-9);
  llvm::outs().SetUnbuffered();
  for (auto kernel : module->getOps<kernel::FuncOp>())
    exitOnError(tryKernel(kernel, options, peak));
  return 0;
}
