//===- Toolchain.h - the system's linker and our runtime --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Swage brings no linker: it calls the C compiler's driver of the system, which
// knows where libc and the start files are, also for other machines.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_TOOLCHAIN_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_TOOLCHAIN_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "compiler/Pipelines/OptionalLibraries.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace swage {

/// A program that links for one target.
class Toolchain {
public:
  /// Finds it: `cc`, `gcc` or `clang` for this machine, `<triple>-gcc` for
  /// another. The environment variable SWAGE_CC overrides. The error says what
  /// was looked for and what to install.
  static llvm::Expected<Toolchain> find(const TargetInfo &target);

  /// Runs it. When it fails, the error has what it printed.
  llvm::Error run(llvm::ArrayRef<std::string> arguments) const;

  llvm::StringRef getPath() const { return path; }

private:
  std::string path;
};

/// The runtime as arguments of the toolchain.
struct Runtime {
  std::vector<std::string> library;  ///< what every artifact carries
  std::vector<std::string> main;     ///< what gives executables their main()
  std::vector<std::string> optional; ///< one for each optional library wanted
  bool isSource = false;             ///< C files to compile, not libraries
};

/// Finds the runtime: libswage_rt.a and the `mainLibrary` (libswage_rt_main.a,
/// or libswage_rt_train.a for trainings) beside this program,
/// in the build tree, below the prefix that Swage was installed to, or where
/// SWAGE_RUNTIME_DIR says. For another machine they may lie in the folder
/// `swage/<triple>` there; otherwise it is compiled from its sources, which
/// come with Swage, by the toolchain of that machine. The optional libraries of
/// `wanted` are not compiled so: they need others.
llvm::Expected<Runtime>
findRuntime(const TargetInfo &target, llvm::StringRef mainLibrary,
            llvm::ArrayRef<const OptionalLibrary *> wanted = {});

/// Whether `target` is this machine's kind, so that its native tools link.
bool isNative(const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_TOOLCHAIN_H
