//===- message.c - the texts of errors ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char *format_list(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  char *text = length < 0 ? NULL : malloc((size_t)length + 1);
  if (text)
    vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *swage_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = format_list(format, arguments);
  va_end(arguments);
  return text;
}

swage_status swage_error(char **error, swage_status status, const char *format,
                         ...) {
  if (!error)
    return status;
  va_list arguments;
  va_start(arguments, format);
  *error = format_list(format, arguments);
  va_end(arguments);
  return status;
}

const char *swage_shape_text(char *text, int32_t rank, const int64_t *dims,
                             const char *const *names) {
  if (rank <= 0) {
    snprintf(text, SWAGE_SHAPE_TEXT, "scalar");
    return text;
  }
  size_t used = 0;
  for (int32_t i = 0; i < rank && used < SWAGE_SHAPE_TEXT; ++i) {
    const char *before = i ? ", " : "[", *after = i + 1 == rank ? "]" : "";
    size_t room = SWAGE_SHAPE_TEXT - used;
    int wrote;
    if (dims[i] >= 0)
      wrote = snprintf(text + used, room, "%s%" PRId64 "%s", before, dims[i],
                       after);
    else
      wrote = snprintf(text + used, room, "%s%s%s", before,
                       names && names[i] ? names[i] : "?", after);
    used += wrote < 0 ? 0 : (size_t)wrote;
  }
  return text;
}
