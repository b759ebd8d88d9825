//===- numbers.c - numbers as strings -------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The C locale, whatever the program's is: a decimal point is a point.
//
//===----------------------------------------------------------------------===//
#define _GNU_SOURCE // strtod_l
#include "values/value.h"

#include "core/dtype.h"
#include "swage/io.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// Room for any number, and for the end of its text.
#define NUMBER_TEXT 64

//===----------------------------------------------------------------------===//
// From strings
//===----------------------------------------------------------------------===//

/// A copy of a string without the white space around it, which ends in 0: in
/// `text` where it fits.
static const char *read_text(swage_exec *exec, swage_string string,
                             char text[NUMBER_TEXT]) {
  while (string.size && isspace((unsigned char)string.data[0])) {
    ++string.data;
    --string.size;
  }
  while (string.size && isspace((unsigned char)string.data[string.size - 1]))
    --string.size;
  char *copy = text;
  if (string.size >= NUMBER_TEXT)
    copy = swage_value_memory(exec, (size_t)string.size + 1);
  if (string.size)
    memcpy(copy, string.data, (size_t)string.size);
  copy[string.size] = 0;
  return copy;
}

static _Noreturn void fail_number(swage_exec *exec, const char *text) {
  swage_value_fail(exec, "the string '%.200s' is not a number", text);
}

/// The C locale for one function; it is always there.
static locale_t open_locale(swage_exec *exec) {
  locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!locale)
    swage_value_fail(exec, "no memory for a locale");
  return locale;
}

/// Numbers are read twice, first to see whether all are good: a failure leaves
/// the function for good, and the locale would not be given back.
static void check_numbers(swage_exec *exec, const int64_t *strings,
                          int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    char room[NUMBER_TEXT];
    const char *text = read_text(exec, swage_string_of(strings[i]), room);
    const char *at = text + (*text == '+' || *text == '-');
    if (!strcasecmp(at, "inf") || !strcasecmp(at, "infinity") ||
        !strcasecmp(at, "nan"))
      continue;
    size_t digits = strspn(at, "0123456789"), more = 0;
    at += digits;
    if (*at == '.') {
      more = strspn(++at, "0123456789");
      at += more;
    }
    if (digits + more && (*at == 'e' || *at == 'E')) {
      ++at;
      at += *at == '+' || *at == '-';
      size_t exponent = strspn(at, "0123456789");
      digits = exponent ? digits : 0;
      more = exponent ? more : 0;
      at += exponent;
    }
    if (!(digits + more) || *at)
      fail_number(exec, text);
  }
}

void swage_rt_string_to_f64(swage_exec *exec, void *const *buffers,
                            const int64_t *dims) {
  const int64_t *strings = buffers[0];
  double *out = buffers[1];
  check_numbers(exec, strings, dims[0]);
  locale_t locale = open_locale(exec);
  for (int64_t i = 0; i < dims[0]; ++i) {
    char room[NUMBER_TEXT];
    out[i] = strtod_l(read_text(exec, swage_string_of(strings[i]), room), NULL,
                      locale);
  }
  freelocale(locale);
}

/// Integers exactly; other numbers rounded towards zero.
static uint64_t to_integer(const char *text, bool is_signed, locale_t locale) {
  char *end;
  errno = 0;
  uint64_t value =
      is_signed ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
  if (*end == 0 && end != text && errno == 0)
    return value;
  double number = strtod_l(text, NULL, locale);
  if (is_signed)
    return (uint64_t)(number >= 0x1p63   ? INT64_MAX
                      : number > -0x1p63 ? (int64_t)number
                                         : INT64_MIN);
  return number >= 0x1p64 ? UINT64_MAX : number > 0 ? (uint64_t)number : 0;
}

static void to_integers(swage_exec *exec, void *const *buffers,
                        const int64_t *dims, bool is_signed) {
  const int64_t *strings = buffers[0];
  uint64_t *out = buffers[1];
  check_numbers(exec, strings, dims[0]);
  locale_t locale = open_locale(exec);
  for (int64_t i = 0; i < dims[0]; ++i) {
    char room[NUMBER_TEXT];
    out[i] = to_integer(read_text(exec, swage_string_of(strings[i]), room),
                        is_signed, locale);
  }
  freelocale(locale);
}

void swage_rt_string_to_i64(swage_exec *exec, void *const *buffers,
                            const int64_t *dims) {
  to_integers(exec, buffers, dims, true);
}

void swage_rt_string_to_u64(swage_exec *exec, void *const *buffers,
                            const int64_t *dims) {
  to_integers(exec, buffers, dims, false);
}

//===----------------------------------------------------------------------===//
// To strings
//===----------------------------------------------------------------------===//

/// How exact a type of floats is.
typedef struct precision {
  int bits;   // of the significand, with the hidden one
  int lowest; // the exponent of the least number above 0
} precision;

static precision precision_of(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F16:
    return (precision){11, -24};
  case SWAGE_BF16:
    return (precision){8, -133};
  case SWAGE_F8E4M3FN:
    return (precision){4, -9};
  case SWAGE_F8E4M3FNUZ:
    return (precision){4, -10};
  case SWAGE_F8E5M2:
    return (precision){3, -16};
  case SWAGE_F8E5M2FNUZ:
    return (precision){3, -17};
  case SWAGE_F4E2M1:
    return (precision){2, -1};
  default:
    return (precision){1, -127}; // powers of two
  }
}

/// Whether `text` is read as `value` in a type of so many bits.
static bool reads_back(const char *text, double value, int32_t dtype) {
  double read = strtod(text, NULL);
  if (dtype == SWAGE_F64)
    return read == value;
  if (dtype == SWAGE_F32)
    return strtof(text, NULL) == (float)value;
  int exponent;
  precision exact = precision_of(dtype);
  double fraction = frexp(fabs(value), &exponent);
  // Below a power of two neighbours are closer, unless they are the least ones.
  int step = exponent - exact.bits - (fraction == 0.5);
  if (step < exact.lowest)
    step = exact.lowest;
  double gap = ldexp(0.5, step);
  return fabs(read - value) < gap || read == value;
}

/// A finite number with the fewest digits, as Python writes it: plain between
/// 1e-4 and 1e16, with a fraction always.
static void format_float(double value, int32_t dtype, char *text) {
  char digits[NUMBER_TEXT];
  int precision = 0;
  do
    snprintf(digits, sizeof digits, "%.*e", precision, value);
  while (!reads_back(digits, value, dtype) && ++precision < 17);
  int exponent = atoi(strchr(digits, 'e') + 1);
  if (value != 0 && (exponent < -4 || exponent >= 16)) {
    strcpy(text, digits);
    return;
  }
  int places = precision > exponent ? precision - exponent : 1;
  snprintf(text, NUMBER_TEXT, "%.*f", places, strtod(digits, NULL));
}

static void format_number(const swage_tensor *numbers, int64_t index,
                          char *text) {
  switch (numbers->dtype) {
  case SWAGE_BOOL:
    strcpy(text, ((const uint8_t *)numbers->data)[index] ? "True" : "False");
    return;
  case SWAGE_U64:
    snprintf(text, NUMBER_TEXT, "%" PRIu64,
             ((const uint64_t *)numbers->data)[index]);
    return;
  case SWAGE_I64:
    snprintf(text, NUMBER_TEXT, "%" PRId64,
             ((const int64_t *)numbers->data)[index]);
    return;
  case SWAGE_U8:
  case SWAGE_I8:
  case SWAGE_U16:
  case SWAGE_I16:
  case SWAGE_U32:
  case SWAGE_I32:
  case SWAGE_U4:
  case SWAGE_I4:
  case SWAGE_U2:
  case SWAGE_I2:
    snprintf(text, NUMBER_TEXT, "%.0f", swage_tensor_element(numbers, index));
    return;
  default:
    break;
  }
  double value = swage_tensor_element(numbers, index);
  if (isnan(value))
    strcpy(text, "NaN");
  else if (isinf(value))
    strcpy(text, value > 0 ? "INF" : "-INF");
  else
    format_float(value, numbers->dtype, text);
}

void swage_rt_string_from_number(swage_exec *exec, void *const *buffers,
                                 const int64_t *dims) {
  swage_tensor numbers = {.data = buffers[0],
                          .dtype = (int32_t)*(const int64_t *)buffers[1],
                          .rank = 1,
                          .dims = {dims[0]}};
  int64_t *out = buffers[2];
  // Room for all texts first: asking for memory may leave the function, and
  // the thread's locale must be its own again then.
  typedef char line[NUMBER_TEXT];
  line *texts = swage_value_memory(exec, (size_t)dims[0] * sizeof(line));
  swage_string *strings =
      swage_value_memory(exec, (size_t)dims[0] * sizeof(swage_string));
  locale_t locale = open_locale(exec), before = uselocale(locale);
  for (int64_t i = 0; i < dims[0]; ++i) {
    format_number(&numbers, i, texts[i]);
    strings[i] = (swage_string){texts[i], (int64_t)strlen(texts[i])};
    out[i] = (int64_t)(intptr_t)&strings[i];
  }
  uselocale(before);
  freelocale(locale);
}
