//===- WorkFiles.h - files in the making ------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Hidden files beside the output, on the same file system: finished ones move
// into place by renaming, weights do not fill a /tmp that lives in memory, and
// whatever happens nothing half-written stays.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFILES_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace swage {

/// Is told the path of each temporary file before it exists. A program that may
/// be interrupted removes them then; a library leaves signals to its host.
using TemporaryFileHook = std::function<void(llvm::StringRef)>;

class WorkFiles {
public:
  /// Prepares to write `output`. The error names that file, because that is
  /// what the user asked for. `hook` may be null.
  static llvm::Expected<WorkFiles> create(llvm::StringRef output,
                                          TemporaryFileHook hook);
  WorkFiles(WorkFiles &&other);
  ~WorkFiles();

  /// A path for an intermediate file; the file is removed in the end.
  std::string add(llvm::StringRef name);

  /// Writes an intermediate file; `write` may fail, and so may the disk. Gives
  /// the file's path.
  llvm::Expected<std::string>
  write(llvm::StringRef name,
        llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write);

  /// Registers that the file at `path` shall become `output`.
  void addResult(std::string path, std::string output) {
    results.emplace_back(std::move(path), std::move(output));
  }

  /// Moves all results into place.
  llvm::Error finish();

private:
  WorkFiles() = default;

  std::string prefix;
  TemporaryFileHook hook;
  std::vector<std::string> files;
  std::vector<std::pair<std::string, std::string>> results;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFILES_H
