//===- Bench.cpp - swage bench
//----------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Measures the latency of a model, as emitted executables measure their own.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Progress.h"
#include "swage/program.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <chrono>

using namespace llvm;
using namespace swage;

/// The latency of runs on `inputs`.
static Expected<swage_timing> measure(const LoadResult &loaded,
                                      const BenchArguments &arguments) {
  Progress progress;
  progress.show("measuring " + arguments.model);
  std::vector<swage_tensor> inputs;
  for (const Tensor &input : loaded.inputs)
    inputs.push_back(input.get());
  std::vector<swage_tensor> outputs(
      loaded.model->getSignature().outputs.size());
  swage_timing timing;
  char *message = nullptr;
  swage_status status =
      swage_session_time(loaded.model->getSession(), inputs.data(),
                         outputs.data(), arguments.seconds, &timing, &message);
  swage_tensors_release(outputs.data(), outputs.size());
  if (status != SWAGE_OK)
    return takeMessage(message);
  return timing;
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
  Expected<swage_timing> timing = measure(loaded, arguments);
  if (!timing)
    return fail(timing.takeError());

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
  if (std::optional<double> flops = model.metadata.getNumber("flops")) {
    double rate = *flops / timing->median_ms / 1e6;
    outs() << formatv(", {0:f1} GFLOP/s", rate);
    report["gflops"] = rate;
  }
  outs() << '\n';
  if (arguments.json.empty())
    return 0;
  std::string text = formatv("{0:2}\n", json::Value(std::move(report)));
  if (Error error = writeFile(arguments.json, text))
    return fail(std::move(error));
  return 0;
}
