//===- pb_describe.c - what a TensorProto holds --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "io/pb.h"

/// Field numbers of TensorProto.
enum {
  DIMS = 1,
  DATA_TYPE = 2,
  SEGMENT = 3,
  FLOAT_DATA = 4,
  INT32_DATA = SWAGE_PB_INT32_DATA,
  STRING_DATA = SWAGE_PB_STRING_DATA,
  INT64_DATA = 7,
  NAME = 8,
  RAW_DATA = 9,
  DOUBLE_DATA = 10,
  UINT64_DATA = 11,
  EXTERNAL_DATA = 13,
  DATA_LOCATION = 14
};

static swage_status broken(char **error, const char *what) {
  return swage_error(error, SWAGE_BAD_MODEL, "not a valid ONNX tensor: %s",
                     what);
}

/// The wire type of the numbers in a field; SWAGE_WIRE_BYTES for other fields.
static enum swage_wire_type number_type(uint32_t field) {
  switch (field) {
  case FLOAT_DATA:
    return SWAGE_WIRE_32;
  case DOUBLE_DATA:
    return SWAGE_WIRE_64;
  case DIMS:
  case INT32_DATA:
  case INT64_DATA:
  case UINT64_DATA:
    return SWAGE_WIRE_VARINT;
  default:
    return SWAGE_WIRE_BYTES;
  }
}

bool swage_pb_next_number(swage_wire_field *field, uint64_t *value,
                          bool *found) {
  enum swage_wire_type type = number_type(field->number);
  *found = true;
  if (field->type == type) {
    *value = field->value;
    // A field of one number is exhausted after that.
    field->type = SWAGE_WIRE_BYTES;
    return true;
  }
  if (field->type != SWAGE_WIRE_BYTES)
    return false;
  *found = swage_wire_left(&field->bytes) > 0;
  return !*found || swage_wire_number(&field->bytes, type, value);
}

uint32_t swage_pb_field_of(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F32:
  case SWAGE_C64:
    return FLOAT_DATA;
  case SWAGE_F64:
  case SWAGE_C128:
    return DOUBLE_DATA;
  case SWAGE_I64:
    return INT64_DATA;
  case SWAGE_U32:
  case SWAGE_U64:
    return UINT64_DATA;
  case SWAGE_STRING:
    return STRING_DATA;
  default:
    return swage_dtype_size(dtype) ? INT32_DATA : 0;
  }
}

int swage_pb_elements_a_byte(int32_t dtype) {
  switch (dtype) {
  case SWAGE_U4:
  case SWAGE_I4:
  case SWAGE_F4E2M1:
    return 2;
  case SWAGE_U2:
  case SWAGE_I2:
    return 4;
  default:
    return 1;
  }
}

static bool count_numbers(swage_wire_field field, int64_t *count) {
  uint64_t value;
  bool found;
  for (;;) {
    if (!swage_pb_next_number(&field, &value, &found))
      return false;
    if (!found)
      return true;
    ++*count;
  }
}

static swage_status read_dims(swage_wire_field field, swage_pb_contents *tensor,
                              char **error) {
  uint64_t value;
  bool found;
  for (;;) {
    if (!swage_pb_next_number(&field, &value, &found))
      return broken(error, "its dims are broken");
    if (!found)
      return SWAGE_OK;
    if (tensor->rank == SWAGE_MAX_RANK)
      return swage_error(error, SWAGE_UNSUPPORTED,
                         "tensors of more than %d dimensions are not supported",
                         SWAGE_MAX_RANK);
    if (value > INT64_MAX)
      return broken(error, "it has a negative dimension");
    tensor->dims[tensor->rank++] = (int64_t)value;
  }
}

/// Reads what describes the tensor, and where its raw data are.
static swage_status read_field(const swage_wire_field *field,
                               swage_pb_contents *tensor, char **error) {
  switch (field->number) {
  case DIMS:
    return read_dims(*field, tensor, error);
  case DATA_TYPE:
    if (field->type != SWAGE_WIRE_VARINT || field->value > INT32_MAX ||
        !swage_pb_field_of((int32_t)field->value))
      return broken(error, "it has no known data type");
    tensor->dtype = (int32_t)field->value;
    return SWAGE_OK;
  case NAME:
    tensor->name = field->bytes;
    return SWAGE_OK;
  case RAW_DATA:
    if (field->type != SWAGE_WIRE_BYTES)
      return broken(error, "its raw data are broken");
    tensor->raw = field->bytes;
    tensor->has_raw = swage_wire_left(&tensor->raw) > 0;
    return SWAGE_OK;
  case SEGMENT:
    return swage_error(error, SWAGE_UNSUPPORTED,
                       "sequences and tensors in segments are not supported");
  case DATA_LOCATION:
  case EXTERNAL_DATA:
    if (field->number == DATA_LOCATION && field->value == 0)
      return SWAGE_OK;
    return swage_error(error, SWAGE_UNSUPPORTED,
                       "a tensor file whose data are in another file is not "
                       "supported");
  default:
    return SWAGE_OK;
  }
}

/// The first walk, for all but the count of the numbers.
static swage_status read_description(swage_wire message,
                                     swage_pb_contents *tensor, char **error) {
  while (swage_wire_left(&message)) {
    swage_wire_field field;
    if (!swage_wire_next(&message, &field))
      return broken(error, "it is truncated or of another format");
    swage_status status = read_field(&field, tensor, error);
    if (status)
      return status;
  }
  if (!tensor->dtype)
    return broken(error, "it has no data type");
  return SWAGE_OK;
}

bool swage_pb_next_field(swage_wire *message, uint32_t number,
                         swage_wire_field *field) {
  while (swage_wire_left(message) && swage_wire_next(message, field))
    if (field->number == number)
      return true;
  return false;
}

/// The first walk's second half: how many elements the message holds.
static swage_status count_data(swage_wire message, swage_pb_contents *tensor,
                               char **error) {
  swage_wire_field field;
  while (
      swage_pb_next_field(&message, swage_pb_field_of(tensor->dtype), &field)) {
    if (tensor->dtype == SWAGE_STRING) {
      if (field.type != SWAGE_WIRE_BYTES)
        return broken(error, "its strings are broken");
      ++tensor->numbers;
      tensor->string_bytes += (int64_t)swage_wire_left(&field.bytes);
    } else if (!count_numbers(field, &tensor->numbers)) {
      return broken(error, "its data are broken");
    }
  }
  return SWAGE_OK;
}

swage_status swage_pb_describe(swage_wire message, swage_pb_contents *tensor,
                               char **error) {
  swage_status status = read_description(message, tensor, error);
  return status ? status : count_data(message, tensor, error);
}
