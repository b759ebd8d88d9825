//===- examples.c - the data of an executable that trains -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "trainable/examples.h"

#include "core/memory.h"
#include "core/message.h"
#include "swage/program.h"
#include "training/trainee.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// Whether the array has examples of the kind that a batch holds.
static swage_status check(const swage_value_info *info,
                          const swage_tensor *array, char **error) {
  bool fits = array->dtype == info->dtype && array->rank == info->rank &&
              array->rank > 0;
  for (int32_t i = 1; i < array->rank && fits; ++i)
    fits = array->dims[i] == info->dims[i];
  if (fits)
    return SWAGE_OK;
  char own[SWAGE_SHAPE_TEXT], given[SWAGE_SHAPE_TEXT];
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "the examples of '%s' are %s %s, but a batch is %s %s",
                     info->name, swage_dtype_name(array->dtype),
                     swage_shape_text(given, array->rank, array->dims, NULL),
                     swage_dtype_name(info->dtype),
                     swage_shape_text(own, info->rank, info->dims, NULL));
}

/// Counts the examples, and makes room for a batch.
static swage_status prepare(const swage_training *training,
                            swage_examples *examples, char **error) {
  for (uint32_t i = 0; i < examples->num_arrays; ++i) {
    const swage_value_info *info = &training->inputs[i];
    const swage_tensor *array = &examples->arrays[i];
    swage_status status = check(info, array, error);
    if (status)
      return status;
    int64_t first = examples->arrays[0].dims[0];
    if (array->dims[0] != first || info->dims[0] != training->inputs[0].dims[0])
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "'%s' has %" PRId64 " examples, and '%s' %" PRId64,
                         info->name, array->dims[0], training->inputs[0].name,
                         first);
    examples->batch[i] = swage_describe(info, NULL);
    examples->batch[i].data =
        swage_allocate(swage_tensor_bytes(&examples->batch[i]));
    if (!examples->batch[i].data)
      return swage_error(error, SWAGE_ERROR, "no memory for a batch");
  }
  int64_t count = examples->arrays[0].dims[0];
  examples->batch_size = (uint32_t)training->inputs[0].dims[0];
  if (count < 1 || count > UINT32_MAX)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "%" PRId64 " examples are too %s", count,
                       count < 1 ? "few" : "many");
  examples->count = (uint32_t)count;
  return SWAGE_OK;
}

swage_status swage_examples_load(const swage_training *training,
                                 uint32_t num_arrays, const char *option,
                                 const char *const *bindings,
                                 int32_t num_bindings, swage_examples *examples,
                                 char **error) {
  *examples = (swage_examples){.num_arrays = num_arrays};
  examples->arrays = calloc((size_t)num_arrays + 1, sizeof(swage_tensor));
  examples->batch = calloc((size_t)num_arrays + 1, sizeof(swage_tensor));
  if (!examples->arrays || !examples->batch)
    return swage_error(error, SWAGE_ERROR, "no memory");
  swage_model names = {.name = training->name,
                       .num_inputs = num_arrays,
                       .inputs = training->inputs};
  swage_status status = swage_inputs_load(&names, bindings, num_bindings,
                                          examples->arrays, error);
  for (uint32_t i = 0; i < num_arrays && !status; ++i)
    if (!examples->arrays[i].data)
      status = swage_error(error, SWAGE_BAD_ARGUMENT,
                           "no examples for '%s'; give them with "
                           "%s %s=FILE",
                           training->inputs[i].name, option,
                           training->inputs[i].name);
  return status ? status : prepare(training, examples, error);
}

void swage_examples_release(swage_examples *examples) {
  if (examples->arrays)
    swage_tensors_release(examples->arrays, examples->num_arrays);
  if (examples->batch)
    swage_tensors_release(examples->batch, examples->num_arrays);
  free(examples->arrays);
  free(examples->batch);
}

void swage_examples_gather(swage_examples *examples, const uint32_t *numbers,
                           uint32_t count) {
  for (uint32_t i = 0; i < examples->num_arrays; ++i) {
    size_t size = swage_tensor_bytes(&examples->arrays[i]) / examples->count;
    for (uint32_t row = 0; row < examples->batch_size; ++row)
      memcpy((char *)examples->batch[i].data + row * size,
             (const char *)examples->arrays[i].data +
                 numbers[row < count ? row : 0] * size,
             size);
  }
}
