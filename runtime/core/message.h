//===- message.h - the texts of errors ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_MESSAGE_H
#define SWAGE_CORE_MESSAGE_H

#include "swage/artifact.h"

#if defined(__GNUC__)
#define SWAGE_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SWAGE_PRINTF(text, first)
#endif

/// A formatted text to release with swage_free; NULL when memory is exhausted.
char *swage_format(const char *format, ...) SWAGE_PRINTF(1, 2);

/// Stores the formatted text in *error, unless error is NULL, and returns
/// status: `return swage_error(error, SWAGE_BAD_MODEL, "...")`.
swage_status swage_error(char **error, swage_status status, const char *format,
                         ...) SWAGE_PRINTF(3, 4);

/// Room for the text of any shape that people give; longer ones are cut off.
#define SWAGE_SHAPE_TEXT 256

/// Writes a shape as "[1, 3, 224, 224]" ("scalar" for rank 0) into `text`, which has
/// SWAGE_SHAPE_TEXT characters, and returns it. A negative dimension prints as
/// its name in `names` (which may be NULL), or as "?".
const char *swage_shape_text(char *text, int32_t rank, const int64_t *dims,
                             const char *const *names);

#endif
