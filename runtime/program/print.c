//===- print.c - models and tensors for people to read --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/message.h"
#include "swage/program.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define VALUES_TO_PRINT 8
#define ROWS_TO_PRINT 4
#define CLASSES_TO_PRINT 5
/// A matrix with at least as many columns is taken for scores of classes.
#define FEWEST_CLASSES 10

static bool is_float(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F16:
  case SWAGE_F32:
  case SWAGE_F64:
  case SWAGE_BF16:
    return true;
  default:
    return false;
  }
}

static void print_value(FILE *stream, const swage_tensor *tensor,
                        int64_t index) {
  const void *data = tensor->data;
  switch (tensor->dtype) {
  case SWAGE_STRING: {
    const swage_string *string = (const swage_string *)data + index;
    fprintf(stream, "\"%.*s\"", (int)(string->size > 60 ? 60 : string->size),
            string->data ? string->data : "");
    return;
  }
  case SWAGE_BOOL:
    fputs(((const uint8_t *)data)[index] ? "true" : "false", stream);
    return;
  case SWAGE_I64: // beyond what a double can hold
    fprintf(stream, "%" PRId64, ((const int64_t *)data)[index]);
    return;
  case SWAGE_U64:
    fprintf(stream, "%" PRIu64, ((const uint64_t *)data)[index]);
    return;
  case SWAGE_C64:
    fprintf(stream, "%.6g%+.6gi", (double)((const float *)data)[2 * index],
            (double)((const float *)data)[2 * index + 1]);
    return;
  case SWAGE_C128:
    fprintf(stream, "%.6g%+.6gi", ((const double *)data)[2 * index],
            ((const double *)data)[2 * index + 1]);
    return;
  case SWAGE_I32:
  case SWAGE_U32:
    fprintf(stream, "%.0f", swage_tensor_element(tensor, index));
    return;
  default:
    fprintf(stream, "%.6g", swage_tensor_element(tensor, index));
  }
}

/// Is the score of column `a` before that of `b`? NaNs come last.
static bool is_better(const swage_tensor *scores, int64_t a, int64_t b) {
  double left = swage_tensor_element(scores, a);
  double right = swage_tensor_element(scores, b);
  return left > right || (right != right && left == left);
}

static void print_best(FILE *stream, const swage_tensor *scores, int64_t row) {
  int64_t best[CLASSES_TO_PRINT], columns = scores->dims[1];
  int found = 0;
  for (int64_t i = row * columns; i < (row + 1) * columns; ++i) {
    int place = found;
    while (place > 0 && is_better(scores, i, best[place - 1]))
      --place;
    if (place == CLASSES_TO_PRINT)
      continue;
    if (found < CLASSES_TO_PRINT)
      ++found;
    for (int j = found - 1; j > place; --j)
      best[j] = best[j - 1];
    best[place] = i;
  }
  fprintf(stream, "  best of row %" PRId64 ":", row);
  for (int i = 0; i < found; ++i)
    fprintf(stream, "%s %" PRId64 " (%.6g)", i ? "," : "",
            best[i] - row * columns, swage_tensor_element(scores, best[i]));
  fputc('\n', stream);
}

/// The first entries of a map.
static void print_map(FILE *stream, const char *name,
                      const swage_tensor *parts) {
  int64_t count = parts[0].dims[0];
  fprintf(stream, "%s  map from %s to %s of %" PRId64 "\n  ", name,
          swage_dtype_name(parts[0].dtype), swage_dtype_name(parts[1].dtype),
          count);
  for (int64_t i = 0; i < count && i < VALUES_TO_PRINT; ++i) {
    if (i)
      fputs(", ", stream);
    print_value(stream, &parts[0], i);
    fputs(": ", stream);
    print_value(stream, &parts[1], i);
  }
  fputs(count > VALUES_TO_PRINT ? ", ...\n" : "\n", stream);
}

/// What a container holds, each element under its place in the name.
static void print_container(FILE *stream, const char *name,
                            const swage_tensor *value) {
  const swage_tensor *parts = value->data;
  if (value->dtype == SWAGE_MAP) {
    print_map(stream, name, parts);
    return;
  }
  bool is_sequence = value->dtype == SWAGE_SEQUENCE;
  if (is_sequence)
    fprintf(stream, "%s  sequence of %" PRId64 "\n", name, value->dims[0]);
  else if (value->dims[0] == 0)
    fprintf(stream, "%s  optional without element\n", name);
  for (int64_t i = 0; i < value->dims[0] && i < VALUES_TO_PRINT; ++i) {
    char *inner = is_sequence ? swage_format("%s[%" PRId64 "]", name, i)
                              : swage_format("%s", name);
    swage_tensor_print(stream, inner ? inner : name, &parts[i]);
    swage_free(inner);
  }
}

void swage_tensor_print(FILE *stream, const char *name,
                        const swage_tensor *tensor) {
  if (swage_is_container(tensor->dtype)) {
    print_container(stream, name, tensor);
    return;
  }
  char shape[SWAGE_SHAPE_TEXT];
  int64_t count = swage_tensor_count(tensor);
  fprintf(stream, "%s  %s %s\n  ", name, swage_dtype_name(tensor->dtype),
          swage_shape_text(shape, tensor->rank, tensor->dims, NULL));
  for (int64_t i = 0; i < count && i < VALUES_TO_PRINT; ++i) {
    if (i)
      fputs(", ", stream);
    print_value(stream, tensor, i);
  }
  fputs(count > VALUES_TO_PRINT ? ", ...\n" : "\n", stream);
  if (tensor->rank != 2 || !is_float(tensor->dtype) ||
      tensor->dims[1] < FEWEST_CLASSES)
    return;
  for (int64_t row = 0; row < tensor->dims[0] && row < ROWS_TO_PRINT; ++row)
    print_best(stream, tensor, row);
}

/// "float32 [1, 3]", "sequence of float32 [?]".
static void print_type(FILE *stream, const swage_value_info *info) {
  char shape[SWAGE_SHAPE_TEXT];
  for (; info->element && info->dtype != SWAGE_MAP; info = info->element)
    fprintf(stream, "%s of ", swage_dtype_name(info->dtype));
  if (info->dtype == SWAGE_MAP) {
    fprintf(stream, "map from %s to %s",
            swage_dtype_name(info->element[0].dtype),
            swage_dtype_name(info->element[1].dtype));
    return;
  }
  fprintf(stream, "%s %s", swage_dtype_name(info->dtype),
          info->rank < 0 ? "of any shape"
                         : swage_shape_text(shape, info->rank, info->dims,
                                            info->dim_names));
}

static void print_values(FILE *stream, const char *title,
                         const swage_value_info *infos, uint32_t count) {
  int width = 0;
  for (uint32_t i = 0; i < count; ++i)
    if ((int)strlen(infos[i].name) > width)
      width = (int)strlen(infos[i].name);
  fprintf(stream, "%s:\n", title);
  for (uint32_t i = 0; i < count; ++i) {
    fprintf(stream, "  %-*s  ", width, infos[i].name);
    print_type(stream, &infos[i]);
    fputc('\n', stream);
  }
}

void swage_model_print(FILE *stream, const swage_model *model) {
  fprintf(stream, "%s, a neural network compiled by Swage\n\n", model->name);
  print_values(stream, "inputs", model->inputs, model->num_inputs);
  print_values(stream, "outputs", model->outputs, model->num_outputs);
}
