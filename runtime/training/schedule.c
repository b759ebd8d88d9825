//===- schedule.c - learning rates over time ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "swage/training.h"
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"constant", "step", "cosine"};

/// A number that a schedule may be given.
typedef struct {
  const char *name;
  size_t offset;  // of the number in a swage_schedule
  unsigned kinds; // a bit for each kind that has it
} schedule_number;

enum { has_any = 7, has_step = 2, has_cosine = 4 };

static const schedule_number numbers[] = {
    {"warmup", offsetof(swage_schedule, warmup), has_any},
    {"every", offsetof(swage_schedule, every), has_step},
    {"factor", offsetof(swage_schedule, factor), has_step},
    {"end", offsetof(swage_schedule, end), has_cosine},
};

/// Whether `text` begins with `name`, and that ends there.
static bool has_name(const char *text, size_t length, const char *name) {
  return strlen(name) == length && strncmp(text, name, length) == 0;
}

static swage_status report_number(int32_t kind, const char *text, size_t length,
                                  char **error) {
  char names[64] = "";
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i)
    if (numbers[i].kinds >> kind & 1) {
      if (*names)
        strcat(names, ", ");
      strcat(names, numbers[i].name);
    }
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "the schedule '%s' has no number '%.*s'; it has %s",
                     kind_names[kind], (int)length, text, names);
}

/// Reads "NAME=NUMBER", which has `length` characters.
static swage_status parse_number(const char *text, size_t length,
                                 swage_schedule *schedule, char **error) {
  size_t name_length = strcspn(text, "=,");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
    if (!(numbers[i].kinds >> schedule->kind & 1) ||
        !has_name(text, name_length, numbers[i].name))
      continue;
    const char *begin = text + name_length + (text[name_length] == '=');
    char *end;
    double number = strtod(begin, &end);
    if (end == begin || end != text + length || !isfinite(number))
      return swage_error(error, SWAGE_BAD_ARGUMENT,
                         "the schedule '%s' needs a number in '%.*s'",
                         kind_names[schedule->kind], (int)length, text);
    *(double *)((char *)schedule + numbers[i].offset) = number;
    return SWAGE_OK;
  }
  return report_number(schedule->kind, text, name_length, error);
}

swage_status swage_schedule_parse(const char *text, double rate, double epochs,
                                  swage_schedule *schedule, char **error) {
  *schedule = (swage_schedule){
      .kind = -1, .rate = rate, .epochs = epochs, .every = 10, .factor = 0.1};
  size_t length = strcspn(text, ",");
  for (int32_t kind = 0; kind < 3; ++kind)
    if (has_name(text, length, kind_names[kind]))
      schedule->kind = kind;
  if (schedule->kind < 0)
    return swage_error(
        error, SWAGE_BAD_ARGUMENT,
        "there is no schedule '%.*s'; there are constant, step, cosine",
        (int)length, text);
  while (text[length] == ',') {
    text += length + 1;
    length = strcspn(text, ",");
    swage_status status = parse_number(text, length, schedule, error);
    if (status)
      return status;
  }
  if (schedule->every <= 0)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "the schedule 'step' needs 'every' above 0");
  return SWAGE_OK;
}

double swage_schedule_rate(const swage_schedule *schedule, double epoch) {
  double rate = schedule->rate, warmup = schedule->warmup;
  if (epoch < warmup)
    return rate * epoch / warmup;
  if (schedule->kind == SWAGE_SCHEDULE_STEP)
    return rate * pow(schedule->factor, floor(epoch / schedule->every));
  if (schedule->kind == SWAGE_SCHEDULE_COSINE) {
    double length = schedule->epochs - warmup;
    double share = length > 0 ? (epoch - warmup) / length : 1;
    double wave = (1 + cos(3.14159265358979323846 * fmin(share, 1))) / 2;
    return schedule->end + (rate - schedule->end) * wave;
  }
  return rate;
}
