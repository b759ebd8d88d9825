//===- npy_header.c - reading the header of .npy files --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/memory.h"
#include "core/message.h"
#include "io/npy.h"

#include <string.h>

/// The unread rest of the header's text.
typedef struct cursor {
  const char *at;
  const char *end;
} cursor;

static void skip_space(cursor *text) {
  while (text->at < text->end && strchr(" \t\r\n", *text->at) && *text->at)
    ++text->at;
}

static bool take(cursor *text, char expected) {
  skip_space(text);
  if (text->at == text->end || *text->at != expected)
    return false;
  ++text->at;
  return true;
}

static bool take_word(cursor *text, const char *word) {
  skip_space(text);
  size_t length = strlen(word);
  if ((size_t)(text->end - text->at) < length ||
      memcmp(text->at, word, length) != 0)
    return false;
  text->at += length;
  return true;
}

/// A quoted string without escapes, which no key or type code has.
static bool take_string(cursor *text, cursor *string) {
  skip_space(text);
  if (text->at == text->end || (*text->at != '\'' && *text->at != '"'))
    return false;
  char quote = *text->at++;
  string->at = text->at;
  while (text->at < text->end && *text->at != quote)
    ++text->at;
  if (text->at == text->end)
    return false;
  string->end = text->at++;
  return true;
}

static bool take_number(cursor *text, int64_t *number) {
  skip_space(text);
  const char *begin = text->at;
  *number = 0;
  for (; text->at < text->end && *text->at >= '0' && *text->at <= '9';
       ++text->at) {
    int digit = *text->at - '0';
    if (*number > (INT64_MAX - digit) / 10)
      return false;
    *number = *number * 10 + digit;
  }
  bool any = text->at != begin;
  if (text->at < text->end && *text->at == 'L') // Python 2's long integers
    ++text->at;
  return any;
}

static bool take_shape(cursor *text, swage_npy_header *header) {
  if (!take(text, '('))
    return false;
  header->rank = 0;
  while (!take(text, ')')) {
    if (header->rank == SWAGE_MAX_RANK ||
        !take_number(text, &header->dims[header->rank++]))
      return false;
    if (!take(text, ',')) {
      if (!take(text, ')'))
        return false;
      break;
    }
  }
  return true;
}

typedef struct type_code {
  char kind;
  uint8_t size;
  uint8_t parts; // 2 for complex types
  int32_t dtype;
} type_code;

static const type_code codes[] = {
    {'f', 2, 1, SWAGE_F16}, {'f', 4, 1, SWAGE_F32},   {'f', 8, 1, SWAGE_F64},
    {'i', 1, 1, SWAGE_I8},  {'i', 2, 1, SWAGE_I16},   {'i', 4, 1, SWAGE_I32},
    {'i', 8, 1, SWAGE_I64}, {'u', 1, 1, SWAGE_U8},    {'u', 2, 1, SWAGE_U16},
    {'u', 4, 1, SWAGE_U32}, {'u', 8, 1, SWAGE_U64},   {'b', 1, 1, SWAGE_BOOL},
    {'c', 8, 2, SWAGE_C64}, {'c', 16, 2, SWAGE_C128}, {'V', 1, 1, SWAGE_U8},
    {'V', 2, 1, SWAGE_U16},
};

/// Reads a type like "<f4": byte order, kind, bytes (characters for 'U').
static bool read_type(cursor text, swage_npy_header *header) {
  char order = '|';
  if (text.at < text.end && strchr("<>|=", *text.at) && *text.at)
    order = *text.at++;
  if (text.at == text.end)
    return false;
  header->kind = *text.at++;
  int64_t number;
  if (!take_number(&text, &number) || text.at != text.end)
    return false;
  header->swapped = order == '>';
  if (header->kind == 'U' || header->kind == 'S') {
    header->unit = header->kind == 'U' ? 4 : 1;
    if (number > INT32_MAX)
      return false;
    header->size = (size_t)number * header->unit;
    header->dtype = SWAGE_STRING;
    return true;
  }
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); ++i)
    if (codes[i].kind == header->kind && codes[i].size == number) {
      header->size = codes[i].size;
      header->unit = header->size / codes[i].parts;
      header->dtype = codes[i].dtype;
      return true;
    }
  return false;
}

static bool is(cursor string, const char *text) {
  size_t length = (size_t)(string.end - string.at);
  return length == strlen(text) && memcmp(string.at, text, length) == 0;
}

static swage_status broken(char **error, const char *what) {
  return swage_error(error, SWAGE_BAD_MODEL, "not a valid .npy file: %s", what);
}

static swage_status parse_dictionary(cursor text, swage_npy_header *header,
                                     char **error) {
  bool has_type = false, has_order = false, has_shape = false;
  if (!take(&text, '{'))
    return broken(error, "its header is not a dictionary");
  while (!take(&text, '}')) {
    cursor key, type;
    if (!take_string(&text, &key) || !take(&text, ':'))
      return broken(error, "its header is not a dictionary");
    if (is(key, "descr")) {
      if (!take_string(&text, &type))
        return swage_error(error, SWAGE_UNSUPPORTED,
                           "arrays of records are not supported");
      if (!read_type(type, header))
        return swage_error(
            error, SWAGE_UNSUPPORTED,
            "arrays of NumPy's type '%.*s' are not supported",
            (int)(type.end - type.at < 40 ? type.end - type.at : 40), type.at);
      has_type = true;
    } else if (is(key, "fortran_order")) {
      header->fortran = take_word(&text, "True");
      has_order = header->fortran || take_word(&text, "False");
      if (!has_order)
        return broken(error, "'fortran_order' is neither True nor False");
    } else if (is(key, "shape")) {
      has_shape = take_shape(&text, header);
      if (!has_shape)
        return broken(error, "'shape' is not a tuple of at most 16 numbers");
    } else {
      return broken(error, "its header has an unknown key");
    }
    if (!take(&text, ',')) {
      if (!take(&text, '}'))
        return broken(error, "its header is not a dictionary");
      break;
    }
  }
  if (!has_type || !has_order || !has_shape)
    return broken(error,
                  "its header lacks 'descr', 'fortran_order' or 'shape'");
  return SWAGE_OK;
}

swage_status swage_npy_parse_header(const unsigned char *bytes, size_t size,
                                    swage_npy_header *header, char **error) {
  *header = (swage_npy_header){0};
  if (size < SWAGE_NPY_MAGIC_SIZE + 4 ||
      memcmp(bytes, SWAGE_NPY_MAGIC, SWAGE_NPY_MAGIC_SIZE) != 0)
    return broken(error, "it does not begin with NumPy's magic string");
  const unsigned char *field = bytes + SWAGE_NPY_MAGIC_SIZE;
  int version = field[0];
  if (version < 1 || version > 3)
    return swage_error(error, SWAGE_UNSUPPORTED,
                       ".npy version %d is not supported", version);
  size_t field_size = version == 1 ? 2 : 4, length = 0;
  size_t begin = SWAGE_NPY_MAGIC_SIZE + 2 + field_size;
  if (size < begin)
    return broken(error, "it is truncated");
  for (size_t i = 0; i < field_size; ++i)
    length |= (size_t)field[2 + i] << (8 * i);
  if (size - begin < length)
    return broken(error, "it is truncated");
  cursor text = {(const char *)bytes + begin,
                 (const char *)bytes + begin + length};
  swage_status status = parse_dictionary(text, header, error);
  if (status)
    return status;
  header->data_begin = begin + length;
  if (!swage_count_elements(header->rank, header->dims, header->size,
                            &header->count))
    return broken(error, "its shape is larger than memory can be");
  if (header->size == 0 && header->count)
    return broken(error, "its strings have no characters");
  uint64_t needed = (uint64_t)header->count * header->size;
  if (size - header->data_begin < needed)
    return broken(error, "it is truncated");
  return SWAGE_OK;
}
