//===- regex.cpp - regular expressions ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The one part of the runtime in C++, around RE2. It is a library of its own,
// which only models with regular expressions are linked with.
//
//===----------------------------------------------------------------------===//
#include "swage/values.h"
#include <re2/re2.h>

/// Matches all strings; false where the pattern is not valid. What this makes
/// is gone when it returns, so that its caller may leave the run.
static bool matchAll(const char *pattern, int64_t patternSize,
                     const int64_t *strings, int64_t count,
                     unsigned char *matches) {
  re2::RE2 expression(re2::StringPiece(pattern, size_t(patternSize)),
                      re2::RE2::Quiet);
  if (!expression.ok())
    return false;
  for (int64_t i = 0; i < count; ++i) {
    re2::StringPiece text;
    if (strings[i]) {
      const auto *string = reinterpret_cast<const swage_string *>(strings[i]);
      text = re2::StringPiece(string->data, size_t(string->size));
    }
    matches[i] = re2::RE2::FullMatch(text, expression);
  }
  return true;
}

extern "C" void swage_rt_regex_full_match(swage_exec *exec,
                                          void *const *buffers,
                                          const int64_t *dims) {
  if (!matchAll(static_cast<const char *>(buffers[1]), dims[1],
                static_cast<const int64_t *>(buffers[0]), dims[0],
                static_cast<unsigned char *>(buffers[2])))
    swage_rt_fail(exec, "a regular expression of the model is not valid");
}
