//===- wire.c - walking protobuf's wire format ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "io/wire.h"

#include <string.h>

bool swage_wire_varint(swage_wire *wire, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 64 && wire->at < wire->end; shift += 7) {
    unsigned char byte = *wire->at++;
    *value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

bool swage_wire_fixed(swage_wire *wire, size_t size, uint64_t *value) {
  if (swage_wire_left(wire) < size)
    return false;
  *value = 0;
  memcpy(value, wire->at, size);
  wire->at += size;
  return true;
}

bool swage_wire_number(swage_wire *packed, enum swage_wire_type type,
                       uint64_t *value) {
  switch (type) {
  case SWAGE_WIRE_VARINT:
    return swage_wire_varint(packed, value);
  case SWAGE_WIRE_64:
    return swage_wire_fixed(packed, 8, value);
  case SWAGE_WIRE_32:
    return swage_wire_fixed(packed, 4, value);
  case SWAGE_WIRE_BYTES:
    break;
  }
  return false;
}

bool swage_wire_next(swage_wire *wire, swage_wire_field *field) {
  uint64_t key;
  if (!swage_wire_varint(wire, &key) || key >> 3 == 0 || key >> 32)
    return false;
  field->number = (uint32_t)(key >> 3);
  field->type = (enum swage_wire_type)(key & 7);
  field->value = 0;
  field->bytes = (swage_wire){wire->at, wire->at};
  if (field->type != SWAGE_WIRE_BYTES)
    return swage_wire_number(wire, field->type, &field->value);
  uint64_t length;
  if (!swage_wire_varint(wire, &length) || length > swage_wire_left(wire))
    return false;
  field->bytes = (swage_wire){wire->at, wire->at + length};
  wire->at += length;
  return true;
}
