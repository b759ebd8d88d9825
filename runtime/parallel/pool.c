//===- pool.c - the threads of a session ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A loop is published in one atomic word, `state`: its number, whether it still
// takes threads, and how many of the pool's threads are in it. Threads enter by
// incrementing that count while the loop is open. The caller closes the loop
// when no slices are left and waits for those inside only: a thread that is
// still waking up never delays it. Which slices a thread works on is said in
// shares.h.
//
//===----------------------------------------------------------------------===//
#define _POSIX_C_SOURCE 200809L
#include "parallel/pool.h"

#include "core/memory.h"
#include "core/run.h"
#include "parallel/shares.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// How long a thread spins for the next loop before it sleeps. Kernels of a
/// model follow each other within microseconds, and waking costs about as much.
#define SPIN_NANOSECONDS 50000
/// Kernels keep small buffers on the stack; some C libraries give threads 128
/// KB.
#define STACK_BYTES ((size_t)8 << 20)

#define OPEN ((uint64_t)1 << 31)
#define THREADS_INSIDE (OPEN - 1)
#define NUMBER_SHIFT 32

struct swage_pool {
  _Alignas(SWAGE_ALIGNMENT) atomic_uint_least64_t state;
  // The loop; written while it is closed and nobody is inside.
  _Alignas(SWAGE_ALIGNMENT) swage_exec *exec;
  swage_task task;
  void *data;
  swage_shares shares;
  _Alignas(SWAGE_ALIGNMENT) atomic_bool busy; // a caller has a loop here
  atomic_bool stop;
  atomic_bool caller_sleeps;
  atomic_int sleepers;
  pthread_mutex_t lock;
  pthread_cond_t work; // a loop was opened, or stop
  pthread_cond_t left; // the last thread has left a closed loop
  int32_t num_threads; // with the caller's
  int32_t num_started;
  pthread_t *threads;
};

typedef struct worker_start {
  swage_pool *pool;
  int32_t slot;
} worker_start;

static void relax(void) {
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
  __asm__ volatile("pause");
#elif defined(__GNUC__) && defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// Works on slices until none are left or the run has failed.
static void run_slices(swage_pool *pool) {
  jmp_buf landing, *outer = swage_this_thread.landing;
  swage_this_thread.landing = &landing;
  swage_this_thread.in_slice = true;
  int32_t slot = swage_this_thread.slot;
  if (!setjmp(landing)) {
    swage_run *run = swage_run_of(pool->exec);
    int64_t begin, end;
    while (!atomic_load_explicit(&run->failed, memory_order_relaxed) &&
           swage_shares_take(&pool->shares, slot, &begin, &end))
      swage_run_slice(pool->exec, pool->task, pool->data, begin, end,
                      pool->shares.unit, pool->shares.backward);
  }
  swage_this_thread.in_slice = false;
  swage_this_thread.landing = outer;
}

static bool is_new(uint64_t state, uint32_t seen) {
  return (state & OPEN) && (uint32_t)(state >> NUMBER_SHIFT) != seen;
}

/// Waits for an open loop other than number `seen`, or for the pool's end.
static void await_loop(swage_pool *pool, uint32_t seen) {
  int64_t deadline = 0;
  for (uint32_t i = 1;; ++i) {
    if (is_new(atomic_load(&pool->state), seen) || atomic_load(&pool->stop))
      return;
    relax();
    if (i % 64)
      continue;
    int64_t time = now();
    if (!deadline)
      deadline = time + SPIN_NANOSECONDS;
    if (time >= deadline)
      break;
  }
  pthread_mutex_lock(&pool->lock);
  atomic_fetch_add(&pool->sleepers, 1);
  while (!is_new(atomic_load(&pool->state), seen) && !atomic_load(&pool->stop))
    pthread_cond_wait(&pool->work, &pool->lock);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->lock);
}

/// Leaves a loop; the last one wakes a caller that sleeps until then.
static void leave_loop(swage_pool *pool) {
  uint64_t before = atomic_fetch_sub(&pool->state, 1);
  if ((before & OPEN) || (before & THREADS_INSIDE) != 1 ||
      !atomic_load(&pool->caller_sleeps))
    return;
  pthread_mutex_lock(&pool->lock);
  pthread_cond_signal(&pool->left);
  pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument) {
  worker_start start = *(worker_start *)argument;
  free(argument);
  swage_pool *pool = start.pool;
  swage_this_thread.slot = start.slot;
  uint32_t seen = 0;
  for (;;) {
    await_loop(pool, seen);
    if (atomic_load(&pool->stop))
      return NULL;
    uint64_t state = atomic_load(&pool->state);
    while (is_new(state, seen) &&
           !atomic_compare_exchange_weak(&pool->state, &state, state + 1))
      ;
    if (!is_new(state, seen))
      continue;
    seen = (uint32_t)(state >> NUMBER_SHIFT);
    run_slices(pool);
    leave_loop(pool);
  }
}

static void wake(swage_pool *pool, int64_t slices) {
  int64_t sleepers = atomic_load(&pool->sleepers);
  if (sleepers == 0)
    return;
  pthread_mutex_lock(&pool->lock);
  for (int64_t i = 0; i < slices - 1 && i < sleepers; ++i)
    pthread_cond_signal(&pool->work);
  pthread_mutex_unlock(&pool->lock);
}

static bool is_empty(swage_pool *pool) {
  return (atomic_load(&pool->state) & THREADS_INSIDE) == 0;
}

static void await_last_thread(swage_pool *pool) {
  int64_t deadline = 0;
  for (uint32_t i = 1; !is_empty(pool); ++i) {
    relax();
    if (i % 64)
      continue;
    int64_t time = now();
    if (!deadline)
      deadline = time + SPIN_NANOSECONDS;
    if (time < deadline)
      continue;
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_sleeps, true);
    while (!is_empty(pool))
      pthread_cond_wait(&pool->left, &pool->lock);
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->lock);
  }
}

bool swage_pool_run(swage_pool *pool, swage_exec *exec, swage_task task,
                    void *data, int64_t count, int64_t grain, bool backward) {
  if (atomic_exchange(&pool->busy, true))
    return false;
  pool->exec = exec;
  pool->task = task;
  pool->data = data;
  swage_shares_deal(&pool->shares, count, grain, backward);
  uint64_t number = (atomic_load(&pool->state) >> NUMBER_SHIFT) + 1;
  atomic_store(&pool->state, number << NUMBER_SHIFT | OPEN);
  wake(pool, count / grain);
  run_slices(pool);
  atomic_fetch_and(&pool->state, ~OPEN);
  await_last_thread(pool);
  atomic_store(&pool->busy, false);
  return true;
}

/// Starts the thread of `slot`, with signals blocked: they are the program's.
static int start_thread(swage_pool *pool, int32_t slot) {
  worker_start *start = malloc(sizeof(worker_start));
  if (!start)
    return ENOMEM;
  *start = (worker_start){pool, slot};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failure =
      pthread_create(&pool->threads[slot - 1], &attributes, work, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (failure)
    free(start);
  return failure;
}

swage_pool *swage_pool_create(int32_t num_threads, char **error) {
  swage_pool *pool = swage_allocate(sizeof(swage_pool));
  pthread_t *threads = calloc((size_t)num_threads - 1, sizeof(pthread_t));
  swage_share *shares =
      swage_allocate((size_t)num_threads * sizeof(swage_share));
  if (!pool || !threads || !shares) {
    free(pool);
    free(threads);
    free(shares);
    swage_error(error, SWAGE_ERROR, "no memory for %d threads", num_threads);
    return NULL;
  }
  memset(pool, 0, sizeof(*pool));
  pool->num_threads = num_threads;
  pool->threads = threads;
  pool->shares.shares = shares;
  pool->shares.num_threads = num_threads;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->left, NULL);
  for (int32_t slot = 1; slot < num_threads; ++slot) {
    int failure = start_thread(pool, slot);
    if (failure) {
      swage_error(error, SWAGE_ERROR, "cannot start thread %d of %d: %s", slot,
                  num_threads, strerror(failure));
      swage_pool_destroy(pool);
      return NULL;
    }
    ++pool->num_started;
  }
  return pool;
}

void swage_pool_destroy(swage_pool *pool) {
  if (!pool)
    return;
  pthread_mutex_lock(&pool->lock);
  atomic_store(&pool->stop, true);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (int32_t i = 0; i < pool->num_started; ++i)
    pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->left);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->lock);
  free(pool->threads);
  free(pool->shares.shares);
  free(pool);
}
