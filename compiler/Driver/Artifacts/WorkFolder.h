//===- WorkFolder.h - files in the making ------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A folder for intermediate files beside the output, on the same file system:
// finished files move into place by renaming, weights do not fill a /tmp that
// lives in memory, and whatever happens nothing half-written stays.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFOLDER_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFOLDER_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <utility>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace swage {

class WorkFolder {
public:
  /// Makes a folder beside `output`. The error names that file, because that is
  /// what the user asked for.
  static llvm::Expected<WorkFolder> create(llvm::StringRef output);
  WorkFolder(WorkFolder &&other)
      : folder(std::exchange(other.folder, {})),
        results(std::move(other.results)) {}
  ~WorkFolder();

  /// The path of a file in it.
  std::string getPath(llvm::StringRef name) const;

  /// Writes a file of this folder; `write` may fail, and so may the disk.
  /// Gives the file's path.
  llvm::Expected<std::string>
  write(llvm::StringRef name,
        llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write) const;

  /// Registers that the file at `path` shall become `output`.
  void addResult(std::string path, std::string output) {
    results.emplace_back(std::move(path), std::move(output));
  }

  /// Moves all results into place.
  llvm::Error finish();

private:
  explicit WorkFolder(std::string folder) : folder(std::move(folder)) {}

  std::string folder;
  std::vector<std::pair<std::string, std::string>> results;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_WORKFOLDER_H
