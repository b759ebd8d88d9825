//===- shares.h - which thread does which part of a loop --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each thread has a share of its own, the same in every loop of the same
// length: what it used the last time, the weights of a recurrent cell or the
// rows of an image, it finds in the caches of its core. A thread that has
// finished takes from others what they would come to last.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_PARALLEL_SHARES_H
#define SWAGE_PARALLEL_SHARES_H

#include "core/memory.h"
#include "swage/artifact.h"
#include <stdatomic.h>
#include <stdbool.h>

/// What is left of a thread's share: its first unit, and the one behind its
/// last in the upper half.
typedef struct swage_share {
  _Alignas(SWAGE_ALIGNMENT) atomic_uint_least64_t units;
} swage_share;

/// A loop that is dealt out. Units are `grain` iterations or more; the last one
/// has the rest as well.
typedef struct swage_shares {
  swage_share *shares; // of `num_threads` threads
  int32_t num_threads;
  int32_t num_dealt; // threads that have a share
  int64_t count;     // iterations
  int64_t unit;
  int64_t num_units;
  bool backward; // the last unit of a share is its first
} swage_shares;

/// Deals out `count` iterations. Nobody may be taking any.
void swage_shares_deal(swage_shares *shares, int64_t count, int64_t grain,
                       bool backward);

/// Takes iterations for the thread of `slot`: half of what is left of its
/// share, then half of what is left of another's. False when nothing is left.
bool swage_shares_take(swage_shares *shares, int32_t slot, int64_t *begin,
                       int64_t *end);

/// Whether a loop of the calling thread should run backward: it is the one that
/// ran before it, so that what it ended with is still in the caches.
bool swage_turns_back(swage_task task);

/// Runs iterations begin to end of a task; backward, in a few parts that are
/// multiples of `grain`, the last one first.
void swage_run_slice(swage_exec *exec, swage_task task, void *data,
                     int64_t begin, int64_t end, int64_t grain, bool backward);

#endif
