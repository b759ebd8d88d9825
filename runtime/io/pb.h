//===- pb.h - the contents of ONNX's TensorProto -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A TensorProto holds its elements as raw bytes, or as numbers in one of five
// repeated fields. Sub-byte elements are packed in bytes in both; tensors have
// one element a byte. The first walk over the message finds out what it holds,
// and how many numbers, so that memory is allocated only for elements that are
// there; the second one stores them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_IO_PB_H
#define SWAGE_IO_PB_H

#include "io/wire.h"
#include "swage/io.h"

/// Field numbers of the data that need more than storing.
enum { SWAGE_PB_INT32_DATA = 5, SWAGE_PB_STRING_DATA = 6 };

/// What the first walk finds.
typedef struct swage_pb_contents {
  int32_t dtype;
  int32_t rank;
  int64_t dims[SWAGE_MAX_RANK];
  swage_wire name;
  swage_wire raw;
  bool has_raw;
  int64_t numbers; // values or strings in the field that holds the elements
  int64_t string_bytes;
} swage_pb_contents;

/// The first walk. `tensor` is zero before.
swage_status swage_pb_describe(swage_wire message, swage_pb_contents *tensor,
                               char **error);

/// The field that holds elements of a type when they are not raw; 0 for types
/// that ONNX does not have.
uint32_t swage_pb_field_of(int32_t dtype);

/// Reads a tensor or container that is to be as `info` says. Its parts are
/// blocks of memory of their own, which the second function releases with it;
/// strings may point into the message.
swage_status swage_pb_read_value(swage_wire message,
                                 const swage_value_info *info,
                                 swage_tensor *value, char **error);
void swage_pb_release(swage_tensor *value);

/// The same for a map.
swage_status swage_pb_read_map(swage_wire message, const swage_value_info *info,
                               swage_tensor *map, char **error);

/// How many elements are packed in a stored byte; 1 for types of whole bytes.
int swage_pb_elements_a_byte(int32_t dtype);

/// Finds the next field `number`; false at the end of the message, which has
/// been walked over before and is sound.
bool swage_pb_next_field(swage_wire *message, uint32_t number,
                         swage_wire_field *field);

/// Takes the next number of a repeated field: of those in its bytes if it is
/// packed, else the one that it holds. *found is false at the end. Returns
/// false when the field does not hold numbers of its type.
bool swage_pb_next_number(swage_wire_field *field, uint64_t *value,
                          bool *found);

#endif
