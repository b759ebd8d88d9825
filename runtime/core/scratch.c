//===- scratch.c - memory that generated code borrows during a run --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/scratch.h"

#include "core/memory.h"
#include <pthread.h>
#include <stdlib.h>

/// Sizes are rounded up to classes, four for each power of two, so that
/// slightly different requests (dynamic shapes) share blocks and waste at most
/// a quarter.
#define SMALLEST_LOG2 8
#define CLASSES (4 * (62 - SMALLEST_LOG2))
/// A request takes a free block up to this many classes (twice the size)
/// larger.
#define CLASSES_TO_SEARCH 5
/// A block that this many runs did not ask for is released.
#define RUNS_TO_KEEP 16

typedef struct block {
  struct block *next;      // all blocks of the shard
  struct block *next_free; // free blocks of the same class
  int32_t size_class;
  int32_t shard;
  uint32_t last_run;
  bool used;
} block;

typedef struct shard {
  _Alignas(SWAGE_ALIGNMENT) pthread_mutex_t lock;
  block *all;
  block *free[CLASSES];
  uint32_t run;
} shard;

struct swage_scratch {
  int32_t num_shards;
  shard *shards;
};

static int32_t class_of(int64_t bytes) {
  if (bytes <= (int64_t)1 << SMALLEST_LOG2)
    return 0;
  uint64_t last = (uint64_t)bytes - 1;
  int32_t log2 = 0;
  for (int32_t step = 32; step; step /= 2)
    if (last >> (log2 + step))
      log2 += step;
  int32_t quarter = (int32_t)(last >> (log2 - 2)) & 3;
  return 4 * (log2 - SMALLEST_LOG2) + quarter + 1;
}

static size_t class_size(int32_t size_class) {
  if (size_class == 0)
    return (size_t)1 << SMALLEST_LOG2;
  int32_t log2 = SMALLEST_LOG2 + (size_class - 1) / 4;
  return (size_t)(5 + (size_class - 1) % 4) << (log2 - 2);
}

swage_scratch *swage_scratch_create(int32_t shards) {
  swage_scratch *scratch = malloc(sizeof(swage_scratch));
  if (!scratch)
    return NULL;
  scratch->num_shards = shards;
  scratch->shards = swage_allocate((size_t)shards * sizeof(shard));
  if (!scratch->shards) {
    free(scratch);
    return NULL;
  }
  for (int32_t i = 0; i < shards; ++i) {
    scratch->shards[i] = (shard){0};
    pthread_mutex_init(&scratch->shards[i].lock, NULL);
  }
  return scratch;
}

void swage_scratch_destroy(swage_scratch *scratch) {
  if (!scratch)
    return;
  for (int32_t i = 0; i < scratch->num_shards; ++i) {
    for (block *each = scratch->shards[i].all, *next; each; each = next) {
      next = each->next;
      free(each);
    }
    pthread_mutex_destroy(&scratch->shards[i].lock);
  }
  free(scratch->shards);
  free(scratch);
}

static void *memory_of(block *header) {
  return (unsigned char *)header + SWAGE_ALIGNMENT;
}

static block *take_free(shard *from, int32_t size_class) {
  for (int32_t i = 0; i < CLASSES_TO_SEARCH && size_class + i < CLASSES; ++i) {
    block *found = from->free[size_class + i];
    if (found) {
      from->free[size_class + i] = found->next_free;
      return found;
    }
  }
  return NULL;
}

static void put_free(shard *to, block *given) {
  given->used = false;
  given->next_free = to->free[given->size_class];
  to->free[given->size_class] = given;
}

void *swage_scratch_take(swage_scratch *scratch, int32_t slot, int64_t bytes) {
  _Static_assert(sizeof(block) <= SWAGE_ALIGNMENT, "the header's room");
  int32_t size_class = class_of(bytes);
  if (size_class >= CLASSES)
    return NULL;
  int32_t index = slot % scratch->num_shards;
  shard *from = &scratch->shards[index];
  pthread_mutex_lock(&from->lock);
  block *taken = take_free(from, size_class);
  if (taken) {
    taken->used = true;
    taken->last_run = from->run;
  }
  pthread_mutex_unlock(&from->lock);
  if (taken)
    return memory_of(taken);

  taken = swage_allocate(SWAGE_ALIGNMENT + class_size(size_class));
  if (!taken)
    return NULL;
  *taken = (block){.size_class = size_class, .shard = index, .used = true};
  pthread_mutex_lock(&from->lock);
  taken->last_run = from->run;
  taken->next = from->all;
  from->all = taken;
  pthread_mutex_unlock(&from->lock);
  return memory_of(taken);
}

void swage_scratch_give(swage_scratch *scratch, void *memory) {
  block *given = (block *)(void *)((unsigned char *)memory - SWAGE_ALIGNMENT);
  shard *to = &scratch->shards[given->shard];
  pthread_mutex_lock(&to->lock);
  put_free(to, given);
  pthread_mutex_unlock(&to->lock);
}

/// Releases what recent runs have not used, and builds the free lists anew.
static void sweep(shard *swept) {
  for (int32_t i = 0; i < CLASSES; ++i)
    swept->free[i] = NULL;
  block **link = &swept->all;
  while (*link) {
    block *each = *link;
    if (swept->run - each->last_run >= RUNS_TO_KEEP) {
      *link = each->next;
      free(each);
    } else {
      put_free(swept, each);
      link = &each->next;
    }
  }
}

void swage_scratch_end_run(swage_scratch *scratch) {
  for (int32_t i = 0; i < scratch->num_shards; ++i) {
    shard *ended = &scratch->shards[i];
    if (!ended->all)
      continue;
    bool due = ++ended->run % RUNS_TO_KEEP == 0;
    for (block *each = ended->all; each && !due; each = each->next)
      due = each->used;
    if (due)
      sweep(ended);
  }
}
