//===- pack.c - tensors with all their parts in one block -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/pack.h"

#include "core/dtype.h"
#include "core/memory.h"
#include <string.h>

/// A block that is filled, or measured while `base` is NULL.
typedef struct block {
  unsigned char *base;
  size_t used;
} block;

/// The next `bytes` of the block; NULL while it is measured.
static void *reserve(block *to, size_t bytes, size_t alignment) {
  to->used = (to->used + alignment - 1) / alignment * alignment;
  void *place = to->base ? to->base + to->used : NULL;
  to->used += bytes;
  return place;
}

static void put(block *to, const swage_tensor *from, swage_tensor *out) {
  int64_t count = 0;
  size_t size = swage_element_size(from->dtype);
  swage_count_elements(from->rank, from->dims, size, &count);
  unsigned char *data = reserve(to, (size_t)count * size, SWAGE_ALIGNMENT);
  if (out) {
    *out = *from;
    out->data = data;
    if (count && !swage_has_parts(from->dtype))
      memcpy(data, from->data, (size_t)count * size);
  }
  for (int64_t i = 0; i < count && swage_is_container(from->dtype); ++i)
    put(to, (const swage_tensor *)from->data + i,
        out ? (swage_tensor *)(void *)data + i : NULL);
  for (int64_t i = 0; i < count && from->dtype == SWAGE_STRING; ++i) {
    swage_string text = ((const swage_string *)from->data)[i];
    char *characters = reserve(to, (size_t)text.size, 1);
    if (!out)
      continue;
    if (text.size)
      memcpy(characters, text.data, (size_t)text.size);
    ((swage_string *)(void *)data)[i] = (swage_string){characters, text.size};
  }
}

bool swage_pack(const swage_tensor *value, swage_tensor *packed) {
  block to = {0};
  put(&to, value, NULL);
  to = (block){.base = swage_allocate(to.used)};
  if (!to.base)
    return false;
  put(&to, value, packed);
  return true;
}
