//===- normalize.c - stop words and the case of strings -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Case is that of the Unicode standard for single characters: what would become
// several characters stays as it is, and no locale has a say.
//
//===----------------------------------------------------------------------===//
#include "values/case_table.h"
#include "values/value.h"

#include <stdbool.h>

/// What becomes of strings.
enum { SAME = 0, LOWER = 1, UPPER = 2 };

static uint32_t find_case(const swage_case_range *ranges, size_t count,
                          uint32_t code) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const swage_case_range *range = &ranges[middle];
    if (code > range->last)
      low = middle + 1;
    else if (code < range->first)
      high = middle;
    else
      return (code - range->first) % range->step
                 ? code
                 : (uint32_t)((int64_t)code + range->distance);
  }
  return code;
}

static uint32_t change_code(uint32_t code, int64_t change) {
  return change == LOWER
             ? find_case(swage_to_lower,
                         sizeof swage_to_lower / sizeof *swage_to_lower, code)
             : find_case(swage_to_upper,
                         sizeof swage_to_upper / sizeof *swage_to_upper, code);
}

/// The character at the beginning of `text` and its bytes; 0 bytes if what is
/// there is no UTF-8.
static int64_t decode(swage_string text, uint32_t *code) {
  const unsigned char *c = (const unsigned char *)text.data;
  int64_t bytes = c[0] < 0x80   ? 1
                  : c[0] < 0xC2 ? 0
                  : c[0] < 0xE0 ? 2
                  : c[0] < 0xF0 ? 3
                  : c[0] < 0xF5 ? 4
                                : 0;
  if (bytes == 0 || bytes > text.size)
    return 0;
  *code = bytes == 1 ? c[0] : c[0] & (0x7Fu >> bytes);
  for (int64_t i = 1; i < bytes; ++i) {
    if ((c[i] & 0xC0) != 0x80)
      return 0;
    *code = *code << 6 | (c[i] & 0x3Fu);
  }
  return bytes;
}

static int64_t encode(uint32_t code, char *to) {
  if (code < 0x80) {
    to[0] = (char)code;
    return 1;
  }
  int64_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (int64_t i = bytes - 1; i > 0; --i, code >>= 6)
    to[i] = (char)(0x80 | (code & 0x3F));
  to[0] = (char)((0xF00u >> bytes & 0xFF) | code);
  return bytes;
}

int64_t swage_string_change_case(swage_exec *exec, swage_string text,
                                 int64_t change) {
  // A character may need more bytes in its other case, but never twice as many.
  char *characters;
  int64_t handle = swage_string_create(exec, 2 * text.size, &characters);
  int64_t size = 0;
  while (text.size) {
    uint32_t code;
    int64_t bytes = decode(text, &code);
    if (bytes == 0) {
      characters[size++] = *text.data;
      bytes = 1;
    } else {
      size += encode(change == SAME ? code : change_code(code, change),
                     characters + size);
    }
    text = (swage_string){text.data + bytes, text.size - bytes};
  }
  ((swage_string *)(intptr_t)handle)->size = size;
  return handle;
}

/// The stop words, and how they are compared.
typedef struct rules {
  const void *table;
  int64_t *words; // as they are compared
  int64_t count;
  int64_t change;
  bool case_sensitive;
} rules;

/// The form in which a string is compared.
static int64_t compared(swage_exec *exec, const rules *rules, int64_t string) {
  if (rules->case_sensitive)
    return string;
  return swage_string_change_case(exec, swage_string_of(string),
                                  rules->change == SAME ? LOWER
                                                        : rules->change);
}

static rules read_rules(swage_exec *exec, void *const *buffers) {
  const int64_t *flags = buffers[2];
  rules read = {.table = buffers[1],
                .count = swage_table_count(buffers[1]),
                .change = flags[0],
                .case_sensitive = flags[1] != 0};
  swage_string *strings =
      swage_value_memory(exec, (size_t)read.count * sizeof(swage_string));
  read.words = swage_value_memory(exec, (size_t)read.count * sizeof(int64_t));
  for (int64_t i = 0; i < read.count; ++i) {
    strings[i] = swage_table_get(read.table, i);
    read.words[i] = compared(exec, &read, (int64_t)(intptr_t)&strings[i]);
  }
  return read;
}

static bool stays(swage_exec *exec, const rules *rules, int64_t string) {
  if (rules->count == 0)
    return true;
  swage_string text = swage_string_of(compared(exec, rules, string));
  for (int64_t i = 0; i < rules->count; ++i)
    if (swage_string_compare(text, swage_string_of(rules->words[i])) == 0)
      return false;
  return true;
}

void swage_rt_string_normalize_count(swage_exec *exec, void *const *buffers,
                                     const int64_t *dims) {
  rules how = read_rules(exec, buffers);
  const int64_t *strings = buffers[0];
  int64_t *left = buffers[3];
  *left = 0;
  for (int64_t i = 0; i < dims[0]; ++i)
    *left += stays(exec, &how, strings[i]);
  // Of nothing one empty string is left.
  if (*left == 0 && how.count)
    *left = 1;
}

void swage_rt_string_normalize(swage_exec *exec, void *const *buffers,
                               const int64_t *dims) {
  rules how = read_rules(exec, buffers);
  const int64_t *strings = buffers[0];
  int64_t *out = buffers[3], next = 0;
  for (int64_t i = 0; i < dims[0]; ++i)
    if (stays(exec, &how, strings[i]))
      out[next++] = how.change == SAME
                        ? strings[i]
                        : swage_string_change_case(
                              exec, swage_string_of(strings[i]), how.change);
  if (next == 0 && how.count)
    out[0] = 0;
}
