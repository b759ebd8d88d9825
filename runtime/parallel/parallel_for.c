//===- parallel_for.c - parallel loops of generated code ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/run.h"
#include "parallel/pool.h"
#include "parallel/shares.h"

void swage_rt_parallel_for(swage_exec *exec, swage_task task, void *data,
                           int64_t count, int64_t grain) {
  if (count <= 0)
    return;
  if (grain < 1)
    grain = 1;
  bool divisible = count / 2 >= grain;
  if (!divisible || swage_this_thread.in_slice) {
    task(exec, data, 0, count);
    return;
  }
  bool backward = swage_turns_back(task);
  if (!exec->pool ||
      !swage_pool_run(exec->pool, exec, task, data, count, grain, backward)) {
    swage_run_slice(exec, task, data, 0, count, grain, backward);
    return;
  }
  // What a failed slice has not computed must not be used.
  swage_run *run = swage_run_of(exec);
  if (atomic_load(&run->failed))
    swage_run_leave(run);
}
