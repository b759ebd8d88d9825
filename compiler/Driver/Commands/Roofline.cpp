//===- Roofline.cpp - kernels against the machine's limits ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Roofline.h"
#include "compiler/Driver/Commands/Peak.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

/// What an elementary function costs in multiplications and additions: about
/// ten steps of a polynomial, and bringing the argument into its range.
static constexpr double functionFlops = 24;

/// Kernels below this part of what the machine allows get a remark.
static constexpr double lowShare = 0.5;

Expected<Machine> Machine::measure(const TargetInfo &host, unsigned threads) {
  Expected<double> peak = measurePeak(host, threads);
  if (!peak)
    return peak.takeError();
  return Machine{threads, *peak, measureBandwidth(host, threads)};
}

/// The least time in milliseconds in which the machine can do the work of one
/// call.
static std::optional<double> getLeastTime(const KernelFacts &kernel,
                                          const Machine &machine) {
  if (kernel.flops < 0 || kernel.bytes < 0)
    return std::nullopt;
  double work = kernel.flops + kernel.functions * (functionFlops - 1);
  return std::max(work / machine.gflops, kernel.bytes / machine.gigabytes) *
         1e-6;
}

std::vector<KernelRow> swage::getKernelRows(ArrayRef<KernelFacts> kernels,
                                            ArrayRef<swage_kernel_time> times,
                                            const swage_timing &timing,
                                            const Machine &machine) {
  std::vector<KernelRow> rows;
  for (auto [kernel, time] : zip_equal(kernels, times)) {
    if (!time.calls)
      continue; // in a branch that was not taken
    KernelRow row = {};
    row.kernel = &kernel;
    row.calls = double(time.calls) / timing.runs;
    row.ms = time.median_ms;
    row.share = row.ms / timing.median_ms;
    double perCall = std::max(row.ms / row.calls, 1e-9);
    if (kernel.flops >= 0)
      row.gflops = kernel.flops / perCall * 1e-6;
    if (kernel.bytes >= 0)
      row.gigabytes = kernel.bytes / perCall * 1e-6;
    if (std::optional<double> least = getLeastTime(kernel, machine))
      row.roofline = *least / perCall;
    rows.push_back(row);
  }
  stable_sort(rows, [](const KernelRow &left, const KernelRow &right) {
    return left.ms > right.ms;
  });
  return rows;
}

static std::string getText(std::optional<double> value, const char *unit = "") {
  return value ? formatv("{0:f1}{1}", *value, unit).str() : "-";
}

static std::string getPercent(std::optional<double> share) {
  if (share)
    share = *share * 100;
  return getText(share, "%");
}

void swage::printKernelRows(ArrayRef<KernelRow> rows, const Machine &machine,
                            raw_ostream &os) {
  os << formatv("{0} thread{1} can do {2:f1} GFLOP/s and move {3:f1} GB/s; "
                "roofline is the time that these allow, as a share of the time "
                "taken\n",
                machine.threads, machine.threads == 1 ? "" : "s",
                machine.gflops, machine.gigabytes);
  size_t width = StringRef("kernel").size();
  for (const KernelRow &row : rows)
    width = std::max(width, row.kernel->name.size());
  auto print = [&](StringRef name, auto... cells) {
    os << left_justify(name, width);
    (os << ... << right_justify(cells, 10));
  };
  print("kernel", "calls", "ms", "share", "GFLOP/s", "GB/s", "roofline");
  os << "  backend  schedule  operators\n";
  for (const KernelRow &row : rows) {
    const KernelFacts &kernel = *row.kernel;
    print(kernel.name, formatv("{0:f0}", row.calls).str(),
          formatv("{0:f4}", row.ms).str(), getPercent(row.share),
          getText(row.gflops), getText(row.gigabytes),
          getPercent(row.roofline));
    os << formatv("  {0,-7}  {1,-8}  {2}\n", kernel.backend,
                  kernel.schedule.empty() ? "-" : kernel.schedule,
                  kernel.origin);
  }
}

void swage::remarkSlowKernels(ArrayRef<KernelRow> rows,
                              const Messages &messages) {
  for (const KernelRow &row : rows)
    if (row.roofline && *row.roofline < lowShare)
      messages.remark(formatv(
          "{0} is at {1} of what this machine allows, and takes {2} of a run: "
          "{3} GFLOP/s, {4} GB/s",
          row.kernel->name, getPercent(row.roofline), getPercent(row.share),
          getText(row.gflops), getText(row.gigabytes)));
}

json::Array swage::getKernelsJSON(ArrayRef<KernelRow> rows) {
  json::Array array;
  auto number = [](std::optional<double> value) {
    return value ? json::Value(*value) : json::Value(nullptr);
  };
  for (const KernelRow &row : rows) {
    const KernelFacts &kernel = *row.kernel;
    array.push_back(json::Object{{"name", kernel.name},
                                 {"calls", row.calls},
                                 {"ms", row.ms},
                                 {"share", row.share},
                                 {"gflops", number(row.gflops)},
                                 {"gigabytes", number(row.gigabytes)},
                                 {"roofline", number(row.roofline)},
                                 {"backend", kernel.backend},
                                 {"schedule", kernel.schedule},
                                 {"operators", json::fixUTF8(kernel.origin)}});
  }
  return array;
}
