//===- TargetInfo.cpp - processors by name and by detection ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Asks LLVM for the host's processor and features, the system for its caches.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Target/TargetInfo.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"
#include <mutex>
#include <unistd.h>

using namespace llvm;

namespace swage {
namespace {

void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
  });
}

Expected<const Target *> findTarget(StringRef triple) {
  initializeTargets();
  std::string message;
  if (const Target *target =
          TargetRegistry::lookupTarget(Triple(triple), message))
    return target;
  return createStringError("unknown target '" + triple.str() + "': " + message);
}

/// Fills in what follows from the triple, processor and features.
Error deriveVectorUnits(TargetInfo &info) {
  Expected<const Target *> target = findTarget(info.triple);
  if (!target)
    return target.takeError();
  std::unique_ptr<MCSubtargetInfo> subtarget((*target)->createMCSubtargetInfo(
      Triple(info.triple), info.cpu, info.features));
  if (!subtarget)
    return createStringError("target '" + info.triple + "' has no processor '" +
                             info.cpu + "'");
  Triple triple(info.triple);
  if (triple.isX86()) {
    bool avx512 = subtarget->checkFeatures("+avx512f,+avx512vl,+avx512bw");
    bool avx = subtarget->checkFeatures("+avx");
    info.vectorBits = avx512 ? 512 : avx ? 256 : 128;
    info.vectorRegisters = avx512 ? 32 : 16;
    info.hasMaskedMemory = avx;
    info.scalesVectors = avx512;
    info.hasFMA = subtarget->checkFeatures("+fma");
    info.multipliesHalves = (info.cpu == "znver4" && info.vectorBits == 512) ||
                            (info.cpu == "znver1" && info.vectorBits == 256);
    info.l2IncludesL1 = StringRef(info.cpu).starts_with("znver");
    // Two whole vectors of 512 bits a cycle wait for memory sooner.
    info.memoryBytes = avx512 && !info.multipliesHalves ? 3.5 : 7;
  } else if (triple.isAArch64()) {
    info.vectorBits = 128;
    info.vectorRegisters = 32;
    info.hasFMA = true;
  }
  return Error::success();
}

int64_t cacheSize(int name, int64_t otherwise) {
  long bytes = sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}

} // namespace

TargetInfo TargetInfo::host() {
  TargetInfo info;
  info.triple = sys::getDefaultTargetTriple();
  info.cpu = sys::getHostCPUName().str();
  SubtargetFeatures features;
  for (const auto &feature : sys::getHostCPUFeatures())
    features.AddFeature(feature.first(), feature.second);
  info.features = features.getString();
  info.l1Bytes = cacheSize(_SC_LEVEL1_DCACHE_SIZE, info.l1Bytes);
  info.l2Bytes = cacheSize(_SC_LEVEL2_CACHE_SIZE, info.l2Bytes);
  info.l3Bytes = cacheSize(_SC_LEVEL3_CACHE_SIZE, info.l3Bytes);
  // The host's own target is always built in.
  cantFail(deriveVectorUnits(info));
  return info;
}

Expected<TargetInfo> TargetInfo::parse(StringRef text) {
  if (text.empty() || text == "native" || text == "host")
    return host();
  // Code for a named processor is the same wherever it is compiled: nothing is
  // the host's but the system.
  TargetInfo info;
  bool isTriple = text.contains('-') && !text.starts_with("x86-64");
  if (isTriple) {
    info.triple = Triple::normalize(text);
  } else {
    info.triple = sys::getDefaultTargetTriple();
    info.cpu = text.str();
    Expected<const Target *> target = findTarget(info.triple);
    if (!target)
      return target.takeError();
    std::unique_ptr<MCSubtargetInfo> subtarget(
        (*target)->createMCSubtargetInfo(Triple(info.triple), "", ""));
    if (!subtarget->isCPUStringValid(info.cpu))
      return createStringError(
          "unknown target '" + text.str() +
          "': give 'native', a level such as "
          "'x86-64-v3', a processor that LLVM knows such as 'znver3', or a "
          "triple such as 'aarch64-linux-gnu'");
  }
  if (Error error = deriveVectorUnits(info))
    return Expected<TargetInfo>(std::move(error));
  return info;
}

Expected<std::unique_ptr<TargetMachine>>
TargetInfo::createTargetMachine(unsigned optLevel) const {
  Expected<const Target *> target = findTarget(triple);
  if (!target)
    return target.takeError();
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard;
  std::optional<CodeGenOptLevel> level = CodeGenOpt::getLevel(optLevel);
  std::unique_ptr<TargetMachine> machine((*target)->createTargetMachine(
      Triple(triple), cpu, features, options, Reloc::PIC_, std::nullopt,
      level.value_or(CodeGenOptLevel::Aggressive)));
  if (!machine)
    return createStringError("LLVM cannot generate code for '" + triple + "'");
  return machine;
}

} // namespace swage
