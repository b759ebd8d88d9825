//===- Bench.cpp - swage bench --------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Measures the latency of a model, as emitted executables measure their own.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Commands/Roofline.h"
#include "compiler/Driver/Progress.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <chrono>

using namespace llvm;
using namespace swage;

namespace {
/// What a run takes, as far as the bench was asked.
struct Measured {
  swage_timing timing;
  std::vector<swage_kernel_time> kernels; ///< empty when not asked
  swage_timing kernelTiming;              ///< of the runs that these are from
};
} // namespace

static Expected<Measured> measure(LoadResult &loaded,
                                  const BenchArguments &arguments) {
  Progress progress;
  progress.show("measuring " + arguments.model);
  Measured measured;
  // The times of runs are taken without looking at kernels.
  Expected<std::vector<Tensor>> outputs = loaded.model->measure(
      loaded.inputs, arguments.seconds, measured.timing, nullptr);
  if (outputs && arguments.kernels)
    outputs = loaded.model->measure(loaded.inputs, arguments.seconds,
                                    measured.kernelTiming, &measured.kernels);
  if (!outputs)
    return outputs.takeError();
  return measured;
}

/// Prints the kernels' table and adds it to the JSON.
static Error reportKernels(const CompiledModel &model, const Measured &measured,
                           json::Object &report, const Messages &messages) {
  Expected<Machine> machine =
      Machine::measure(model.target, measured.timing.threads);
  if (!machine)
    return machine.takeError();
  std::vector<KernelRow> rows = getKernelRows(model.kernels, measured.kernels,
                                              measured.kernelTiming, *machine);
  printKernelRows(rows, *machine, outs());
  outs().flush();
  remarkSlowKernels(rows, messages);
  report["peak_gflops"] = machine->gflops;
  report["peak_gigabytes"] = machine->gigabytes;
  report["kernels"] = getKernelsJSON(rows);
  return Error::success();
}

int swage::runBench(const BenchArguments &arguments) {
  Messages messages;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return getExitCode(Status::Error);
  };
  auto begin = std::chrono::steady_clock::now();
  // What a model does seldom depends on the values: random ones will do.
  LoadResult loaded =
      loadModelAndInputs(arguments, /*alwaysRandom=*/true, messages);
  if (loaded.status != Status::Success)
    return getExitCode(loaded.status);
  std::chrono::duration<double, std::milli> compileTime =
      std::chrono::steady_clock::now() - begin;
  Expected<Measured> measured = measure(loaded, arguments);
  if (!measured)
    return fail(measured.takeError());
  const swage_timing *timing = &measured->timing;

  const CompiledModel &model = loaded.model->getCompiled();
  json::Object report{{"model", json::fixUTF8(arguments.model)},
                      {"median_ms", timing->median_ms},
                      {"min_ms", timing->min_ms},
                      {"p99_ms", timing->p99_ms},
                      {"runs", timing->runs},
                      {"threads", timing->threads},
                      {"compile_ms", compileTime.count()},
                      {"cpu", model.target.cpu}};
  outs() << formatv("median {0:f3} ms, min {1:f3} ms, p99 {2:f3} ms ({3} runs, "
                    "{4} thread{5})",
                    timing->median_ms, timing->min_ms, timing->p99_ms,
                    timing->runs, timing->threads,
                    timing->threads == 1 ? "" : "s");
  auto addRate = [&](StringRef fact, StringRef unit, StringRef key) {
    std::optional<double> work = model.metadata.getNumber(fact);
    if (!work)
      return;
    double rate = *work / timing->median_ms / 1e6;
    outs() << formatv(", {0:f1} {1}", rate, unit);
    report[key] = rate;
  };
  addRate("flops", "GFLOP/s", "gflops");
  addRate("traffic_bytes", "GB/s", "gigabytes");
  outs() << '\n';
  if (arguments.kernels)
    if (Error error = reportKernels(model, *measured, report, messages))
      return fail(std::move(error));
  if (arguments.json.empty())
    return 0;
  std::string text = formatv("{0:2}\n", json::Value(std::move(report)));
  if (Error error = writeFile(arguments.json, text))
    return fail(std::move(error));
  return 0;
}
