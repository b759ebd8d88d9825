//===- Bench.cpp - swage bench ----------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Measures the latency of a model: runs on the same inputs, into the same
// outputs, for a given time.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Progress.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <chrono>

using namespace llvm;
using namespace swage;
using Clock = std::chrono::steady_clock;

static double getMilliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

namespace {
/// Times of the runs, in milliseconds.
struct Latency {
  std::vector<double> times; ///< sorted

  double getQuantile(double q) const {
    // The nearest rank: always a time that was measured.
    size_t rank = static_cast<size_t>(std::ceil(q * times.size()));
    return times[std::min(std::max<size_t>(rank, 1), times.size()) - 1];
  }
  double getMedian() const {
    size_t half = times.size() / 2;
    return times.size() % 2 ? times[half]
                            : (times[half - 1] + times[half]) / 2;
  }
  double getMean() const {
    double sum = 0;
    for (double time : times)
      sum += time;
    return sum / times.size();
  }
};
} // namespace

/// Runs until `seconds` are over, and at least five times, after warming up.
static Expected<Latency> measure(const LoadedModel &model,
                                 std::vector<Tensor> &inputs, double seconds) {
  // The first run makes the outputs, which then stay.
  Expected<std::vector<Tensor>> outputs = model.run(inputs);
  if (!outputs)
    return outputs.takeError();
  std::vector<swage_tensor> given, taken;
  for (const Tensor &input : inputs)
    given.push_back(input.get());
  for (const Tensor &output : *outputs)
    taken.push_back(output.get());

  Latency latency;
  auto run = [&]() -> Expected<double> {
    char *message = nullptr;
    auto begin = Clock::now();
    if (swage_session_run(model.getSession(), given.data(), taken.data(),
                          nullptr, &message) != SWAGE_OK)
      return takeMessage(message);
    return getMilliseconds(Clock::now() - begin);
  };
  // A tenth of the time lets caches fill and the processor reach its speed.
  auto repeat = [&](double budget, size_t least, bool record) -> Error {
    auto end = Clock::now() + std::chrono::duration<double>(budget);
    for (size_t i = 0; i < least || Clock::now() < end; ++i) {
      Expected<double> time = run();
      if (!time)
        return time.takeError();
      if (record)
        latency.times.push_back(*time);
    }
    return Error::success();
  };
  if (Error error = repeat(seconds / 10, 1, false))
    return error;
  if (Error error = repeat(seconds, 5, true))
    return error;
  llvm::sort(latency.times);
  return latency;
}

int swage::runBench(const BenchArguments &arguments) {
  Messages messages;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return getExitCode(Status::Error);
  };
  auto begin = Clock::now();
  LoadResult loaded = loadModel(arguments, messages);
  if (loaded.status != Status::Success)
    return getExitCode(loaded.status);
  double compileTime = getMilliseconds(Clock::now() - begin);
  // What a model computes seldom depends on the values: random ones will do.
  Expected<std::vector<Tensor>> inputs = loaded.model->readInputs(
      arguments.inputs, arguments.seed.value_or(0));
  if (!inputs)
    return fail(inputs.takeError());
  Expected<Latency> latency = [&] {
    Progress progress;
    progress.show("measuring " + arguments.model);
    return measure(*loaded.model, *inputs, arguments.seconds);
  }();
  if (!latency)
    return fail(latency.takeError());

  double median = latency->getMedian();
  outs() << formatv("{0}: median {1:f3} ms, min {2:f3} ms, p99 {3:f3} ms, {4} "
                    "runs",
                    arguments.model, median, latency->times.front(),
                    latency->getQuantile(0.99), latency->times.size());
  json::Object report{{"model", arguments.model},
                      {"threads", int64_t(arguments.threads)},
                      {"median_ms", median},
                      {"min_ms", latency->times.front()},
                      {"p99_ms", latency->getQuantile(0.99)},
                      {"mean_ms", latency->getMean()},
                      {"runs", int64_t(latency->times.size())},
                      {"compile_ms", compileTime},
                      {"cpu", loaded.model->getCompiled().target.cpu}};
  if (std::optional<double> flops =
          loaded.model->getCompiled().metadata.getNumber("flops")) {
    outs() << formatv(", {0:f1} GFLOP/s", *flops / median / 1e6);
    report["gflops"] = *flops / median / 1e6;
  }
  outs() << '\n';
  if (arguments.json.empty())
    return 0;
  std::string text = formatv("{0:2}\n", json::Value(std::move(report)));
  if (Error error = writeFile(arguments.json, text))
    return fail(std::move(error));
  return 0;
}
