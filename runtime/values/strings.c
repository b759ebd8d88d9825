//===- strings.c - strings put together and compared ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include <stdlib.h>
#include <string.h>

int64_t swage_string_create(swage_exec *exec, int64_t size, char **characters) {
  swage_string *string =
      swage_value_memory(exec, sizeof(swage_string) + (size_t)size);
  *characters = (char *)(string + 1);
  *string = (swage_string){*characters, size};
  return (int64_t)(intptr_t)string;
}

int swage_string_compare(swage_string a, swage_string b) {
  int64_t common = a.size < b.size ? a.size : b.size;
  int order = common ? memcmp(a.data, b.data, (size_t)common) : 0;
  return order ? order : (a.size > b.size) - (a.size < b.size);
}

int64_t swage_table_count(const void *table) { return *(const int64_t *)table; }

swage_string swage_table_get(const void *table, int64_t index) {
  const int64_t *places = (const int64_t *)table + 1;
  const char *characters =
      (const char *)(places + swage_table_count(table) + 1);
  return (swage_string){characters + places[index],
                        places[index + 1] - places[index]};
}

void swage_rt_string_constants(swage_exec *exec, void *const *buffers,
                               const int64_t *dims) {
  int64_t count = dims[1], *out = buffers[1];
  swage_string *strings =
      swage_value_memory(exec, (size_t)count * sizeof(swage_string));
  for (int64_t i = 0; i < count; ++i) {
    strings[i] = swage_table_get(buffers[0], i);
    out[i] = (int64_t)(intptr_t)&strings[i];
  }
}

void swage_rt_string_concat(swage_exec *exec, void *const *buffers,
                            const int64_t *dims) {
  const int64_t *left = buffers[0], *right = buffers[1];
  int64_t *out = buffers[2];
  for (int64_t i = 0; i < dims[2]; ++i) {
    swage_string a = swage_string_of(left[i]), b = swage_string_of(right[i]);
    char *to;
    out[i] = swage_string_create(exec, a.size + b.size, &to);
    if (a.size)
      memcpy(to, a.data, (size_t)a.size);
    if (b.size)
      memcpy(to + a.size, b.data, (size_t)b.size);
  }
}

void swage_rt_string_equal(swage_exec *exec, void *const *buffers,
                           const int64_t *dims) {
  (void)exec;
  const int64_t *left = buffers[0], *right = buffers[1];
  unsigned char *out = buffers[2];
  for (int64_t i = 0; i < dims[2]; ++i)
    out[i] = swage_string_compare(swage_string_of(left[i]),
                                  swage_string_of(right[i])) == 0;
}

void swage_rt_string_find(swage_exec *exec, void *const *buffers,
                          const int64_t *dims) {
  (void)exec;
  const int64_t *strings = buffers[0], *places = buffers[2];
  int64_t count = dims[2], *out = buffers[3];
  for (int64_t i = 0; i < dims[3]; ++i) {
    swage_string wanted = swage_string_of(strings[i]);
    int64_t low = 0, high = count;
    out[i] = -1;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      int order =
          swage_string_compare(wanted, swage_table_get(buffers[1], middle));
      if (order == 0) {
        out[i] = places[middle];
        break;
      }
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  }
}

struct placed_string {
  swage_string string;
  int64_t place;
};

static int compare_placed(const void *a, const void *b) {
  return swage_string_compare(((const struct placed_string *)a)->string,
                              ((const struct placed_string *)b)->string);
}

void swage_rt_string_rank(swage_exec *exec, void *const *buffers,
                          const int64_t *dims) {
  const int64_t *strings = buffers[0];
  int64_t count = dims[1], *out = buffers[1];
  if (!count)
    return;
  struct placed_string *sorted =
      swage_value_memory(exec, (size_t)count * sizeof(*sorted));
  for (int64_t i = 0; i < count; ++i)
    sorted[i] = (struct placed_string){swage_string_of(strings[i]), i};
  qsort(sorted, (size_t)count, sizeof(*sorted), compare_placed);
  for (int64_t i = 0, rank = 0; i < count; ++i) {
    if (i && compare_placed(&sorted[i - 1], &sorted[i]) != 0)
      rank = i;
    out[sorted[i].place] = rank;
  }
}
