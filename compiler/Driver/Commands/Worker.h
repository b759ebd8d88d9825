//===- Worker.h - work that may crash ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs pieces of work in processes of their own, several at a time: one that
// crashes, hangs or exhausts memory takes nobody along. For that the process
// must be free of other threads when it starts a worker.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_WORKER_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_WORKER_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace swage {

/// What became of a piece of work.
struct WorkerResult {
  std::string answer; ///< what the work returned
  /// Why there is no answer: "crashed (Segmentation fault)"; empty if there is.
  std::string failure;
  double seconds = 0;
};

/// How many at once, and for how long each.
struct WorkerOptions {
  unsigned jobs = 1;
  unsigned timeout = 600; ///< seconds
};

/// Calls `work(i)` for each i in [0, count) in a process of its own and, here,
/// `done(i, result)` in the order of i. `running(n)` is told whenever n pieces
/// are done, in whatever order.
void runWorkers(size_t count, const WorkerOptions &options,
                llvm::function_ref<std::string(size_t)> work,
                llvm::function_ref<void(size_t, WorkerResult)> done,
                llvm::function_ref<void(size_t)> running);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_WORKER_H
