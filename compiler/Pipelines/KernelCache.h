//===- KernelCache.h - kernels that were compiled before --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiled kernels on disk, found by what they are made of: the compiler, the
// target, the options and the kernel as text. Any number of processes may share
// a folder; files appear whole or not at all, and a damaged one is no hit.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_KERNELCACHE_H
#define SWAGE_COMPILER_PIPELINES_KERNELCACHE_H

#include "compiler/Backend/Backend.h"

namespace swage {

class KernelCache {
public:
  /// A cache in `folder`: "" is the user's cache folder, "off" none. A folder
  /// that cannot be made or written is no error: then nothing is found.
  explicit KernelCache(llvm::StringRef folder);

  /// The key of a kernel; the same for the same machine code.
  static std::string getKey(kernel::FuncOp kernel,
                            llvm::ArrayRef<mlir::MemRefType> operands,
                            const KernelOptions &options);

  std::optional<CompiledKernel> find(llvm::StringRef key) const;
  void store(llvm::StringRef key, const CompiledKernel &kernel) const;

  /// Removes the files that were used longest ago, until what is left takes at
  /// most `bytes`.
  void trim(uint64_t bytes = defaultLimit) const;

  static constexpr uint64_t defaultLimit = uint64_t(1) << 30;

private:
  std::string getPath(llvm::StringRef key) const;

  std::string folder; ///< empty when there is none
};

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_KERNELCACHE_H
