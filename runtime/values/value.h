//===- value.h - what handles stand for -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_VALUES_VALUE_H
#define SWAGE_VALUES_VALUE_H

#include "core/run.h"
#include "swage/values.h"

/// A tensor, or a container. The data of strings are addresses of swage_string;
/// a sequence is the first dims[0] of `shared`, and a map the two vectors
/// there.
typedef struct swage_value {
  swage_tensor tensor;
  struct swage_items *shared;
} swage_value;

/// The values of sequences that begin alike: one that has all of them can be
/// made longer in place, because the others do not look behind their own end.
typedef struct swage_items {
  int64_t used;
  int64_t capacity;
  const swage_value *at[];
} swage_items;

static inline const swage_value *swage_value_of(int64_t handle) {
  return (const swage_value *)(intptr_t)handle;
}
static inline int64_t swage_handle_of(const swage_value *value) {
  return (int64_t)(intptr_t)value;
}

/// The string that an element of a tensor stands for.
static inline swage_string swage_string_of(int64_t element) {
  return element ? *(const swage_string *)(intptr_t)element
                 : (swage_string){"", 0};
}

/// Memory of the run, aligned to 64 bytes, until its end.
void *swage_value_memory(swage_exec *exec, size_t bytes);

/// Fails the run with a formatted message.
_Noreturn void swage_value_fail(swage_exec *exec, const char *format, ...)
    SWAGE_PRINTF(2, 3);

/// A tensor value with room for its elements.
swage_value *swage_value_create(swage_exec *exec, int32_t dtype, int32_t rank,
                                const int64_t *dims);

/// Bytes of one element of a tensor value.
size_t swage_value_element_size(int32_t dtype);

/// A string of `size` characters, to be written to *characters.
int64_t swage_string_create(swage_exec *exec, int64_t size, char **characters);

/// Strings in a table (see values.h).
int64_t swage_table_count(const void *table);
swage_string swage_table_get(const void *table, int64_t index);

/// Less than 0, 0 or more than 0, as the bytes of `a` come before those of `b`.
int swage_string_compare(swage_string a, swage_string b);

/// The string with each character in lower (1) or upper (2) case, or as it is
/// (0).
int64_t swage_string_change_case(swage_exec *exec, swage_string text,
                                 int64_t change);

#endif
