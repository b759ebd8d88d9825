//===- memory.h - aligned memory and checked sizes ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_MEMORY_H
#define SWAGE_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWAGE_ALIGNMENT 64

/// Memory for tensors: aligned to 64 bytes, in huge pages where the system has
/// them and the size is worth it. Released with swage_free (it is free). NULL
/// when there is none. Zero bytes give a valid address.
void *swage_allocate(size_t bytes);

/// Memory of which only the parts that are used count, however much it is;
/// otherwise like that of swage_allocate. Released with swage_unreserve.
void *swage_reserve(size_t bytes);
void swage_unreserve(void *memory, size_t bytes);

/// The product of dims, all of which must be >= 0; false when one is not or
/// when the product times `element_size` does not fit int64_t.
bool swage_count_elements(int64_t rank, const int64_t *dims,
                          size_t element_size, int64_t *count);

#endif
