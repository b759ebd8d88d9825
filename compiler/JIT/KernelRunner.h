//===- KernelRunner.h - one kernel, run on buffers of the host --*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs a compiled kernel in the compiler's own process: this is how constants
// are evaluated at compile time.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_JIT_KERNELRUNNER_H
#define SWAGE_COMPILER_JIT_KERNELRUNNER_H

#include "compiler/JIT/ObjectLoader.h"
#include "swage/artifact.h"

namespace swage {

/// A loaded kernel. `run` may be called by several threads at once.
class KernelRunner {
public:
  /// Loads `object`, made for this machine, and finds the swage_kernel
  /// `symbol` in it. The bytes are not needed afterwards. Parallel loops run on
  /// `threads` threads; 0 is as many as the machine has processors.
  static llvm::Expected<std::unique_ptr<KernelRunner>>
  load(llvm::ArrayRef<char> object, llvm::StringRef symbol,
       unsigned threads = 0);
  ~KernelRunner();

  /// Calls the kernel: `buffers` are the first elements of its operands, `dims`
  /// its dynamic sizes (see swage_kernel). A failure of the run is an error.
  llvm::Error run(void *const *buffers, const int64_t *dims) const;

private:
  KernelRunner() = default;

  std::unique_ptr<ObjectLoader> loader;
  swage_kernel kernel = nullptr;
  swage_session *session = nullptr;
};

} // namespace swage

#endif // SWAGE_COMPILER_JIT_KERNELRUNNER_H
