//===- npy_strings.c - string arrays of .npy files ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// NumPy's strings have one length, padded with zeros: 'U' in UTF-32, 'S' in
// bytes. Tensors have UTF-8.
//
//===----------------------------------------------------------------------===//
#include "core/memory.h"
#include "core/message.h"
#include "io/npy.h"

#include <string.h>

static bool is_character(uint32_t code) {
  return code < 0xD800 || (code > 0xDFFF && code <= 0x10FFFF);
}

/// Writes a character to `to`, unless that is NULL; the number of its bytes.
static size_t encode(uint32_t code, char *to) {
  size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (!to)
    return length;
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = length - 1; i > 0; --i, code >>= 6)
    to[i] = (char)(0x80 | (code & 0x3F));
  to[0] = (char)(lead[length] | code);
  return length;
}

/// Reads a character that begins at *at; false if there is none.
static bool decode(const char **at, const char *end, uint32_t *code) {
  unsigned char first = (unsigned char)*(*at)++;
  if (first < 0x80) {
    *code = first;
    return true;
  }
  int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || end - *at < more)
    return false;
  *code = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i, ++*at) {
    if (((unsigned char)**at & 0xC0) != 0x80)
      return false;
    *code = *code << 6 | ((unsigned char)**at & 0x3F);
  }
  // Longer than needed is no UTF-8.
  return is_character(*code) && encode(*code, NULL) == (size_t)more + 1;
}

/// The string's characters without the zeros at its end.
static size_t trimmed(const unsigned char *bytes, size_t size, size_t unit) {
  while (size && bytes[size - 1] == 0)
    --size;
  return (size + unit - 1) / unit;
}

/// Converts one string to `to`, unless that is NULL. Its bytes, or SIZE_MAX if
/// it has an invalid character.
static size_t convert(const unsigned char *bytes, char kind, size_t size,
                      char *to) {
  size_t length = trimmed(bytes, size, kind == 'U' ? 4 : 1);
  if (kind == 'S') {
    if (to)
      memcpy(to, bytes, length);
    return length;
  }
  size_t written = 0;
  for (size_t i = 0; i < length; ++i) {
    uint32_t code;
    memcpy(&code, bytes + 4 * i, 4);
    if (!is_character(code))
      return SIZE_MAX;
    written += encode(code, to ? to + written : NULL);
  }
  return written;
}

swage_status swage_npy_read_strings(const unsigned char *bytes, char kind,
                                    size_t size, int64_t count, void **data,
                                    char **error) {
  size_t characters = 0;
  for (int64_t i = 0; i < count; ++i) {
    size_t length = convert(bytes + (size_t)i * size, kind, size, NULL);
    if (length == SIZE_MAX)
      return swage_error(error, SWAGE_BAD_MODEL,
                         "string %lld has an invalid character", (long long)i);
    characters += length;
  }
  size_t table = (size_t)count * sizeof(swage_string);
  swage_string *strings = swage_allocate(table + characters);
  if (!strings)
    return swage_error(error, SWAGE_ERROR, "no memory for strings");
  char *to = (char *)strings + table;
  for (int64_t i = 0; i < count; ++i) {
    size_t length = convert(bytes + (size_t)i * size, kind, size, to);
    strings[i] = (swage_string){to, (int64_t)length};
    to += length;
  }
  *data = strings;
  return SWAGE_OK;
}

void swage_npy_plan_strings(const swage_string *strings, int64_t count,
                            char *kind, size_t *size) {
  size_t most_bytes = 1, most_characters = 1;
  bool all_text = true;
  for (int64_t i = 0; i < count; ++i) {
    const char *at = strings[i].data, *end = at + strings[i].size;
    size_t characters = 0;
    uint32_t code;
    for (; all_text && at < end; ++characters)
      all_text = decode(&at, end, &code);
    if (characters > most_characters)
      most_characters = characters;
    if ((size_t)strings[i].size > most_bytes)
      most_bytes = (size_t)strings[i].size;
  }
  *kind = all_text ? 'U' : 'S';
  *size = all_text ? 4 * most_characters : most_bytes;
}

void swage_npy_write_strings(const swage_string *strings, int64_t count,
                             char kind, size_t size, FILE *stream) {
  for (int64_t i = 0; i < count; ++i) {
    const char *at = strings[i].data, *end = at + strings[i].size;
    size_t written = 0;
    if (kind == 'S' && strings[i].size)
      written = fwrite(at, 1, (size_t)strings[i].size, stream);
    uint32_t code;
    while (kind == 'U' && at < end && decode(&at, end, &code))
      written += fwrite(&code, 1, sizeof(code), stream);
    for (; written < size; ++written)
      putc(0, stream);
    if (ferror(stream))
      return;
  }
}
