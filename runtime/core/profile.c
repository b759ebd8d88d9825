//===- profile.c - how long kernels take ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _POSIX_C_SOURCE 200809L
#include "core/profile.h"

#include <time.h>

double swage_now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

void swage_rt_call(swage_exec *exec, int64_t index, swage_kernel kernel,
                   void *const *buffers, const int64_t *dims) {
  if (!exec->profile) {
    kernel(exec, buffers, dims);
    return;
  }
  double begin = swage_now_ms();
  kernel(exec, buffers, dims);
  swage_kernel_time *time = &exec->profile->kernels[index];
  time->ms += swage_now_ms() - begin;
  ++time->calls;
}
