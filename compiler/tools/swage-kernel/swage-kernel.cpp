//===- swage-kernel.cpp - compiles, checks and times single kernels -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs each `kernel.func` of a file as the backends compile it, compares it
// with the plain reading of its linalg, and says what it reaches.
//
//===----------------------------------------------------------------------===//
#include "Measure.h"
#include "Operands.h"
#include "compiler/Backend/Halide/Bridge/Bridge.h"
#include "compiler/Backend/Halide/HalideBackend.h"
#include "compiler/Backend/KernelABI.h"
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/JIT/KernelRunner.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
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
static cl::list<unsigned>
    cold("cold", cl::CommaSeparated,
         cl::desc("With --bench, operands that come from memory in every run, "
                  "as a network's weights do"));
static cl::opt<bool> special("special",
                             cl::desc("Put NaN and infinities in the inputs"));
static cl::opt<double> tolerance("tolerance", cl::init(1e-5),
                                 cl::desc("Largest relative difference"));
static cl::opt<unsigned> threads("num-threads", cl::init(1),
                                 cl::desc("Threads of a run"));
static cl::opt<std::string>
    dump("dump", cl::init(""),
         cl::desc("Write bc, obj, stmt (Halide's loops) or spec (what Halide "
                  "is told) to stdout"));
static cl::opt<std::string>
    backendName("backend", cl::init("llvm"),
                cl::desc("llvm, halide, both, or auto: Halide where it can"));
static cl::opt<std::string> fp("fp", cl::init("contract"),
                               cl::desc("contract, or strict"));

/// The backends to try for `kernel`, by name.
static llvm::Expected<std::vector<std::unique_ptr<KernelBackend>>>
getBackends(kernel::FuncOp kernel, ArrayRef<MemRefType> types) {
  std::vector<std::unique_ptr<KernelBackend>> backends;
  bool halideToo = backendName == "both" || backendName == "auto";
  if (halideToo) {
    halide::Refusal refusal;
    if (failed(halide::bridge(kernel, types, refusal))) {
      llvm::outs() << "llvm only @" << kernel.getName() << ": "
                   << refusal.reason << "\n";
      halideToo = false;
    }
  }
  if (backendName == "halide" || halideToo)
    backends.push_back(createHalideBackend());
  if (backendName == "llvm" || backendName == "both" || backends.empty())
    backends.push_back(createCPUBackend());
  if (!llvm::is_contained({"llvm", "halide", "both", "auto"}, backendName))
    return llvm::createStringError("there is no backend '" + backendName + "'");
  return backends;
}

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
  if (dump == "spec") {
    halide::Refusal refusal;
    FailureOr<halide::KernelSpec> spec = halide::bridge(kernel, types, refusal);
    if (succeeded(spec))
      llvm::outs() << halide::print(*spec);
    else
      kernel.getContext()->getDiagEngine().emit(
          refusal.loc.value_or(kernel.getLoc()), DiagnosticSeverity::Remark)
          << "not for Halide: " << refusal.reason;
    return llvm::Error::success();
  }
  options.keepBitcode = options.keepStatements = true;
  auto backends = getBackends(kernel, types);
  if (!backends)
    return backends.takeError();
  FailureOr<CompiledKernel> compiled =
      backends->front()->compile(kernel, types, options);
  if (failed(compiled))
    return llvm::createStringError("does not compile");
  auto &bytes = dump == "bc" ? compiled->bitcode : compiled->object;
  llvm::outs() << (dump == "stmt" ? StringRef(compiled->statements)
                                  : StringRef(bytes.data(), bytes.size()));
  return llvm::Error::success();
}

namespace {
/// The operands of a kernel: random inputs and destinations.
struct Call {
  std::vector<Operand> operands;
  std::vector<int64_t> dims;

  static llvm::Expected<Call> create(kernel::FuncOp kernel,
                                     ArrayRef<MemRefType> types);
  llvm::Error run(const KernelRunner &runner) {
    std::vector<void *> buffers;
    for (Operand &operand : operands)
      buffers.push_back(operand.data());
    return runner.run(buffers.data(), dims.data());
  }
};
} // namespace

llvm::Expected<Call> Call::create(kernel::FuncOp kernel,
                                  ArrayRef<MemRefType> types) {
  Call call;
  std::vector<int64_t> given(sizes.begin(), sizes.end());
  ArrayRef<int64_t> left(given);
  for (auto [index, type] : llvm::enumerate(types)) {
    auto operand = Operand::create(type, left, call.dims);
    if (!operand)
      return operand.takeError();
    OperandOptions drawing;
    drawing.special = special;
    if (index < kernel.getNumInputs())
      operand->randomize(drawing, index);
    call.operands.push_back(std::move(*operand));
  }
  return call;
}

/// The largest relative difference between two runs of a kernel.
static llvm::Expected<double> compare(const Call &got, const Call &expected) {
  double worst = 0;
  for (auto [index, operand] : llvm::enumerate(got.operands)) {
    auto difference = operand.compare(expected.operands[index], tolerance);
    if (!difference)
      return llvm::createStringError("operand #" + llvm::Twine(index) + ": " +
                                     llvm::toString(difference.takeError()));
    worst = std::max(worst, *difference);
  }
  return worst;
}

/// Copies of the cold operands, more than caches hold.
static std::vector<std::vector<Operand>> copyCold(const Call &call) {
  constexpr int64_t kBeyondCaches = 128 << 20;
  std::vector<std::vector<Operand>> sets;
  int64_t bytes = 0;
  for (unsigned index : cold)
    bytes += call.operands[index].numBytes();
  for (int64_t total = 0; bytes && total < kBeyondCaches; total += bytes)
    for (unsigned index : cold) {
      if (index == cold.front())
        sets.emplace_back();
      sets.back().push_back(call.operands[index]);
    }
  return sets;
}

static void printTiming(kernel::FuncOp kernel, StringRef backend,
                        const KernelRunner &runner, Call &call, double peak,
                        double worst, double compileTime) {
  std::vector<std::vector<Operand>> sets = copyCold(call);
  size_t turn = 0;
  auto once = [&] {
    for (size_t i = 0; !sets.empty() && i < cold.size(); ++i)
      std::swap(call.operands[cold[i]], sets[turn % sets.size()][i]);
    ++turn;
    llvm::cantFail(call.run(runner));
  };
  Timing timing = measure(once, 0.5);
  double flops = countFlops(kernel);
  int64_t bytes = 0;
  for (const Operand &operand : call.operands)
    bytes += operand.numBytes();
  llvm::outs() << llvm::formatv(
      "@{0} {8}: {1:f3} ms (median {2:f3}), {3:f1} GFLOP/s, {4:f1} % of peak, "
      "{5:f1} GB/s, error {6:e2}, compiled in {7:f3} s\n",
      kernel.getName(), timing.least * 1e3, timing.median * 1e3,
      flops / timing.least * 1e-9, 100 * flops / timing.least / peak,
      bytes / timing.least * 1e-9, worst, compileTime, backend);
}

static llvm::Error tryKernel(kernel::FuncOp kernel,
                             const KernelOptions &options, double peak) {
  FailureOr<SmallVector<MemRefType>> types = getBufferTypes(kernel);
  if (failed(types))
    return llvm::createStringError("@" + kernel.getName() + " is not valid");
  if (!dump.empty())
    return dumpKernel(kernel, *types, options);
  for (unsigned index : cold)
    if (index >= types->size())
      return llvm::createStringError("@" + kernel.getName() + " has " +
                                     llvm::Twine(types->size()) +
                                     " operands: there is none with the "
                                     "number " +
                                     llvm::Twine(index) + " of --cold");
  auto inputs = Call::create(kernel, *types);
  if (!inputs)
    return inputs.takeError();
  Call expected = *inputs;
  if (!noCheck) {
    auto reference =
        prepare(*createCPUBackend(CPUPath::General), kernel, *types, options);
    if (!reference)
      return reference.takeError();
    if (llvm::Error error = expected.run(**reference))
      return error;
  }
  auto backends = getBackends(kernel, *types);
  if (!backends)
    return backends.takeError();
  for (const auto &backend : *backends) {
    auto start = std::chrono::steady_clock::now();
    auto runner = prepare(*backend, kernel, *types, options);
    if (!runner)
      return runner.takeError();
    std::chrono::duration<double> compileTime =
        std::chrono::steady_clock::now() - start;
    Call call = *inputs;
    if (llvm::Error error = call.run(**runner))
      return error;
    double worst = 0;
    if (!noCheck) {
      auto difference = compare(call, expected);
      if (!difference)
        return llvm::createStringError("@" + kernel.getName() + " by " +
                                       backend->getName() + ", " +
                                       llvm::toString(difference.takeError()));
      worst = *difference;
      llvm::outs() << "ok @" << kernel.getName()
                   << (backendName == "llvm" ? ""
                                             : " " + backend->getName().str())
                   << "\n";
    }
    if (bench)
      printTiming(kernel, backend->getName(), **runner, call, peak, worst,
                  compileTime.count());
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Tries kernels of the backends\n");
  llvm::ExitOnError exitOnError("swage-kernel: ");
  KernelOptions options;
  options.target = exitOnError(TargetInfo::parse(targetName));
  options.strictFP = fp == "strict";
  // Checks cost time, which is what a bench is about.
  options.checks = !bench;
  DialectRegistry registry;
  registerCodegenDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
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
