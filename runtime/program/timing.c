//===- timing.c - how long a run takes ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _POSIX_C_SOURCE 200809L
#include "core/message.h"
#include "core/session.h"
#include "io/file.h"
#include "swage/program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/// The times of runs, in milliseconds.
typedef struct samples {
  double *times;
  size_t count;
  size_t capacity;
} samples;

static bool add(samples *taken, double time) {
  if (taken->count == taken->capacity) {
    size_t capacity = taken->capacity ? 2 * taken->capacity : 256;
    double *larger = realloc(taken->times, capacity * sizeof(double));
    if (!larger)
      return false;
    taken->times = larger;
    taken->capacity = capacity;
  }
  taken->times[taken->count++] = time;
  return true;
}

/// Runs for `duration` milliseconds, at least once. `taken` may be NULL.
static swage_status run_for(swage_session *session, const swage_tensor *inputs,
                            swage_tensor *outputs, double duration,
                            samples *taken, char **error) {
  double begin = now_ms(), before = begin;
  do {
    // Outputs of the first run are the buffers of the others.
    swage_status status =
        swage_session_run(session, inputs, outputs, NULL, error);
    if (status)
      return status;
    double after = now_ms();
    if (taken && !add(taken, after - before))
      return swage_error(error, SWAGE_ERROR, "no memory for the times");
    before = now_ms();
  } while (before - begin < duration);
  return SWAGE_OK;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

swage_status swage_session_time(swage_session *session,
                                const swage_tensor *inputs,
                                swage_tensor *outputs, double seconds,
                                swage_timing *timing, char **error) {
  if (error)
    *error = NULL;
  samples taken = {0};
  swage_status status =
      run_for(session, inputs, outputs, seconds * 100, NULL, error);
  if (!status)
    status = run_for(session, inputs, outputs, seconds * 1000, &taken, error);
  if (!status) {
    size_t count = taken.count;
    double *times = taken.times;
    qsort(times, count, sizeof(double), compare);
    *timing = (swage_timing){
        .min_ms = times[0],
        .median_ms = (times[(count - 1) / 2] + times[count / 2]) / 2,
        .p99_ms = times[(count * 99 + 99) / 100 - 1],
        .runs = (int64_t)count,
        .threads = session->num_threads};
  }
  free(taken.times);
  return status;
}

static void write_json_string(FILE *stream, const char *text) {
  fputc('"', stream);
  for (; *text; ++text) {
    unsigned char byte = (unsigned char)*text;
    if (byte == '"' || byte == '\\')
      fprintf(stream, "\\%c", byte);
    else if (byte < 0x20)
      fprintf(stream, "\\u%04x", byte);
    else
      fputc(byte, stream);
  }
  fputc('"', stream);
}

swage_status swage_timing_save(const char *path, const char *name,
                               const swage_timing *timing, char **error) {
  if (error)
    *error = NULL;
  swage_new_file file;
  swage_status status = swage_file_begin(path, &file, error);
  if (status)
    return status;
  fputs("{\"name\": ", file.stream);
  write_json_string(file.stream, name);
  fprintf(file.stream,
          ", \"median_ms\": %.6f, \"min_ms\": %.6f, \"p99_ms\": %.6f, "
          "\"runs\": %" PRId64 ", \"threads\": %d}\n",
          timing->median_ms, timing->min_ms, timing->p99_ms, timing->runs,
          timing->threads);
  return swage_file_commit(&file, error);
}
