//===- options.h - the command line of an emitted executable --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_EXECUTABLE_OPTIONS_H
#define SWAGE_EXECUTABLE_OPTIONS_H

#include "swage/program.h"
#include <stdbool.h>

typedef struct swage_options {
  const char *program;
  const char **bindings; // of --input, and bare files
  int32_t num_bindings;
  swage_dim_value *dims;
  int32_t num_dims;
  const char *output_dir;
  const char *weights;
  const char *json;
  int32_t threads; // 0: one per processor
  double seconds;
  uint64_t seed;
  bool random_inputs;
  bool bench;
  bool profile; // implies bench
  bool help;
  bool info;
  bool version;
} swage_options;

/// Reads the command line; strings stay the caller's, except for what
/// swage_options_release releases.
swage_status swage_options_parse(int argc, char **argv, swage_options *options,
                                 char **error);
void swage_options_release(swage_options *options);

void swage_options_print_help(const swage_options *options,
                              const swage_model *model);

#endif
