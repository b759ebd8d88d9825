//===- split.c - strings cut into pieces ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "values/value.h"

#include <stdbool.h>
#include <string.h>

/// How to cut: at a delimiter or, where that is empty, at white space.
typedef struct cuts {
  swage_string delimiter;
  int64_t most; // less than 0 for any number
} cuts;

/// Unicode's white space, as UTF-8; returns its bytes or 0.
static int64_t space_at(swage_string text, int64_t at) {
  const unsigned char *c = (const unsigned char *)text.data + at;
  int64_t left = text.size - at;
  if (left < 1)
    return 0;
  if (c[0] == ' ' || (c[0] >= 0x09 && c[0] <= 0x0D) ||
      (c[0] >= 0x1C && c[0] <= 0x1F))
    return 1;
  if (left >= 2 && c[0] == 0xC2 && (c[1] == 0x85 || c[1] == 0xA0))
    return 2;
  if (left < 3 || c[0] < 0xE1 || c[0] > 0xE3)
    return 0;
  unsigned code = (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu);
  bool is_space = code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
                  code == 0x2028 || code == 0x2029 || code == 0x202F ||
                  code == 0x205F || code == 0x3000;
  return is_space ? 3 : 0;
}

static void skip_space(swage_string text, int64_t *at) {
  for (int64_t bytes; (bytes = space_at(text, *at)); *at += bytes)
    ;
}

/// The next delimiter at or after `at`; its bytes, or 0 if there is none.
static int64_t find_delimiter(swage_string text, swage_string delimiter,
                              int64_t *at) {
  if (delimiter.size == 0) {
    for (; *at < text.size; ++*at) {
      int64_t bytes = space_at(text, *at);
      if (bytes)
        return bytes;
    }
    return 0;
  }
  for (; *at + delimiter.size <= text.size; ++*at)
    if (memcmp(text.data + *at, delimiter.data, (size_t)delimiter.size) == 0)
      return delimiter.size;
  *at = text.size;
  return 0;
}

/// Takes the next piece off a text from *at on; false when there is none left.
/// *at is beyond the text after the last one.
static bool next_piece(swage_string text, cuts how, int64_t *at, int64_t *made,
                       swage_string *piece) {
  bool by_space = how.delimiter.size == 0;
  if (by_space)
    skip_space(text, at);
  if (*at > text.size || (by_space && *at == text.size))
    return false;
  int64_t begin = *at, end = begin, bytes = 0;
  if (how.most < 0 || *made < how.most)
    bytes = find_delimiter(text, how.delimiter, &end);
  else
    end = text.size;
  ++*made;
  *piece = (swage_string){text.data + begin, end - begin};
  *at = bytes ? end + bytes : text.size + 1;
  return true;
}

static cuts read_cuts(void *const *buffers, const int64_t *dims) {
  return (cuts){{buffers[1], dims[1]}, *(const int64_t *)buffers[2]};
}

void swage_rt_string_split_count(swage_exec *exec, void *const *buffers,
                                 const int64_t *dims) {
  (void)exec;
  cuts how = read_cuts(buffers, dims);
  const int64_t *strings = buffers[0];
  int64_t *counts = buffers[3], *widest = buffers[4];
  *widest = 0;
  for (int64_t i = 0; i < dims[0]; ++i) {
    int64_t at = 0, made = 0;
    swage_string piece;
    while (next_piece(swage_string_of(strings[i]), how, &at, &made, &piece))
      ;
    counts[i] = made;
    if (made > *widest)
      *widest = made;
  }
}

void swage_rt_string_split(swage_exec *exec, void *const *buffers,
                           const int64_t *dims) {
  cuts how = read_cuts(buffers, dims);
  const int64_t *strings = buffers[0];
  int64_t *out = buffers[3], width = dims[4];
  for (int64_t i = 0; i < dims[0]; ++i) {
    int64_t at = 0, made = 0, place = 0;
    swage_string piece;
    while (next_piece(swage_string_of(strings[i]), how, &at, &made, &piece)) {
      swage_string *stored = swage_value_memory(exec, sizeof(swage_string));
      *stored = piece;
      out[i * width + place++] = (int64_t)(intptr_t)stored;
    }
    while (place < width)
      out[i * width + place++] = 0;
  }
}
