//===- Status.h - how a command ends ----------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_STATUS_H
#define SWAGE_COMPILER_DRIVER_STATUS_H

namespace swage {

/// How compiling or running ended; the values are exit codes of `swage` and
/// those of swage_status.
enum class Status {
  Success = 0,
  Error = 1,       ///< everything that has no code of its own
  BadModel = 2,    ///< the file is not a valid model
  Unsupported = 3, ///< valid, but this compiler cannot take it
};

inline int getExitCode(Status status) { return static_cast<int>(status); }

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_STATUS_H
