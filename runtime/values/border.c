//===- border.c - values that a run takes and gives -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Inputs are used where the caller has them. An output becomes one block of
// memory, so that releasing its data releases all of it.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include "core/dtype.h"
#include "core/memory.h"
#include "core/pack.h"

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static int64_t take(swage_exec *exec, const swage_tensor *given) {
  const swage_tensor *parts = given->data;
  if (given->dtype == SWAGE_OPTIONAL)
    return given->dims[0] ? take(exec, &parts[0]) : 0;
  if (given->dtype == SWAGE_SEQUENCE) {
    int64_t sequence = swage_rt_sequence_empty(exec);
    for (int64_t i = 0; i < given->dims[0]; ++i)
      sequence =
          swage_rt_sequence_insert(exec, sequence, take(exec, &parts[i]), 0, 0);
    return sequence;
  }
  if (given->dtype == SWAGE_MAP)
    return swage_rt_map(exec, take(exec, &parts[0]), take(exec, &parts[1]));
  if (given->dtype == SWAGE_STRING) {
    swage_value *value =
        swage_value_create(exec, given->dtype, given->rank, given->dims);
    int64_t count = 0, *elements = value->tensor.data;
    swage_count_elements(given->rank, given->dims, 1, &count);
    const swage_string *strings = given->data;
    for (int64_t i = 0; i < count; ++i)
      elements[i] = (int64_t)(intptr_t)&strings[i];
    return swage_handle_of(value);
  }
  swage_value *value = swage_value_memory(exec, sizeof(swage_value));
  *value = (swage_value){.tensor = *given};
  return swage_handle_of(value);
}

int64_t swage_rt_input_value(swage_exec *exec, int64_t index) {
  return take(exec, &exec->inputs[index]);
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// A value as the caller sees it; what it consists of belongs to the run.
static swage_tensor show(swage_exec *exec, const swage_value *value,
                         const swage_value_info *info) {
  if (info->dtype == SWAGE_OPTIONAL) {
    swage_tensor shown = {
        .dtype = SWAGE_OPTIONAL, .rank = 1, .dims = {value != NULL}};
    if (value) {
      swage_tensor *part = swage_value_memory(exec, sizeof(swage_tensor));
      *part = show(exec, value, info->element);
      shown.data = part;
    }
    return shown;
  }
  swage_tensor shown = value->tensor;
  int64_t count = 0;
  swage_count_elements(shown.rank, shown.dims, 1, &count);
  if (swage_is_container(shown.dtype)) {
    swage_tensor *parts =
        swage_value_memory(exec, (size_t)count * sizeof(swage_tensor));
    for (int64_t i = 0; i < count; ++i)
      parts[i] = show(exec, value->shared->at[i], swage_part_of(info, i));
    shown.data = parts;
  } else if (shown.dtype == SWAGE_STRING) {
    const int64_t *elements = shown.data;
    swage_string *strings =
        swage_value_memory(exec, (size_t)count * sizeof(swage_string));
    for (int64_t i = 0; i < count; ++i)
      strings[i] = swage_string_of(elements[i]);
    shown.data = strings;
  }
  return shown;
}

void swage_rt_output_value(swage_exec *exec, int64_t index, int64_t handle) {
  swage_run *run = swage_run_of(exec);
  const swage_value_info *info = &run->model->outputs[index];
  swage_tensor shown = show(exec, swage_value_of(handle), info);
  if (!swage_pack(&shown, &exec->outputs[index]))
    swage_value_fail(exec, "no memory for output '%s'", info->name);
  run->workspace->allocated_outputs[index] = true;
}
