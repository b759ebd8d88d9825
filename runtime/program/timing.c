//===- timing.c - how long a run takes ------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/dtype.h"
#include "core/execute.h"
#include "core/message.h"
#include "core/profile.h"
#include "core/session.h"
#include "io/file.h"
#include "swage/program.h"

#include <inttypes.h>
#include <stdlib.h>

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

/// Adds what each kernel took up to here, negated: its time of the run that
/// follows is missing.
static bool begin_kernels(samples *kernels, const swage_profile *profile,
                          size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (!add(kernels, -profile->kernels[i].ms))
      return false;
  return true;
}

static void end_kernels(samples *kernels, const swage_profile *profile,
                        size_t count) {
  double *last = kernels->times + kernels->count - count;
  for (size_t i = 0; i < count; ++i)
    last[i] += profile->kernels[i].ms;
}

/// Runs for `duration` milliseconds, at least once. `taken` and `profile` may
/// be NULL; `kernels` gets the times of all kernels, run after run.
static swage_status run_for(swage_session *session, const swage_tensor *inputs,
                            swage_tensor *outputs, double duration,
                            samples *taken, swage_profile *profile,
                            samples *kernels, char **error) {
  size_t count = profile ? session->model->num_kernels : 0;
  double begin = swage_now_ms(), before = begin;
  do {
    // Outputs of the first run are the buffers of the others, where they can.
    for (uint32_t i = 0; i < session->model->num_outputs; ++i)
      if (swage_has_parts(session->model->outputs[i].dtype))
        swage_tensors_release(&outputs[i], 1);
    if (!begin_kernels(kernels, profile, count))
      return swage_error(error, SWAGE_ERROR, "no memory for the times");
    before = swage_now_ms();
    swage_status status =
        swage_run_session(session, inputs, outputs, NULL, profile, error);
    if (status)
      return status;
    double after = swage_now_ms();
    end_kernels(kernels, profile, count);
    if (taken && !add(taken, after - before))
      return swage_error(error, SWAGE_ERROR, "no memory for the times");
    before = swage_now_ms();
  } while (before - begin < duration);
  return SWAGE_OK;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/// The median of times in order.
static double median(const double *times, size_t count) {
  return (times[(count - 1) / 2] + times[count / 2]) / 2;
}

/// Sets the medians of kernels from their times, of which `all` has room for
/// one kernel's.
static void set_medians(const samples *kernels, size_t num_kernels,
                        samples *all, swage_profile *profile) {
  for (size_t i = 0; i < num_kernels; ++i) {
    for (size_t run = 0; run < all->count; ++run)
      all->times[run] = kernels->times[run * num_kernels + i];
    qsort(all->times, all->count, sizeof(double), compare);
    profile->kernels[i].median_ms = median(all->times, all->count);
  }
}

static swage_status measure(swage_session *session, const swage_tensor *inputs,
                            swage_tensor *outputs, double seconds,
                            swage_profile *profile, swage_timing *timing,
                            char **error) {
  if (error)
    *error = NULL;
  samples taken = {0}, kernels = {0};
  swage_status status = run_for(session, inputs, outputs, seconds * 100, NULL,
                                NULL, &kernels, error);
  if (!status)
    status = run_for(session, inputs, outputs, seconds * 1000, &taken, profile,
                     &kernels, error);
  if (!status) {
    size_t count = taken.count;
    double *times = taken.times;
    double total = 0;
    for (size_t i = 0; i < count; ++i)
      total += times[i];
    qsort(times, count, sizeof(double), compare);
    *timing = (swage_timing){.min_ms = times[0],
                             .median_ms = median(times, count),
                             .p99_ms = times[(count * 99 + 99) / 100 - 1],
                             .mean_ms = total / (double)count,
                             .runs = (int64_t)count,
                             .threads = session->num_threads};
    if (profile)
      set_medians(&kernels, session->model->num_kernels, &taken, profile);
  }
  free(kernels.times);
  free(taken.times);
  return status;
}

swage_status swage_session_time(swage_session *session,
                                const swage_tensor *inputs,
                                swage_tensor *outputs, double seconds,
                                swage_timing *timing, char **error) {
  return measure(session, inputs, outputs, seconds, NULL, timing, error);
}

swage_status swage_session_profile(swage_session *session,
                                   const swage_tensor *inputs,
                                   swage_tensor *outputs, double seconds,
                                   swage_timing *timing,
                                   swage_kernel_time *kernels, char **error) {
  for (uint64_t i = 0; i < session->model->num_kernels; ++i)
    kernels[i] = (swage_kernel_time){0};
  swage_profile profile = {kernels};
  return measure(session, inputs, outputs, seconds, &profile, timing, error);
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

static void write_kernels(FILE *stream, const swage_model *model,
                          const swage_timing *timing,
                          const swage_kernel_time *kernels) {
  fputs(", \"kernels\": [", stream);
  for (uint64_t i = 0; i < model->num_kernels; ++i) {
    fputs(i ? ", {\"name\": " : "{\"name\": ", stream);
    write_json_string(stream, model->kernels[i].name);
    fprintf(stream, ", \"calls\": %" PRId64 ", \"ms\": %.6f}",
            kernels[i].calls / timing->runs, kernels[i].median_ms);
  }
  fputc(']', stream);
}

swage_status swage_timing_save(const char *path, const swage_model *model,
                               const swage_timing *timing,
                               const swage_kernel_time *kernels, char **error) {
  if (error)
    *error = NULL;
  swage_new_file file;
  swage_status status = swage_file_begin(path, &file, error);
  if (status)
    return status;
  fputs("{\"name\": ", file.stream);
  write_json_string(file.stream, model->name);
  fprintf(file.stream,
          ", \"median_ms\": %.6f, \"min_ms\": %.6f, \"p99_ms\": %.6f, "
          "\"runs\": %" PRId64 ", \"threads\": %d",
          timing->median_ms, timing->min_ms, timing->p99_ms, timing->runs,
          timing->threads);
  if (kernels)
    write_kernels(file.stream, model, timing, kernels);
  fputs("}\n", file.stream);
  return swage_file_commit(&file, error);
}
