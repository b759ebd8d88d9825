//===- npy_write.c - writing .npy files -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "io/element.h"
#include "io/file.h"
#include "io/npy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// The header's length is a multiple of this, so that mapped data are aligned.
#define HEADER_ALIGNMENT 64
/// Enough for sixteen dimensions of any size.
#define HEADER_TEXT 512

/// NumPy's letter for a type; 0 if it has none.
static char kind_of(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F16:
  case SWAGE_F32:
  case SWAGE_F64:
    return 'f';
  case SWAGE_I8:
  case SWAGE_I16:
  case SWAGE_I32:
  case SWAGE_I64:
    return 'i';
  case SWAGE_U8:
  case SWAGE_U16:
  case SWAGE_U32:
  case SWAGE_U64:
    return 'u';
  case SWAGE_BOOL:
    return 'b';
  case SWAGE_C64:
  case SWAGE_C128:
    return 'c';
  default:
    return 0;
  }
}

static void write_header(FILE *stream, char kind, size_t size,
                         const swage_tensor *tensor) {
  size_t number = kind == 'U' ? size / 4 : size;
  bool ordered = kind == 'U' || (kind != 'S' && size > 1);
  char text[HEADER_TEXT];
  int used = snprintf(text, sizeof(text),
                      "{'descr': '%c%c%zu', 'fortran_order': False, "
                      "'shape': (",
                      ordered ? '<' : '|', kind, number);
  for (int32_t i = 0; i < tensor->rank; ++i)
    used += snprintf(text + used, sizeof(text) - (size_t)used, "%" PRId64 ", ",
                     tensor->dims[i]);
  used += snprintf(text + used, sizeof(text) - (size_t)used, "), }");

  size_t begin = SWAGE_NPY_MAGIC_SIZE + 4;
  size_t end = begin + (size_t)used + 1; // with the line's end
  end = (end + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
  size_t length = end - begin;
  fwrite(SWAGE_NPY_MAGIC, 1, SWAGE_NPY_MAGIC_SIZE, stream);
  unsigned char fields[4] = {1, 0, length & 255, (unsigned char)(length >> 8)};
  fwrite(fields, 1, sizeof(fields), stream);
  fprintf(stream, "%-*s\n", (int)length - 1, text);
}

swage_status swage_npy_save(const char *path, const swage_tensor *tensor,
                            char **error) {
  if (error)
    *error = NULL;
  int64_t count = swage_tensor_count(tensor);
  int32_t carrier = swage_npy_carrier(tensor->dtype);
  char kind = kind_of(carrier);
  size_t size = swage_dtype_size(carrier);
  if (tensor->dtype == SWAGE_STRING)
    swage_npy_plan_strings(tensor->data, count, &kind, &size);
  if (!kind || tensor->rank < 0 || tensor->rank > SWAGE_MAX_RANK)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "cannot write '%s': no tensor of a known type", path);
  swage_new_file file;
  swage_status status = swage_file_begin(path, &file, error);
  if (status)
    return status;
  write_header(file.stream, kind, size, tensor);
  if (tensor->dtype == SWAGE_STRING)
    swage_npy_write_strings(tensor->data, count, kind, size, file.stream);
  else if (count)
    fwrite(tensor->data, size, (size_t)count, file.stream);
  return swage_file_commit(&file, error);
}
