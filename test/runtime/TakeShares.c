//===- TakeShares.c - the order in which threads take a loop --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The runtime's own headers are C: this is what C++ tests see of shares.h.
//
//===----------------------------------------------------------------------===//
#include "parallel/shares.h"

/// Deals a loop out, lets threads take from it in the order of `slots`, and
/// writes the iterations that each of them got; -1 where nothing was left.
void takeShares(int32_t threads, int64_t count, int64_t grain, bool backward,
                const int32_t *slots, int64_t turns, int64_t *begins,
                int64_t *ends) {
  swage_share memory[8];
  swage_shares shares = {.shares = memory, .num_threads = threads};
  swage_shares_deal(&shares, count, grain, backward);
  for (int64_t turn = 0; turn < turns; ++turn)
    if (!swage_shares_take(&shares, slots[turn], &begins[turn], &ends[turn]))
      begins[turn] = ends[turn] = -1;
}
