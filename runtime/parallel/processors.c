//===- processors.c - how many threads are worth starting -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _GNU_SOURCE // sched_getaffinity
#include "parallel/pool.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/// The processor time that a container may use, rounded up to whole processors.
static int32_t container_limit(int32_t otherwise) {
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file)
    return otherwise;
  long long quota = 0, period = 0;
  int read = fscanf(file, "%lld %lld", &quota, &period);
  fclose(file);
  if (read != 2 || quota <= 0 || period <= 0)
    return otherwise; // "max 100000": no limit
  long long limit = (quota + period - 1) / period;
  return limit < otherwise ? (int32_t)limit : otherwise;
}

int32_t swage_available_processors(void) {
  long count = 0;
#ifdef CPU_COUNT
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    count = CPU_COUNT(&set);
#endif
  if (count < 1)
    count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : container_limit((int32_t)count);
}
