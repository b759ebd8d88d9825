//===- pb_read.c - reading ONNX's TensorProto ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/memory.h"
#include "core/message.h"
#include "io/pb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// One element a byte, of elements packed with the first in the lowest bits.
static void unpack(unsigned char *to, const unsigned char *from, int64_t count,
                   int32_t dtype) {
  int a_byte = swage_pb_elements_a_byte(dtype), bits = 8 / a_byte;
  unsigned mask = (1u << bits) - 1, sign = 1u << (bits - 1);
  bool is_signed = dtype == SWAGE_I4 || dtype == SWAGE_I2;
  for (int64_t i = 0; i < count; ++i) {
    unsigned value = from[i / a_byte] >> (i % a_byte * bits) & mask;
    if (is_signed && value & sign)
      value |= ~mask;
    to[i] = (unsigned char)value;
  }
}

/// Stores numbers from the message as `units` values of `size` bytes each.
static void store_numbers(swage_wire message, uint32_t number, int64_t units,
                          size_t size, bool is_bool, unsigned char *to) {
  swage_wire_field field;
  int64_t stored = 0;
  while (swage_pb_next_field(&message, number, &field)) {
    uint64_t value;
    bool found = true;
    while (stored < units && swage_pb_next_number(&field, &value, &found) &&
           found) {
      if (is_bool)
        value = value != 0;
      memcpy(to + (size_t)stored++ * size, &value, size);
    }
  }
}

static void store_strings(swage_wire message, int64_t count,
                          swage_string *strings) {
  char *to = (char *)(strings + count);
  swage_wire_field field;
  while (swage_pb_next_field(&message, SWAGE_PB_STRING_DATA, &field)) {
    size_t length = swage_wire_left(&field.bytes);
    if (length)
      memcpy(to, field.bytes.at, length);
    *strings++ = (swage_string){to, (int64_t)length};
    to += length;
  }
}

/// Stores the elements of a tensor that holds as many as its dims say.
static swage_status store(swage_wire message, const swage_pb_contents *tensor,
                          int64_t count, void **data, char **error) {
  int32_t dtype = tensor->dtype;
  size_t size = swage_element_size(dtype);
  *data = swage_allocate((size_t)count * size + (size_t)tensor->string_bytes);
  if (!*data)
    return swage_error(error, SWAGE_ERROR, "no memory for a tensor");
  if (dtype == SWAGE_STRING) {
    store_strings(message, count, *data);
    return SWAGE_OK;
  }
  bool is_packed = swage_pb_elements_a_byte(dtype) > 1;
  if (tensor->has_raw) {
    if (is_packed)
      unpack(*data, tensor->raw.at, count, dtype);
    else
      memcpy(*data, tensor->raw.at, (size_t)count * size);
    for (int64_t i = 0; dtype == SWAGE_BOOL && i < count; ++i)
      ((unsigned char *)*data)[i] = ((unsigned char *)*data)[i] != 0;
    return SWAGE_OK;
  }
  bool is_complex = dtype == SWAGE_C64 || dtype == SWAGE_C128;
  if (!is_packed) {
    store_numbers(message, swage_pb_field_of(dtype), tensor->numbers,
                  is_complex ? size / 2 : size, dtype == SWAGE_BOOL, *data);
    return SWAGE_OK;
  }
  unsigned char *bytes = malloc((size_t)tensor->numbers + 1);
  if (!bytes) {
    swage_free(*data);
    *data = NULL;
    return swage_error(error, SWAGE_ERROR, "no memory for a tensor");
  }
  store_numbers(message, SWAGE_PB_INT32_DATA, tensor->numbers, 1, false, bytes);
  unpack(*data, bytes, count, dtype);
  free(bytes);
  return SWAGE_OK;
}

/// Checks that the tensor holds as many elements as its dims say.
static swage_status check_count(const swage_pb_contents *tensor, int64_t count,
                                char **error) {
  int32_t dtype = tensor->dtype;
  int a_byte = swage_pb_elements_a_byte(dtype);
  int64_t packed = count / a_byte + (count % a_byte != 0);
  char shape[SWAGE_SHAPE_TEXT];
  swage_shape_text(shape, tensor->rank, tensor->dims, NULL);
  if (tensor->has_raw) {
    uint64_t held = swage_wire_left(&tensor->raw);
    uint64_t needed = (uint64_t)packed * swage_dtype_size(dtype);
    if (dtype != SWAGE_STRING && held == needed)
      return SWAGE_OK;
    return swage_error(error, SWAGE_BAD_MODEL,
                       "not a valid ONNX tensor: %s %s cannot be "
                       "%" PRIu64 " bytes of raw data",
                       swage_dtype_name(dtype), shape, held);
  }
  bool is_complex = dtype == SWAGE_C64 || dtype == SWAGE_C128;
  int64_t needed = is_complex ? 2 * packed : packed;
  if (tensor->numbers == needed)
    return SWAGE_OK;
  return swage_error(error, SWAGE_BAD_MODEL,
                     "not a valid ONNX tensor: %s %s needs %" PRId64
                     " values, it holds %" PRId64,
                     swage_dtype_name(dtype), shape, needed, tensor->numbers);
}

swage_status swage_pb_parse(const void *bytes, size_t size,
                            swage_tensor *tensor, char **name, char **error) {
  if (error)
    *error = NULL;
  if (name)
    *name = NULL;
  swage_wire message = {bytes, (const unsigned char *)bytes + size};
  swage_pb_contents found = {0};
  int64_t count = 0;
  swage_status status = swage_pb_describe(message, &found, error);
  // Twice the size: complex numbers are counted by their parts.
  if (!status &&
      !swage_count_elements(found.rank, found.dims,
                            2 * swage_element_size(found.dtype), &count))
    status = swage_error(error, SWAGE_BAD_MODEL,
                         "not a valid ONNX tensor: its shape is larger than "
                         "memory can be");
  if (!status)
    status = check_count(&found, count, error);
  if (status)
    return status;

  *tensor = (swage_tensor){.dtype = found.dtype, .rank = found.rank};
  memcpy(tensor->dims, found.dims, sizeof(found.dims));
  status = store(message, &found, count, &tensor->data, error);
  size_t length = swage_wire_left(&found.name);
  if (!status && name)
    *name = swage_format("%.*s", length < INT32_MAX ? (int)length : INT32_MAX,
                         length ? (const char *)found.name.at : "");
  return status;
}
