//===- sequence.c - lists of tensors --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include <inttypes.h>
#include <string.h>

static swage_items *create_items(swage_exec *exec, int64_t capacity) {
  swage_items *items = swage_value_memory(
      exec, sizeof(swage_items) + (size_t)capacity * sizeof(swage_value *));
  items->used = 0;
  items->capacity = capacity;
  return items;
}

/// The sequence of the first `count` of the items.
static int64_t create_sequence(swage_exec *exec, swage_items *items,
                               int64_t count) {
  swage_value *value = swage_value_memory(exec, sizeof(swage_value));
  *value = (swage_value){
      .tensor = {.dtype = SWAGE_SEQUENCE, .rank = 1, .dims = {count}},
      .shared = items};
  return swage_handle_of(value);
}

static int64_t length_of(const swage_value *sequence) {
  return sequence->tensor.dims[0];
}

/// A position among `places` of a sequence.
static int64_t find_place(swage_exec *exec, const swage_value *sequence,
                          int64_t position, int64_t places) {
  int64_t count = length_of(sequence);
  int64_t place = position < 0 ? position + count : position;
  if (place < 0 || place >= places)
    swage_value_fail(exec,
                     "position %" PRId64 " is outside of a sequence of %" PRId64
                     " tensors",
                     position, count);
  return place;
}

int64_t swage_rt_sequence_empty(swage_exec *exec) {
  return create_sequence(exec, create_items(exec, 4), 0);
}

int64_t swage_rt_sequence_insert(swage_exec *exec, int64_t handle,
                                 int64_t tensor, int64_t position,
                                 int64_t has_position) {
  const swage_value *sequence = swage_value_of(handle);
  int64_t count = length_of(sequence);
  int64_t place =
      has_position ? find_place(exec, sequence, position, count + 1) : count;
  swage_items *items = sequence->shared;
  if (place == count && items->used == count && count < items->capacity) {
    items->at[items->used++] = swage_value_of(tensor);
    return create_sequence(exec, items, count + 1);
  }
  swage_items *longer = create_items(exec, 2 * (count + 2));
  memcpy(longer->at, items->at, (size_t)place * sizeof(items->at[0]));
  longer->at[place] = swage_value_of(tensor);
  memcpy(longer->at + place + 1, items->at + place,
         (size_t)(count - place) * sizeof(items->at[0]));
  longer->used = count + 1;
  return create_sequence(exec, longer, count + 1);
}

int64_t swage_rt_sequence_erase(swage_exec *exec, int64_t handle,
                                int64_t position, int64_t has_position) {
  const swage_value *sequence = swage_value_of(handle);
  int64_t count = length_of(sequence);
  int64_t place =
      find_place(exec, sequence, has_position ? position : -1, count);
  swage_items *items = sequence->shared;
  if (place + 1 == count)
    return create_sequence(exec, items, place);
  swage_items *shorter = create_items(exec, count);
  memcpy(shorter->at, items->at, (size_t)place * sizeof(items->at[0]));
  memcpy(shorter->at + place, items->at + place + 1,
         (size_t)(count - place - 1) * sizeof(items->at[0]));
  shorter->used = count - 1;
  return create_sequence(exec, shorter, count - 1);
}

int64_t swage_rt_sequence_at(swage_exec *exec, int64_t handle,
                             int64_t position) {
  const swage_value *sequence = swage_value_of(handle);
  int64_t place = find_place(exec, sequence, position, length_of(sequence));
  return swage_handle_of(sequence->shared->at[place]);
}

int64_t swage_rt_sequence_length(swage_exec *exec, int64_t handle) {
  (void)exec;
  return length_of(swage_value_of(handle));
}
