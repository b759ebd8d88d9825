//===- wire.h - walking protobuf's wire format ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A message is a sequence of fields: a key (number and wire type), then a
// varint, 4 or 8 bytes, or a length and as many bytes. Nothing is copied.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_IO_WIRE_H
#define SWAGE_IO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct swage_wire {
  const unsigned char *at;
  const unsigned char *end;
} swage_wire;

enum swage_wire_type {
  SWAGE_WIRE_VARINT = 0,
  SWAGE_WIRE_64 = 1,
  SWAGE_WIRE_BYTES = 2,
  SWAGE_WIRE_32 = 5
};

typedef struct swage_wire_field {
  uint32_t number;
  enum swage_wire_type type;
  uint64_t value;   // of a varint, or the bits of a number of fixed size
  swage_wire bytes; // of a field of bytes
} swage_wire_field;

static inline size_t swage_wire_left(const swage_wire *wire) {
  return (size_t)(wire->end - wire->at);
}

/// Each reads the next thing; false if the bytes are not of that form.
bool swage_wire_varint(swage_wire *wire, uint64_t *value);
bool swage_wire_fixed(swage_wire *wire, size_t size, uint64_t *value);
bool swage_wire_next(swage_wire *wire, swage_wire_field *field);

/// Reads the next value of a repeated number: one in `packed`, a field's bytes.
/// `type` is the numbers' own wire type.
bool swage_wire_number(swage_wire *packed, enum swage_wire_type type,
                       uint64_t *value);

#endif
