//===- ScheduleFile.h - schedules that people write -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_SCHEDULEFILE_H
#define SWAGE_COMPILER_PIPELINES_SCHEDULEFILE_H

#include "dialects/Kernel/Kernel.h"
#include <string>
#include <vector>

namespace swage {

/// A line of a file of schedules.
struct ScheduleEntry {
  std::string kernels; ///< a valid glob pattern
  std::string backend;
  kernel::ScheduleAttr schedule; ///< null: the backend chooses
  mlir::Location loc;            ///< the line

  bool fits(llvm::StringRef kernel) const;
};

/// Reads a file of schedules; failures are diagnosed at its lines.
llvm::FailureOr<std::vector<ScheduleEntry>>
readScheduleFile(llvm::StringRef path, mlir::MLIRContext *context);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_SCHEDULEFILE_H
