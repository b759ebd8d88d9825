//===- options.h - the command line of an executable that trains ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRAINABLE_OPTIONS_H
#define SWAGE_TRAINABLE_OPTIONS_H

#include "swage/training.h"
#include <stdbool.h>

typedef struct swage_train_options {
  const char *program;
  const char **bindings; // of --data
  int32_t num_bindings;
  const char **validation; // of --val
  int32_t num_validation;
  const char *load, *save; // checkpoints
  const char *output_dir;
  const char *weights;
  int32_t threads; // 0: one per processor
  uint64_t epochs;
  uint64_t seed;
  double rate;
  const char *schedule;
  bool evaluate;
  bool help;
  bool info;
  bool version;
} swage_train_options;

/// Reads the command line; strings stay the caller's; `bindings`, which
/// holds `validation` too, is to be freed.
swage_status swage_train_options_parse(int argc, char **argv,
                                       swage_train_options *options,
                                       char **error);

void swage_train_options_print_help(const swage_train_options *options,
                                    const swage_training *training);

#endif
