//===- scratch.h - memory that generated code borrows during a run --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Blocks are kept when they are freed, so that the next run finds them with
// their pages mapped. The memory is divided in shards, one for each thread of
// the pool: threads do not wait for each other, and a thread gets the blocks
// that its caches know.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_SCRATCH_H
#define SWAGE_CORE_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct swage_scratch swage_scratch;

/// `shards` >= 1; NULL when there is no memory.
swage_scratch *swage_scratch_create(int32_t shards);
void swage_scratch_destroy(swage_scratch *scratch);

/// A block of at least `bytes` >= 0, aligned to 64, from the shard of thread
/// `slot` (any number >= 0). NULL when there is no memory.
void *swage_scratch_take(swage_scratch *scratch, int32_t slot, int64_t bytes);

/// Gives a block back, to the shard that it came from.
void swage_scratch_give(swage_scratch *scratch, void *memory);

/// Ends a run, when no thread uses the scratch: takes every block back that was
/// not given back, and releases those that no recent run has asked for.
void swage_scratch_end_run(swage_scratch *scratch);

#endif
