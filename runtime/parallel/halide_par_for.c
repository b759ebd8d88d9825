//===- halide_par_for.c - parallel loops of Halide's code -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Halide's loops run on the pool that all kernels share. This is what its
// halide_do_par_for becomes; the name is ours, so that a program that carries
// Halide's own runtime can carry this one, too.
//
//===----------------------------------------------------------------------===//
#include "swage/artifact.h"

typedef struct halide_loop {
  swage_halide_task task;
  int32_t first;
  uint8_t *closure;
} halide_loop;

static void run_iterations(swage_exec *exec, void *data, int64_t begin,
                           int64_t end) {
  const halide_loop *loop = data;
  for (int64_t i = begin; i < end; ++i)
    loop->task(exec, loop->first + (int32_t)i, loop->closure);
}

int32_t swage_rt_halide_par_for(swage_exec *exec, swage_halide_task task,
                                int32_t first, int32_t count,
                                uint8_t *closure) {
  halide_loop loop = {task, first, closure};
  swage_rt_parallel_for(exec, run_iterations, &loop, count, 1);
  return 0;
}
