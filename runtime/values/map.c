//===- map.c - dictionaries -----------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A map is a pair of vectors: its keys in rising order, and their values.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include <inttypes.h>
#include <string.h>

static int compare_keys(const swage_tensor *keys, int64_t a, int64_t b) {
  const int64_t *each = keys->data;
  if (keys->dtype == SWAGE_STRING)
    return swage_string_compare(swage_string_of(each[a]),
                                swage_string_of(each[b]));
  return (each[a] > each[b]) - (each[a] < each[b]);
}

/// Joins two neighbouring runs of places, whose keys rise; of equal keys those
/// of the first run come first.
static void merge(const swage_tensor *keys, const int64_t *from, int64_t middle,
                  int64_t end, int64_t *to) {
  int64_t left = 0, right = middle;
  for (int64_t i = 0; i < end; ++i) {
    bool takes_left =
        left < middle &&
        (right >= end || compare_keys(keys, from[left], from[right]) <= 0);
    to[i] = from[takes_left ? left++ : right++];
  }
}

/// The places of the keys in the order of the keys.
static int64_t *sort_places(swage_exec *exec, const swage_tensor *keys,
                            int64_t count) {
  int64_t *places = swage_value_memory(exec, (size_t)count * sizeof(int64_t));
  int64_t *other = swage_value_memory(exec, (size_t)count * sizeof(int64_t));
  for (int64_t i = 0; i < count; ++i)
    places[i] = i;
  for (int64_t width = 1; width < count; width *= 2) {
    for (int64_t at = 0; at < count; at += 2 * width) {
      int64_t left = count - at, end = left < 2 * width ? left : 2 * width;
      merge(keys, places + at, width < end ? width : end, end, other + at);
    }
    int64_t *sorted = other;
    other = places;
    places = sorted;
  }
  return places;
}

/// The elements at some places of a vector.
static const swage_value *pick(swage_exec *exec, const swage_tensor *from,
                               const int64_t *places, int64_t count) {
  swage_value *value = swage_value_create(exec, from->dtype, 1, &count);
  size_t size = swage_value_element_size(from->dtype);
  for (int64_t i = 0; i < count; ++i)
    memcpy((unsigned char *)value->tensor.data + (size_t)i * size,
           (const unsigned char *)from->data + (size_t)places[i] * size, size);
  return value;
}

int64_t swage_rt_map(swage_exec *exec, int64_t keys_handle,
                     int64_t values_handle) {
  const swage_value *keys = swage_value_of(keys_handle);
  const swage_value *values = swage_value_of(values_handle);
  int64_t count = keys->tensor.dims[0];
  if (values->tensor.dims[0] != count)
    swage_value_fail(exec, "a map has %" PRId64 " keys, but %" PRId64 " values",
                     count, values->tensor.dims[0]);
  bool rises = true;
  for (int64_t i = 1; i < count && rises; ++i)
    rises = compare_keys(&keys->tensor, i - 1, i) < 0;
  if (!rises) {
    int64_t *places = sort_places(exec, &keys->tensor, count);
    int64_t kept = 0;
    for (int64_t i = 0; i < count; ++i)
      if (i + 1 == count ||
          compare_keys(&keys->tensor, places[i], places[i + 1]) < 0)
        places[kept++] = places[i];
    values = pick(exec, &values->tensor, places, kept);
    keys = pick(exec, &keys->tensor, places, kept);
  }
  swage_items *parts =
      swage_value_memory(exec, sizeof(swage_items) + 2 * sizeof(swage_value *));
  parts->used = parts->capacity = 2;
  parts->at[0] = keys;
  parts->at[1] = values;
  swage_value *map = swage_value_memory(exec, sizeof(swage_value));
  *map = (swage_value){.tensor = {.dtype = SWAGE_MAP, .rank = 1, .dims = {2}},
                       .shared = parts};
  return swage_handle_of(map);
}

int64_t swage_rt_map_part(swage_exec *exec, int64_t map, int64_t part) {
  (void)exec;
  return swage_handle_of(swage_value_of(map)->shared->at[part]);
}
