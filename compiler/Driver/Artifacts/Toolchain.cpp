//===- Toolchain.cpp - the system's linker --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace swage;

bool swage::isNative(const TargetInfo &target) {
  Triple wanted(target.triple), host(sys::getProcessTriple());
  return wanted.getArch() == host.getArch() && wanted.getOS() == host.getOS() &&
         wanted.getEnvironment() == host.getEnvironment();
}

/// The names that a compiler for `target` has: "aarch64-linux-gnu-gcc" is how
/// distributions call theirs, whatever the vendor in the triple.
static SmallVector<std::string> getCandidates(const TargetInfo &target) {
  if (isNative(target))
    return {"cc", "gcc", "clang"};
  Triple triple(target.triple);
  SmallVector<std::string> names;
  names.push_back((triple.getArchName() + "-" + triple.getOSName() + "-" +
                   triple.getEnvironmentName() + "-gcc")
                      .str());
  if (std::string exact = target.triple + "-gcc"; exact != names.front())
    names.push_back(exact);
  return names;
}

Expected<Toolchain> Toolchain::find(const TargetInfo &target) {
  Toolchain toolchain;
  if (std::optional<std::string> chosen = sys::Process::GetEnv("SWAGE_CC")) {
    ErrorOr<std::string> path = sys::findProgramByName(*chosen);
    if (!path)
      return createStringError(
          formatv("no linker: SWAGE_CC names '{0}', which is not a program "
                  "that can be run",
                  *chosen));
    toolchain.path = *path;
    return toolchain;
  }
  SmallVector<std::string> candidates = getCandidates(target);
  for (const std::string &name : candidates)
    if (ErrorOr<std::string> path = sys::findProgramByName(name)) {
      toolchain.path = *path;
      return toolchain;
    }
  return createStringError(
      formatv("no linker for '{0}': looked for {1} on PATH; install a C "
              "compiler (package gcc, or gcc-<triple> for another machine), "
              "or name one in the environment variable SWAGE_CC",
              target.triple, join(candidates, ", ")));
}

Error Toolchain::run(ArrayRef<std::string> arguments) const {
  SmallString<128> log;
  if (std::error_code code = sys::fs::createTemporaryFile("swage", "log", log))
    return createStringError(code, "cannot create a temporary file");
  FileRemover removeLog(log);

  SmallVector<StringRef> command = {path};
  append_range(command, arguments);
  std::string message;
  int status =
      sys::ExecuteAndWait(path, command, /*Env=*/std::nullopt,
                          {StringRef(), StringRef(log), StringRef(log)},
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  if (status == 0)
    return Error::success();
  if (ErrorOr<std::unique_ptr<MemoryBuffer>> text =
          MemoryBuffer::getFile(log, /*IsText=*/true))
    message += (*text)->getBuffer().rtrim();
  return createStringError(
      formatv("linking with '{0}' failed (status {1}): {2}", path, status,
              message.empty() ? "it printed nothing" : message));
}
