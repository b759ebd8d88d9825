//===- pb_maps.c - reading ONNX's maps ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A MapProto lists keys, and a SequenceProto with a tensor of one element for
// each of them. Here both are vectors.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/message.h"
#include "core/pack.h"
#include "io/pb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// Field numbers of MapProto.
enum { INTEGER_KEYS = 3, STRING_KEYS = 4, VALUES = 5 };

static swage_status broken(char **error, const char *what) {
  return swage_error(error, SWAGE_BAD_MODEL, "not a valid ONNX map: %s", what);
}

/// The next key of a field: of those packed in its bytes, or the only one.
static bool next_integer(swage_wire_field *field, uint64_t *key) {
  if (field->type == SWAGE_WIRE_BYTES)
    return swage_wire_left(&field->bytes) > 0 &&
           swage_wire_number(&field->bytes, SWAGE_WIRE_VARINT, key);
  *key = field->value;
  bool is_there = field->type == SWAGE_WIRE_VARINT;
  field->type = SWAGE_WIRE_BYTES;
  field->bytes = (swage_wire){0};
  return is_there;
}

/// Counts the keys, and stores them where there is room for them.
static int64_t walk_keys(swage_wire message, int32_t dtype, void *to) {
  int64_t count = 0;
  swage_wire_field field;
  uint32_t number = dtype == SWAGE_STRING ? STRING_KEYS : INTEGER_KEYS;
  while (swage_pb_next_field(&message, number, &field)) {
    if (dtype == SWAGE_STRING) {
      if (to)
        ((swage_string *)to)[count] =
            (swage_string){(const char *)field.bytes.at,
                           (int64_t)swage_wire_left(&field.bytes)};
      ++count;
      continue;
    }
    for (uint64_t key; next_integer(&field, &key); ++count)
      if (to)
        ((int64_t *)to)[count] = (int64_t)key;
  }
  return count;
}

/// Whether the message is sound and its keys are of the type `dtype`; finds the
/// values.
static swage_status check(swage_wire message, int32_t dtype, swage_wire *values,
                          char **error) {
  uint32_t other = dtype == SWAGE_STRING ? INTEGER_KEYS : STRING_KEYS;
  while (swage_wire_left(&message)) {
    swage_wire_field field;
    if (!swage_wire_next(&message, &field))
      return broken(error, "it is truncated or of another format");
    if (field.number == other)
      return broken(error, "its keys are of another type than the model says");
    bool has_bytes = field.type == SWAGE_WIRE_BYTES;
    if (!has_bytes && (field.number == STRING_KEYS || field.number == VALUES))
      return broken(error, "its keys or values are broken");
    if (field.number == VALUES)
      *values = field.bytes;
  }
  return SWAGE_OK;
}

/// The single elements of a sequence as a vector in one block.
static swage_status join(const swage_tensor *sequence, swage_tensor *values,
                         char **error) {
  const swage_tensor *parts = sequence->data;
  size_t size = swage_element_size(values->dtype);
  unsigned char *elements = calloc((size_t)values->dims[0] + 1, size);
  if (!elements)
    return swage_error(error, SWAGE_ERROR, "no memory for a map");
  swage_status status = SWAGE_OK;
  for (int64_t i = 0; i < values->dims[0] && !status; ++i) {
    if (parts[i].dtype != values->dtype || swage_tensor_count(&parts[i]) != 1)
      status = broken(error, "a value is not one element of the type that the "
                             "model says");
    else
      memcpy(elements + (size_t)i * size, parts[i].data, size);
  }
  swage_tensor whole = *values;
  whole.data = elements;
  if (!status && !swage_pack(&whole, values))
    status = swage_error(error, SWAGE_ERROR, "no memory for a map");
  free(elements);
  return status;
}

static swage_status read_values(swage_wire message,
                                const swage_value_info *known, int64_t count,
                                swage_tensor *values, char **error) {
  swage_value_info any = *known;
  any.rank = -1;
  swage_value_info list = {.dtype = SWAGE_SEQUENCE, .rank = 1, .element = &any};
  swage_tensor sequence;
  swage_status status = swage_pb_read_value(message, &list, &sequence, error);
  if (status)
    return status;
  *values = (swage_tensor){.dtype = known->dtype, .rank = 1, .dims = {count}};
  if (sequence.dims[0] != count)
    status = swage_error(error, SWAGE_BAD_MODEL,
                         "not a valid ONNX map: it has %" PRId64
                         " keys, but %" PRId64 " values",
                         count, sequence.dims[0]);
  else
    status = join(&sequence, values, error);
  swage_pb_release(&sequence);
  return status;
}

swage_status swage_pb_read_map(swage_wire message, const swage_value_info *info,
                               swage_tensor *map, char **error) {
  const swage_value_info *key = &info->element[0];
  swage_wire values = {0};
  swage_status status = check(message, key->dtype, &values, error);
  if (status)
    return status;
  int64_t count = walk_keys(message, key->dtype, NULL);
  swage_tensor *parts = calloc(2, sizeof(swage_tensor));
  void *keys = calloc((size_t)count + 1, swage_element_size(key->dtype));
  if (!parts || !keys) {
    free(parts);
    free(keys);
    return swage_error(error, SWAGE_ERROR, "no memory for a map");
  }
  walk_keys(message, key->dtype, keys);
  parts[0] = (swage_tensor){
      .data = keys, .dtype = key->dtype, .rank = 1, .dims = {count}};
  *map =
      (swage_tensor){.data = parts, .dtype = SWAGE_MAP, .rank = 1, .dims = {2}};
  status = read_values(values, &info->element[1], count, &parts[1], error);
  if (status) {
    parts[1] = (swage_tensor){0};
    swage_pb_release(map);
  }
  return status;
}
