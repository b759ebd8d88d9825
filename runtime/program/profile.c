//===- profile.c - the kernels of a run as a table ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// A kernel's line, with the times of one run.
typedef struct line {
  const swage_kernel_info *kernel;
  double calls;
  double ms;
} line;

static int compare(const void *left, const void *right) {
  double a = ((const line *)left)->ms, b = ((const line *)right)->ms;
  return (a < b) - (a > b);
}

/// A rate in 10^9 a second, of `work` that each call does; -1 is unknown.
static void print_rate(FILE *stream, const line *line, int64_t work) {
  if (work < 0 || !(line->ms > 0))
    fprintf(stream, " %9s", "-");
  else
    fprintf(stream, " %9.1f", (double)work * line->calls / line->ms * 1e-6);
}

static void print_lines(FILE *stream, const line *lines, size_t count,
                        double total) {
  int width = (int)strlen("outside of kernels");
  double inside = 0;
  for (size_t i = 0; i < count; ++i) {
    int length = (int)strlen(lines[i].kernel->name);
    width = length > width ? length : width;
    inside += lines[i].ms;
  }
  fprintf(stream, "%-*s %7s %10s %7s %9s %9s\n", width, "kernel", "calls", "ms",
          "share", "GFLOP/s", "GB/s");
  double percent = total > 0 ? 100 / total : 0;
  for (size_t i = 0; i < count; ++i) {
    const line *line = &lines[i];
    fprintf(stream, "%-*s %7.0f %10.4f %6.1f%%", width, line->kernel->name,
            line->calls, line->ms, line->ms * percent);
    print_rate(stream, line, line->kernel->flops);
    print_rate(stream, line, line->kernel->bytes);
    fputc('\n', stream);
  }
  double outside = total > inside ? total - inside : 0;
  fprintf(stream, "%-*s %7s %10.4f %6.1f%%\n", width, "outside of kernels", "-",
          outside, outside * percent);
}

void swage_profile_print(FILE *stream, const swage_model *model,
                         const swage_timing *timing,
                         const swage_kernel_time *kernels) {
  line *lines = malloc((model->num_kernels + 1) * sizeof(line));
  if (!lines)
    return;
  double runs = (double)timing->runs;
  size_t count = 0;
  for (uint64_t i = 0; i < model->num_kernels; ++i)
    if (kernels[i].calls) // what a branch leaves out has nothing to show
      lines[count++] =
          (line){&model->kernels[i], (double)kernels[i].calls / runs,
                 kernels[i].median_ms};
  qsort(lines, count, sizeof(line), compare);
  print_lines(stream, lines, count, timing->median_ms);
  free(lines);
}
