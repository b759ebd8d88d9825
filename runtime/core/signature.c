//===- signature.c - do tensors fit the model's inputs and outputs? -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/memory.h"
#include "core/session.h"

#include <inttypes.h>
#include <stdio.h>

static const char *expected_shape(const swage_value_info *info, char *text) {
  if (info->rank < 0)
    return "of any shape";
  return swage_shape_text(text, info->rank, info->dims, info->dim_names);
}

/// Whether rank and dims are those of the signature where that knows them.
static bool fits(const swage_value_info *info, const swage_tensor *given) {
  bool same = info->rank < 0 || given->rank == info->rank;
  for (int32_t i = 0; i < given->rank && same; ++i)
    same = info->rank < 0 || info->dims[i] < 0
               ? given->dims[i] >= 0
               : given->dims[i] == info->dims[i];
  // An optional has one element or none.
  return same && (info->dtype != SWAGE_OPTIONAL || given->dims[0] <= 1);
}

/// Checks dtype, rank and static dimensions; `what` is "input" or "output", or
/// says which part of it.
static swage_status check_tensor(const char *what, const char *name,
                                 const swage_value_info *info,
                                 const swage_tensor *given, char **error) {
  char expected[SWAGE_SHAPE_TEXT], actual[SWAGE_SHAPE_TEXT];
  if (given->rank < 0 || given->rank > SWAGE_MAX_RANK)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "%s '%s' has rank %d; expected %s %s", what, name,
                       given->rank, swage_dtype_name(info->dtype),
                       expected_shape(info, expected));
  if (given->dtype != info->dtype || !fits(info, given))
    return swage_error(
        error, SWAGE_BAD_ARGUMENT, "%s '%s' is %s %s; expected %s %s", what,
        name, swage_dtype_name(given->dtype),
        swage_shape_text(actual, given->rank, given->dims, NULL),
        swage_dtype_name(info->dtype), expected_shape(info, expected));
  int64_t count;
  if (!swage_count_elements(given->rank, given->dims,
                            swage_element_size(info->dtype), &count))
    return swage_error(
        error, SWAGE_BAD_ARGUMENT,
        "%s '%s' of shape %s is larger than memory can be", what, name,
        swage_shape_text(actual, given->rank, given->dims, NULL));
  if (!given->data && count)
    return swage_error(error, SWAGE_BAD_ARGUMENT, "%s '%s' has no data", what,
                       name);
  const swage_tensor *parts = given->data;
  for (int64_t i = 0; i < count && swage_is_container(info->dtype); ++i) {
    char part[96];
    snprintf(part, sizeof part, "tensor %" PRId64 " of %.64s", i, what);
    swage_status status =
        check_tensor(part, name, swage_part_of(info, i), &parts[i], error);
    if (status)
      return status;
  }
  if (info->dtype == SWAGE_MAP && parts[0].dims[0] != parts[1].dims[0])
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "%s '%s' is a map of %" PRId64 " keys and %" PRId64
                       " values",
                       what, name, parts[0].dims[0], parts[1].dims[0]);
  return SWAGE_OK;
}

/// The dimension of a tensor that is outside of what its signature allows; -1
/// if there is none.
static int32_t find_outside(const swage_value_info *info,
                            const swage_tensor *given) {
  for (int32_t dim = 0; info->dim_ranges && dim < given->rank; ++dim) {
    int64_t size = given->dims[dim], high = info->dim_ranges[2 * dim + 1];
    if (size < info->dim_ranges[2 * dim] || (high >= 0 && size > high))
      return dim;
  }
  return -1;
}

static swage_status check_ranges(const swage_value_info *info,
                                 const swage_tensor *given, char **error) {
  int32_t dim = find_outside(info, given);
  if (dim < 0)
    return SWAGE_OK;
  const char *name = info->dim_names ? info->dim_names[dim] : NULL;
  const int64_t *range = info->dim_ranges + 2 * dim;
  char text[SWAGE_SHAPE_TEXT], limit[32] = "";
  if (range[1] >= 0)
    snprintf(limit, sizeof limit, " to %" PRId64, range[1]);
  return swage_error(
      error, SWAGE_BAD_ARGUMENT,
      "dimension %d of input '%s'%s%s%s is %" PRId64
      " in %s; the model was compiled for sizes from %" PRId64 "%s",
      dim, info->name, name ? ", the model's '" : "", name ? name : "",
      name ? "'," : "", given->dims[dim],
      swage_shape_text(text, given->rank, given->dims, NULL), range[0], limit);
}

/// Two inputs give one symbolic dimension different sizes: says which.
static swage_status report_conflict(const swage_session *session,
                                    const swage_tensor *inputs, int32_t symbol,
                                    uint32_t input, int32_t dim, int64_t bound,
                                    char **error) {
  const swage_value_info *infos = session->model->inputs;
  const int32_t *symbols = session->input_symbols;
  uint32_t first = 0;
  int32_t first_dim = 0;
  for (bool found = false; first <= input; ++first) {
    for (first_dim = 0; first_dim < infos[first].rank && !found; ++first_dim)
      found = *symbols++ == symbol;
    if (found)
      break;
  }
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "dimension %d of input '%s' is %" PRId64
                     ", but dimension %d of input '%s' is %" PRId64
                     "; both are the model's '%s'",
                     dim, infos[input].name, inputs[input].dims[dim],
                     first_dim - 1, infos[first].name, bound,
                     infos[input].dim_names[dim]);
}

swage_status swage_check_inputs(const swage_session *session,
                                const swage_tensor *inputs, int64_t *symbols,
                                char **error) {
  const swage_model *model = session->model;
  for (int32_t i = 0; i < session->num_symbols; ++i)
    symbols[i] = -1;
  const int32_t *symbol = session->input_symbols;
  for (uint32_t i = 0; i < model->num_inputs; ++i) {
    swage_status status = check_tensor("input", model->inputs[i].name,
                                       &model->inputs[i], &inputs[i], error);
    if (!status)
      status = check_ranges(&model->inputs[i], &inputs[i], error);
    if (status)
      return status;
    for (int32_t dim = 0; dim < inputs[i].rank; ++dim, ++symbol) {
      if (*symbol < 0)
        continue;
      int64_t *bound = &symbols[*symbol];
      if (*bound < 0)
        *bound = inputs[i].dims[dim];
      else if (*bound != inputs[i].dims[dim])
        return report_conflict(session, inputs, *symbol, i, dim, *bound, error);
    }
  }
  return SWAGE_OK;
}

swage_status swage_check_outputs(const swage_session *session,
                                 const swage_tensor *outputs, char **error) {
  const swage_model *model = session->model;
  for (uint32_t i = 0; i < model->num_outputs; ++i) {
    if (!outputs[i].data)
      continue;
    const swage_value_info *info = &model->outputs[i];
    if (swage_has_parts(info->dtype))
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "a buffer is given for output '%s', which is %s: such "
                         "outputs are always allocated",
                         info->name,
                         info->dtype == SWAGE_STRING     ? "a tensor of strings"
                         : info->dtype == SWAGE_SEQUENCE ? "a sequence"
                         : info->dtype == SWAGE_MAP      ? "a map"
                                                         : "an optional");
    swage_status status =
        check_tensor("output", info->name, info, &outputs[i], error);
    if (status)
      return status;
  }
  return SWAGE_OK;
}
