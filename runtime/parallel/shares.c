//===- shares.c - which thread does which part of a loop ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The owner of a share takes units from one end and others take them from the
// far one, so that both ends are in one atomic word.
//
//===----------------------------------------------------------------------===//
#include "parallel/shares.h"

#include "core/run.h"

static uint64_t pack(int64_t first, int64_t end) {
  return (uint64_t)first | (uint64_t)end << 32;
}

void swage_shares_deal(swage_shares *shares, int64_t count, int64_t grain,
                       bool backward) {
  shares->count = count;
  shares->unit = grain;
  // Numbers of units take 32 bits.
  while (count / shares->unit > INT32_MAX)
    shares->unit *= 2;
  shares->num_units = count / shares->unit;
  if (shares->num_units == 0)
    shares->num_units = 1;
  shares->backward = backward;
  int64_t dealt = shares->num_threads < shares->num_units ? shares->num_threads
                                                          : shares->num_units;
  shares->num_dealt = (int32_t)dealt;
  for (int64_t i = 0; i < dealt; ++i)
    atomic_store_explicit(&shares->shares[i].units,
                          pack(shares->num_units * i / dealt,
                               shares->num_units * (i + 1) / dealt),
                          memory_order_relaxed);
}

/// Takes half of what is left of a share, at its far end or at the near one.
static bool take(swage_share *share, bool far, int64_t *first, int64_t *end) {
  uint64_t units = atomic_load_explicit(&share->units, memory_order_relaxed);
  for (;;) {
    int64_t from = (uint32_t)units, to = (int64_t)(units >> 32);
    int64_t size = (to - from + 1) / 2;
    if (size == 0)
      return false;
    *first = far ? to - size : from;
    *end = *first + size;
    uint64_t rest = far ? pack(from, *first) : pack(*end, to);
    if (atomic_compare_exchange_weak_explicit(&share->units, &units, rest,
                                              memory_order_relaxed,
                                              memory_order_relaxed))
      return true;
  }
}

bool swage_shares_take(swage_shares *shares, int32_t slot, int64_t *begin,
                       int64_t *end) {
  for (int32_t i = 0; i < shares->num_threads; ++i) {
    int32_t owner = (slot + i) % shares->num_threads;
    int64_t first, last;
    if (owner >= shares->num_dealt ||
        !take(&shares->shares[owner], shares->backward != (i > 0), &first,
              &last))
      continue;
    *begin = first * shares->unit;
    *end = last == shares->num_units ? shares->count : last * shares->unit;
    return true;
  }
  return false;
}

bool swage_turns_back(swage_task task) {
  swage_thread_state *thread = &swage_this_thread;
  thread->backward = thread->last_loop == task && !thread->backward;
  thread->last_loop = task;
  return thread->backward;
}

void swage_run_slice(swage_exec *exec, swage_task task, void *data,
                     int64_t begin, int64_t end, int64_t grain, bool backward) {
  enum { MOST_PARTS = 32 };
  if (backward) {
    int64_t part = (end - begin) / MOST_PARTS;
    part -= part % grain;
    if (part < grain)
      part = grain;
    // The last part has the rest: none is shorter than the grain.
    for (int64_t last = (end - begin) / part - 1; last > 0; --last) {
      task(exec, data, begin + last * part, end);
      end = begin + last * part;
    }
  }
  task(exec, data, begin, end);
}
