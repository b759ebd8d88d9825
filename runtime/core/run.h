//===- run.h - one run in flight ------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A run that fails is left by longjmp to a landing: the one in
// swage_session_run, or the one of the parallel slice that the thread works on.
// Generated code then needs no error paths, and a failing allocation deep in a
// kernel cannot go on with a bad address. Which landing is the innermost is a
// fact about the thread, hence thread-local.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_RUN_H
#define SWAGE_CORE_RUN_H

#include "core/message.h"
#include "core/scratch.h"
#include "swage/artifact.h"
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>

/// What a run needs besides its tensors; kept by the session for later runs.
typedef struct swage_workspace {
  struct swage_workspace *next;
  swage_scratch *scratch;
  unsigned char *arena;    // NULL until a run without a caller's workspace
  size_t arena_size;
  int64_t *symbols;        // the run's values of the symbolic dimensions
  bool *allocated_outputs; // which outputs the runtime allocated
} swage_workspace;

/// The whole of what generated code knows as swage_exec.
typedef struct swage_run {
  swage_exec exec; // first: the two convert into each other
  swage_workspace *workspace;
  const swage_model *model;
  atomic_bool failed;
  swage_status status; // of the failure
  unsigned char *chunk; // what is left of the block for small values
  size_t chunk_left;
} swage_run;

static inline swage_run *swage_run_of(swage_exec *exec) {
  return (swage_run *)exec;
}

/// What the runtime knows about the thread that it runs on.
typedef struct swage_thread_state {
  jmp_buf *landing; // where a failing run continues; NULL outside of runs
  bool in_slice;    // works on a parallel slice: further loops run inline
  int32_t slot;     // 0 for callers, 1... for the threads of a pool
  swage_task last_loop; // that the thread called, and whether backward
  bool backward;
} swage_thread_state;

extern _Thread_local swage_thread_state swage_this_thread;

/// Records a failure (the first one counts) and takes ownership of `message`,
/// which may be NULL when memory is exhausted.
void swage_run_record(swage_run *run, swage_status status, char *message);

/// Leaves the run for the thread's innermost landing.
_Noreturn void swage_run_leave(swage_run *run);

#endif
