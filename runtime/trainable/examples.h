//===- examples.h - the data of an executable that trains -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRAINABLE_EXAMPLES_H
#define SWAGE_TRAINABLE_EXAMPLES_H

#include "swage/training.h"

/// Arrays of examples, and a batch to copy some of them to.
typedef struct swage_examples {
  uint32_t num_arrays;
  swage_tensor *arrays;
  swage_tensor *batch; // what a step takes
  uint32_t count;      // of examples
  uint32_t batch_size;
} swage_examples;

/// Loads the first `num_arrays` inputs of the training from "NAME=FILE", which
/// the option gave.
swage_status swage_examples_load(const swage_training *training,
                                 uint32_t num_arrays, const char *option,
                                 const char *const *bindings,
                                 int32_t num_bindings, swage_examples *examples,
                                 char **error);
void swage_examples_release(swage_examples *examples);

/// Copies `count` examples with these numbers to the batch; where a batch has
/// more, the first one fills it.
void swage_examples_gather(swage_examples *examples, const uint32_t *numbers,
                           uint32_t count);

#endif
