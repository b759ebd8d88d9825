//===- value.c - memory and tensors of values -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include "core/dtype.h"
#include "core/memory.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Small pieces share blocks of this size.
#define CHUNK ((size_t)64 << 10)

void *swage_value_memory(swage_exec *exec, size_t bytes) {
  swage_run *run = swage_run_of(exec);
  if (bytes > INT64_MAX - SWAGE_ALIGNMENT)
    swage_value_fail(exec, "no memory for a value of %zu bytes", bytes);
  bytes = (bytes + SWAGE_ALIGNMENT - 1) / SWAGE_ALIGNMENT * SWAGE_ALIGNMENT;
  if (bytes > CHUNK / 4)
    return swage_rt_alloc(exec, (int64_t)bytes);
  if (bytes > run->chunk_left) {
    run->chunk = swage_rt_alloc(exec, CHUNK);
    run->chunk_left = CHUNK;
  }
  unsigned char *memory = run->chunk;
  run->chunk += bytes;
  run->chunk_left -= bytes;
  return memory;
}

void swage_value_fail(swage_exec *exec, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  swage_rt_fail(exec, text);
  abort(); // not reached
}

size_t swage_value_element_size(int32_t dtype) {
  return dtype == SWAGE_STRING ? sizeof(int64_t) : swage_dtype_size(dtype);
}

swage_value *swage_value_create(swage_exec *exec, int32_t dtype, int32_t rank,
                                const int64_t *dims) {
  char shape[SWAGE_SHAPE_TEXT];
  int64_t count;
  size_t size = swage_value_element_size(dtype);
  if (rank > SWAGE_MAX_RANK || !swage_count_elements(rank, dims, size, &count))
    swage_value_fail(exec, "no value can have shape %s",
                     swage_shape_text(shape, rank, dims, NULL));
  swage_value *value = swage_value_memory(exec, sizeof(swage_value));
  *value = (swage_value){.tensor = {.dtype = dtype, .rank = rank}};
  if (rank)
    memcpy(value->tensor.dims, dims, (size_t)rank * sizeof(int64_t));
  value->tensor.data = swage_value_memory(exec, (size_t)count * size);
  return value;
}

int64_t swage_rt_box(swage_exec *exec, int64_t dtype, int64_t rank,
                     const int64_t *dims, const void *data) {
  swage_value *value =
      swage_value_create(exec, (int32_t)dtype, (int32_t)rank, dims);
  size_t bytes = swage_value_element_size((int32_t)dtype);
  for (int64_t i = 0; i < rank; ++i)
    bytes *= (size_t)dims[i];
  if (bytes)
    memcpy(value->tensor.data, data, bytes);
  return swage_handle_of(value);
}

const swage_tensor *swage_rt_unbox(swage_exec *exec, int64_t handle,
                                   int64_t dtype, int64_t rank,
                                   const int64_t *dims) {
  const swage_value *value = swage_value_of(handle);
  const swage_tensor *tensor = &value->tensor;
  bool same = tensor->dtype == dtype && tensor->rank == rank;
  for (int64_t i = 0; i < rank && same; ++i)
    same = dims[i] < 0 || dims[i] == tensor->dims[i];
  if (same)
    return tensor;
  char expected[SWAGE_SHAPE_TEXT], actual[SWAGE_SHAPE_TEXT];
  swage_value_fail(
      exec,
      "a tensor in a container is %s %s, but the model needs it to be %s %s",
      swage_dtype_name(tensor->dtype),
      swage_shape_text(actual, tensor->rank, tensor->dims, NULL),
      swage_dtype_name((int32_t)dtype),
      swage_shape_text(expected, (int32_t)rank, dims, NULL));
}

int64_t swage_rt_optional_get(swage_exec *exec, int64_t value) {
  if (!value)
    swage_value_fail(exec, "the model takes the element of an optional that "
                           "has none");
  return value;
}
