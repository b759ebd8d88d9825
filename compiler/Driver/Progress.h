//===- Progress.h - what long work is doing ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One line on the terminal that changes as work goes on and is gone when it is
// done. Where stderr is no terminal nothing is printed.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_PROGRESS_H
#define SWAGE_COMPILER_DRIVER_PROGRESS_H

#include "compiler/Pipelines/Pipeline.h"

namespace swage {

class Progress {
public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;

  /// Shows `text` in place of what was shown before.
  void show(const llvm::Twine &text);
  /// Removes the line, so that others may print.
  void clear();
  /// Shows the phases of a compilation of `model`.
  void follow(CompileOptions &options, llvm::StringRef model);

private:
  bool enabled;
  bool shown = false;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_PROGRESS_H
