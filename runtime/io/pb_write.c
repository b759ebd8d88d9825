//===- pb_write.c - writing ONNX's tensors and containers -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/message.h"
#include "io/file.h"
#include "io/pb.h"

#include <stdlib.h>
#include <string.h>

/// Field numbers of TensorProto, of SequenceProto and OptionalProto, and of
/// MapProto.
enum { DIMS = 1, DATA_TYPE = 2, RAW_DATA = 9 };
enum { ELEM_TYPE = 2, TENSOR = 3, SEQUENCE = 5, MAP = 6 };
enum { KEY_TYPE = 2, INTEGER_KEYS = 3, STRING_KEYS = 4, VALUES = 5 };
/// What ELEM_TYPE says of the elements.
enum { IS_TENSOR = 1, IS_SEQUENCE = 3, IS_MAP = 4 };

/// Bytes that grow. Without memory nothing more is added.
typedef struct message {
  unsigned char *bytes;
  size_t size;
  size_t capacity;
  bool failed;
} message;

static void add_bytes(message *to, const void *bytes, size_t size) {
  if (to->failed || !size)
    return;
  if (size > to->capacity - to->size) {
    size_t capacity = 2 * to->capacity + size;
    unsigned char *larger = realloc(to->bytes, capacity);
    if (!larger) {
      to->failed = true;
      return;
    }
    to->bytes = larger;
    to->capacity = capacity;
  }
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
}

static void add_varint(message *to, uint64_t value) {
  unsigned char bytes[10];
  size_t size = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[size++] = (unsigned char)(value | 0x80);
  bytes[size++] = (unsigned char)value;
  add_bytes(to, bytes, size);
}

static void add_number(message *to, uint32_t field, uint64_t value) {
  add_varint(to, (uint64_t)field << 3 | SWAGE_WIRE_VARINT);
  add_varint(to, value);
}

static void add_field(message *to, uint32_t field, const void *bytes,
                      size_t size) {
  add_varint(to, (uint64_t)field << 3 | SWAGE_WIRE_BYTES);
  add_varint(to, size);
  add_bytes(to, bytes, size);
}

/// Elements smaller than a byte, several in each, the first in the lowest bits.
static void add_packed(message *to, const swage_tensor *tensor, int64_t count) {
  int a_byte = swage_pb_elements_a_byte(tensor->dtype), bits = 8 / a_byte;
  const unsigned char *elements = tensor->data;
  message packed = {0};
  for (int64_t i = 0; i < count; i += a_byte) {
    unsigned byte = 0;
    for (int j = 0; j < a_byte && i + j < count; ++j)
      byte |= (elements[i + j] & ((1u << bits) - 1)) << (j * bits);
    unsigned char whole = (unsigned char)byte;
    add_bytes(&packed, &whole, 1);
  }
  add_field(to, RAW_DATA, packed.bytes, packed.size);
  to->failed |= packed.failed;
  free(packed.bytes);
}

static void add_tensor(message *to, const swage_tensor *tensor) {
  int64_t count = swage_tensor_count(tensor);
  for (int32_t i = 0; i < tensor->rank; ++i)
    add_number(to, DIMS, (uint64_t)tensor->dims[i]);
  add_number(to, DATA_TYPE, (uint64_t)tensor->dtype);
  if (tensor->dtype == SWAGE_STRING) {
    const swage_string *strings = tensor->data;
    for (int64_t i = 0; i < count; ++i)
      add_field(to, SWAGE_PB_STRING_DATA, strings[i].data,
                (size_t)strings[i].size);
  } else if (swage_pb_elements_a_byte(tensor->dtype) > 1) {
    add_packed(to, tensor, count);
  } else {
    add_field(to, RAW_DATA, tensor->data,
              (size_t)count * swage_dtype_size(tensor->dtype));
  }
}

/// A message as a field of another one, whose bytes are released.
static void add_message(message *to, uint32_t field, message *part) {
  add_field(to, field, part->bytes, part->size);
  to->failed |= part->failed;
  free(part->bytes);
}

/// The values of a map: a sequence of scalars.
static void add_scalars(message *to, const swage_tensor *values) {
  size_t size = swage_element_size(values->dtype);
  add_number(to, ELEM_TYPE, IS_TENSOR);
  for (int64_t i = 0; i < values->dims[0]; ++i) {
    swage_tensor scalar = {.data =
                               (unsigned char *)values->data + (size_t)i * size,
                           .dtype = values->dtype};
    message part = {0};
    add_tensor(&part, &scalar);
    add_message(to, TENSOR, &part);
  }
}

static void add_map(message *to, const swage_tensor *map) {
  const swage_tensor *keys = map->data, *values = keys + 1;
  message part = {0};
  add_number(to, KEY_TYPE, (uint64_t)keys->dtype);
  for (int64_t i = 0; i < keys->dims[0]; ++i) {
    const swage_string *text = (const swage_string *)keys->data + i;
    if (keys->dtype == SWAGE_STRING)
      add_field(to, STRING_KEYS, text->data, (size_t)text->size);
    else
      add_number(to, INTEGER_KEYS, (uint64_t)((const int64_t *)keys->data)[i]);
  }
  add_scalars(&part, values);
  add_message(to, VALUES, &part);
}

static void add_value(message *to, const swage_tensor *value) {
  if (value->dtype == SWAGE_MAP) {
    add_map(to, value);
    return;
  }
  if (!swage_is_container(value->dtype)) {
    add_tensor(to, value);
    return;
  }
  const swage_tensor *parts = value->data;
  int32_t inner = value->dims[0] > 0 ? parts[0].dtype : SWAGE_UNDEFINED;
  uint32_t field = TENSOR, kind = IS_TENSOR;
  if (inner == SWAGE_SEQUENCE) {
    field = SEQUENCE;
    kind = IS_SEQUENCE;
  } else if (inner == SWAGE_MAP) {
    field = MAP;
    kind = IS_MAP;
  }
  if (value->dims[0] > 0 || value->dtype == SWAGE_SEQUENCE)
    add_number(to, ELEM_TYPE, kind);
  for (int64_t i = 0; i < value->dims[0]; ++i) {
    message part = {0};
    add_value(&part, &parts[i]);
    add_message(to, field, &part);
  }
}

swage_status swage_pb_save(const char *path, const swage_tensor *value,
                           char **error) {
  if (error)
    *error = NULL;
  message whole = {0};
  add_value(&whole, value);
  swage_status status;
  swage_new_file file;
  if (whole.failed)
    status = swage_error(error, SWAGE_ERROR, "no memory to write '%s'", path);
  else
    status = swage_file_begin(path, &file, error);
  if (!status) {
    if (whole.size)
      fwrite(whole.bytes, 1, whole.size, file.stream);
    status = swage_file_commit(&file, error);
  }
  free(whole.bytes);
  return status;
}
