//===- random_inputs.c - inputs of random values --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/memory.h"
#include "core/message.h"
#include "core/pack.h"
#include "swage/program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// What the sizes of dynamic dimensions come from.
typedef struct known_dims {
  const swage_model *model;
  const swage_dim_value *values;
  int32_t num_values;
  const swage_tensor *inputs;
} known_dims;

static bool is_named(const swage_value_info *info, int32_t dim,
                     const char *name) {
  if (info->dims[dim] >= 0)
    return false;
  if (info->dim_names && info->dim_names[dim])
    return strcmp(info->dim_names[dim], name) == 0;
  size_t length = strlen(info->name);
  char *end;
  return strncmp(info->name, name, length) == 0 && name[length] == '.' &&
         name[length + 1] && strtol(name + length + 1, &end, 10) == dim &&
         *end == 0;
}

/// The size that an input with data gives to the symbol `name`; -1 if none.
static int64_t size_in_inputs(const known_dims *known, const char *name) {
  for (uint32_t i = 0; i < known->model->num_inputs; ++i) {
    const swage_value_info *info = &known->model->inputs[i];
    if (!known->inputs[i].data || known->inputs[i].rank != info->rank)
      continue;
    for (int32_t dim = 0; dim < info->rank; ++dim)
      if (is_named(info, dim, name))
        return known->inputs[i].dims[dim];
  }
  return -1;
}

/// The size of a dynamic dimension; -1 if nothing says it.
static int64_t find_size(const known_dims *known, const swage_value_info *info,
                         int32_t dim) {
  for (int32_t i = 0; i < known->num_values; ++i)
    if (is_named(info, dim, known->values[i].name))
      return known->values[i].value;
  if (info->dim_names && info->dim_names[dim])
    return size_in_inputs(known, info->dim_names[dim]);
  return -1;
}

/// Adds a dimension that nothing gives a size to the note. One that an earlier
/// input shares has got its size from there and does not come here again.
static void note_default(const swage_value_info *info, int32_t dim,
                         int64_t size, char **note) {
  const char *symbol = info->dim_names ? info->dim_names[dim] : NULL;
  // What a container holds has no name to be given a size by.
  if (!symbol && !*info->name)
    return;
  for (int32_t before = 0; before < dim && symbol; ++before)
    if (is_named(info, before, symbol))
      return;
  char *name = symbol ? swage_format("%s", symbol)
                      : swage_format("%s.%d", info->name, dim);
  char *which = size == 1
                    ? swage_format("%s", name ? name : "")
                    : swage_format("%s (%" PRId64 ")", name ? name : "", size);
  char *longer =
      *note ? swage_format("%s, %s", *note, which ? which : "")
            : swage_format("dimensions taken as 1 (--dim NAME=SIZE sets them): "
                           "%s",
                           which ? which : "");
  free(which);
  free(name);
  free(*note);
  *note = longer;
}

/// Each name must be one of the model's: a misspelt one would have no effect.
static swage_status check_names(const known_dims *known, char **error) {
  for (int32_t i = 0; i < known->num_values; ++i) {
    const char *name = known->values[i].name;
    bool found = false;
    for (uint32_t j = 0; j < known->model->num_inputs && !found; ++j)
      for (int32_t dim = 0; dim < known->model->inputs[j].rank; ++dim)
        found |= is_named(&known->model->inputs[j], dim, name);
    if (!found)
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "model '%s' has no dynamic dimension '%s'",
                         known->model->name, name);
    if (known->values[i].value < 0)
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "dimension '%s' cannot be %" PRId64, name,
                         known->values[i].value);
  }
  return SWAGE_OK;
}

static swage_status make_input(const known_dims *known,
                               const swage_value_info *info, uint64_t *state,
                               swage_tensor *input, char **note, char **error);

/// A container with one element, or a map with one entry.
static swage_status make_container(const known_dims *known,
                                   const swage_value_info *info,
                                   uint64_t *state, swage_tensor *input,
                                   char **note, char **error) {
  swage_tensor parts[2] = {{0}},
               whole = {
                   .data = parts, .dtype = info->dtype, .rank = 1, .dims = {1}};
  if (info->dtype == SWAGE_MAP)
    whole.dims[0] = 2;
  swage_status status = SWAGE_OK;
  for (int64_t i = 0; i < whole.dims[0] && !status; ++i)
    status = make_input(known, swage_part_of(info, i), state, &parts[i], note,
                        error);
  if (!status && !swage_pack(&whole, input))
    status =
        swage_error(error, SWAGE_ERROR, "no memory for input '%s'", info->name);
  swage_free(parts[0].data);
  swage_free(parts[1].data);
  return status;
}

static swage_status make_input(const known_dims *known,
                               const swage_value_info *info, uint64_t *state,
                               swage_tensor *input, char **note, char **error) {
  if (swage_is_container(info->dtype))
    return make_container(known, info, state, input, note, error);
  input->dtype = info->dtype;
  input->rank = info->rank < 0 ? 0 : info->rank;
  for (int32_t dim = 0; dim < input->rank; ++dim) {
    int64_t size = info->dims[dim];
    if (size < 0)
      size = find_size(known, info, dim);
    if (size < 0) {
      size = info->dim_ranges ? info->dim_ranges[2 * dim] : 0;
      if (size < 1)
        size = 1;
      if (note)
        note_default(info, dim, size, note);
    }
    input->dims[dim] = size;
  }
  size_t size = swage_element_size(info->dtype);
  int64_t count;
  if (swage_count_elements(input->rank, input->dims, size, &count))
    input->data = swage_allocate((size_t)count * size);
  if (input->data) {
    swage_tensor_fill_random(input, state);
    return SWAGE_OK;
  }
  char shape[SWAGE_SHAPE_TEXT];
  return swage_error(error, SWAGE_ERROR, "no memory for input '%s' of shape %s",
                     info->name,
                     swage_shape_text(shape, input->rank, input->dims, NULL));
}

swage_status swage_inputs_randomize(const swage_model *model,
                                    const swage_dim_value *dims,
                                    int32_t num_dims, uint64_t seed,
                                    swage_tensor *inputs, char **note,
                                    char **error) {
  if (error)
    *error = NULL;
  if (note)
    *note = NULL;
  known_dims known = {model, dims, num_dims, inputs};
  swage_status status = check_names(&known, error);
  uint64_t state = seed;
  for (uint32_t i = 0; i < model->num_inputs && !status; ++i) {
    if (inputs[i].data)
      continue;
    status =
        make_input(&known, &model->inputs[i], &state, &inputs[i], note, error);
  }
  if (status && note) {
    swage_free(*note);
    *note = NULL;
  }
  return status;
}
