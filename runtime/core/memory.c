//===- memory.c - aligned memory and checked sizes ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _DEFAULT_SOURCE // madvise, MAP_NORESERVE
#include "core/memory.h"

#include "swage/artifact.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/// Blocks of at least two huge pages ask for them: large activations and
/// arenas otherwise cost a page fault per 4 KB and most of the TLB.
#define HUGE_PAGE ((size_t)2 << 20)

void *swage_allocate(size_t bytes) {
  size_t alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : SWAGE_ALIGNMENT;
  if (bytes > SIZE_MAX / 2)
    return NULL;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes ? bytes : 1))
    return NULL;
#ifdef MADV_HUGEPAGE
  if (alignment == HUGE_PAGE)
    madvise(memory, bytes & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  return memory;
}

void *swage_reserve(size_t bytes) {
  if (bytes > SIZE_MAX / 2)
    return NULL;
  size_t slack = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : 0;
  unsigned char *mapped =
      mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    return NULL;
  if (!slack)
    return mapped;
  // Give back what is before the first huge page, and behind the last page.
  size_t before = (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE;
  if (before)
    munmap(mapped, before);
  mapped += before;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t used = (bytes + page - 1) / page * page,
         given = bytes + slack - before;
  if (used < given)
    munmap(mapped + used, given - used);
#ifdef MADV_HUGEPAGE
  madvise(mapped, bytes & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  return mapped;
}

void swage_unreserve(void *memory, size_t bytes) {
  if (memory)
    munmap(memory, bytes);
}

bool swage_count_elements(int64_t rank, const int64_t *dims,
                          size_t element_size, int64_t *count) {
  bool empty = false;
  for (int64_t i = 0; i < rank; ++i) {
    if (dims[i] < 0)
      return false;
    empty |= dims[i] == 0;
  }
  int64_t product = 1;
  for (int64_t i = 0; i < rank && !empty; ++i) {
    if (product > INT64_MAX / dims[i])
      return false;
    product *= dims[i];
  }
  if (element_size && product > INT64_MAX / (int64_t)element_size)
    return false;
  *count = empty ? 0 : product;
  return true;
}

void swage_free(void *memory) { free(memory); }
