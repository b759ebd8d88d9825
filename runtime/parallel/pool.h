//===- pool.h - the threads of a session ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_PARALLEL_POOL_H
#define SWAGE_PARALLEL_POOL_H

#include "swage/artifact.h"
#include <stdbool.h>

/// A pool for loops on `num_threads` >= 2 threads: the one that calls, and
/// num_threads - 1 that wait for work. On failure NULL and a message in *error.
swage_pool *swage_pool_create(int32_t num_threads, char **error);

/// Ends the threads. No loop may be running.
void swage_pool_destroy(swage_pool *pool);

/// Runs the slices of a loop on the calling thread and those of the pool, and
/// returns when all are done or, once the run has failed, given up. `backward`:
/// each thread begins with the end of its share. False when another thread's
/// loop occupies the pool: then nothing has been done.
bool swage_pool_run(swage_pool *pool, swage_exec *exec, swage_task task,
                    void *data, int64_t count, int64_t grain, bool backward);

/// Processors that this process may use: its affinity mask and, in a
/// container, its share of processor time. At least 1.
int32_t swage_available_processors(void);

#endif
