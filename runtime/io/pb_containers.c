//===- pb_containers.c - reading ONNX's sequences and optionals -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// SequenceProto and OptionalProto do not say what they are, so the reader must
// know. What is read is put into one block at the end.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/message.h"
#include "core/pack.h"
#include "io/pb.h"

#include <stdlib.h>

/// Field numbers that SequenceProto and OptionalProto have in common.
enum { NAME = 1, ELEM_TYPE = 2, TENSOR = 3, SEQUENCE = 5, MAP = 6 };

static swage_status broken(char **error, const swage_value_info *info,
                           const char *what) {
  return swage_error(error, SWAGE_BAD_MODEL, "not a valid ONNX %s: %s",
                     swage_dtype_name(info->dtype), what);
}

void swage_pb_release(swage_tensor *value) {
  swage_tensor *parts = value->data;
  for (int64_t i = 0; i < value->dims[0] && swage_is_container(value->dtype);
       ++i)
    swage_pb_release(&parts[i]);
  swage_free(value->data);
}

/// Counts the elements of a container.
static swage_status count_parts(swage_wire message,
                                const swage_value_info *info, uint32_t wanted,
                                int64_t *count, char **error) {
  *count = 0;
  while (swage_wire_left(&message)) {
    swage_wire_field field;
    if (!swage_wire_next(&message, &field))
      return broken(error, info, "it is truncated or of another format");
    if (field.number == NAME || field.number == ELEM_TYPE)
      continue;
    if (field.number != wanted || field.type != SWAGE_WIRE_BYTES)
      return broken(error, info, "it holds something else than the model says");
    ++*count;
  }
  if (info->dtype == SWAGE_OPTIONAL && *count > 1)
    return broken(error, info, "it has two elements");
  return SWAGE_OK;
}

/// The field that the elements of a container are in.
static uint32_t field_of(const swage_value_info *element) {
  if (element->dtype == SWAGE_MAP)
    return MAP;
  return element->dtype == SWAGE_SEQUENCE ? SEQUENCE : TENSOR;
}

swage_status swage_pb_read_value(swage_wire message,
                                 const swage_value_info *info,
                                 swage_tensor *value, char **error) {
  if (info->dtype == SWAGE_MAP)
    return swage_pb_read_map(message, info, value, error);
  if (!swage_is_container(info->dtype))
    return swage_pb_parse(message.at, swage_wire_left(&message), value, NULL,
                          error);
  uint32_t wanted = field_of(info->element);
  int64_t count;
  swage_status status = count_parts(message, info, wanted, &count, error);
  if (status)
    return status;
  swage_tensor *parts = calloc((size_t)count + 1, sizeof(swage_tensor));
  *value = (swage_tensor){
      .data = parts, .dtype = info->dtype, .rank = 1, .dims = {count}};
  if (!parts)
    return swage_error(error, SWAGE_ERROR, "no memory for a container");
  swage_wire_field field;
  for (int64_t i = 0; swage_pb_next_field(&message, wanted, &field); ++i) {
    status = swage_pb_read_value(field.bytes, info->element, &parts[i], error);
    if (status) {
      value->dims[0] = i;
      swage_pb_release(value);
      return status;
    }
  }
  return SWAGE_OK;
}

swage_status swage_pb_parse_value(const void *bytes, size_t size,
                                  const swage_value_info *info,
                                  swage_tensor *value, char **error) {
  if (error)
    *error = NULL;
  swage_wire message = {bytes, (const unsigned char *)bytes + size};
  swage_tensor read = {0};
  swage_status status = swage_pb_read_value(message, info, &read, error);
  if (status)
    return status;
  if (!swage_is_container(info->dtype)) {
    *value = read;
    return SWAGE_OK;
  }
  if (!swage_pack(&read, value))
    status = swage_error(error, SWAGE_ERROR, "no memory for a container");
  swage_pb_release(&read);
  return status;
}
