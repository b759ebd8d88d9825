//===- Doctor.cpp - swage doctor ------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What this machine offers, and whether all is there that Swage needs.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Commands/Peak.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Driver/Status.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <dlfcn.h>
#include <thread>

using namespace llvm;
using namespace swage;

namespace {
/// Prints aligned lines, and remembers whether one was a problem.
class Findings {
public:
  void add(StringRef name, const Twine &text) {
    outs() << left_justify(name, 12) << text << '\n';
    outs().flush();
  }
  void addProblem(StringRef name, Error error) {
    add(name, "MISSING: " + toString(std::move(error)));
    hasProblems = true;
  }
  bool hasProblems = false;
};
} // namespace

/// The vector extensions among all features; the rest is of no interest here.
static std::string getVectorFeatures(const TargetInfo &host) {
  std::string text = std::to_string(host.vectorBits) + "-bit vectors, " +
                     std::to_string(host.vectorRegisters) + " registers";
  text += host.hasFMA ? ", fused multiply-add" : "";
  text += host.hasMaskedMemory ? ", masked memory" : "";
  return text;
}

/// Whether a driver library is there; devices are the driver's to name.
static void findDevice(Findings &findings, StringRef name, const char *library,
                       StringRef what) {
  if (void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL)) {
    dlclose(handle);
    findings.add(name, what + " driver " + library);
  } else {
    findings.add(name, "no " + what + " driver (" + library + ")");
  }
}

int swage::runDoctor() {
  Findings findings;
  TargetInfo host = TargetInfo::host();
  findings.add("swage", SWAGE_VERSION ", LLVM " LLVM_VERSION_STRING);
  findings.add("target", host.triple);
  findings.add("processor", formatv("{0}, {1} cores", host.cpu,
                                    std::thread::hardware_concurrency()));
  findings.add("vectors", getVectorFeatures(host));
  findings.add("caches",
               formatv("L1 {0} KB, L2 {1} KB, L3 {2} KB", host.l1Bytes >> 10,
                       host.l2Bytes >> 10, host.l3Bytes >> 10));
  {
    Progress progress;
    progress.show("measuring");
    Expected<double> peak = measurePeak(host);
    double bandwidth = measureBandwidth(host);
    progress.clear();
    if (peak)
      findings.add("peak", formatv("{0:f1} GFLOP/s (f32, one core), memory "
                                   "{1:f1} GB/s",
                                   *peak, bandwidth));
    else
      findings.addProblem("peak", peak.takeError());
  }
  findDevice(findings, "cuda", "libcuda.so.1", "CUDA");
  findDevice(findings, "opencl", "libOpenCL.so.1", "OpenCL");
  Expected<Toolchain> toolchain = Toolchain::find(host);
  if (toolchain)
    findings.add("linker", toolchain->getPath());
  else
    findings.addProblem("linker", toolchain.takeError());
  Expected<Runtime> runtime = findRuntime(host, "swage_rt_main");
  if (runtime)
    findings.add("runtime", runtime->library.front());
  else
    findings.addProblem("runtime", runtime.takeError());
  if (findings.hasProblems) {
    outs() << "something is missing; see above\n";
    return getExitCode(Status::Error);
  }
  outs() << "ready\n";
  return 0;
}
