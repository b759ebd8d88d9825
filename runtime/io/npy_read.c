//===- npy_read.c - reading .npy files ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/memory.h"
#include "core/message.h"
#include "io/npy.h"

#include <string.h>

/// Reverses the bytes of each unit.
static void swap_bytes(unsigned char *data, int64_t units, size_t unit) {
  for (int64_t i = 0; i < units; ++i, data += unit)
    for (size_t low = 0, high = unit - 1; low < high; ++low, --high) {
      unsigned char byte = data[low];
      data[low] = data[high];
      data[high] = byte;
    }
}

/// Copies an array whose first dimension is contiguous into row-major order.
static void copy_transposed(unsigned char *to, const unsigned char *from,
                            const swage_npy_header *header) {
  int64_t index[SWAGE_MAX_RANK] = {0}, strides[SWAGE_MAX_RANK];
  int64_t stride = 1;
  for (int32_t i = 0; i < header->rank; ++i) {
    strides[i] = stride;
    stride *= header->dims[i];
  }
  int64_t source = 0;
  for (int64_t i = 0; i < header->count; ++i, to += header->size) {
    memcpy(to, from + (size_t)source * header->size, header->size);
    for (int32_t dim = header->rank - 1; dim >= 0; --dim) {
      source += strides[dim];
      if (++index[dim] < header->dims[dim])
        break;
      source -= strides[dim] * header->dims[dim];
      index[dim] = 0;
    }
  }
}

swage_status swage_npy_parse(const void *bytes, size_t size,
                             swage_tensor *tensor, char **error) {
  if (error)
    *error = NULL;
  swage_npy_header header;
  swage_status status = swage_npy_parse_header(bytes, size, &header, error);
  if (status)
    return status;

  size_t data_size = (size_t)header.count * header.size;
  const unsigned char *from = (const unsigned char *)bytes + header.data_begin;
  unsigned char *data = swage_allocate(data_size);
  if (!data)
    return swage_error(error, SWAGE_ERROR, "no memory for %zu bytes",
                       data_size);
  if (header.fortran && header.count)
    copy_transposed(data, from, &header);
  else
    memcpy(data, from, data_size);
  if (header.swapped && header.unit > 1)
    swap_bytes(data, (int64_t)(data_size / header.unit), header.unit);

  *tensor =
      (swage_tensor){.data = data, .dtype = header.dtype, .rank = header.rank};
  memcpy(tensor->dims, header.dims, sizeof(header.dims));
  if (header.dtype != SWAGE_STRING)
    return SWAGE_OK;
  status = swage_npy_read_strings(data, header.kind, header.size, header.count,
                                  &tensor->data, error);
  swage_free(data);
  if (status)
    tensor->data = NULL;
  return status;
}
