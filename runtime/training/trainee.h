//===- trainee.h - a training under way -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRAINING_TRAINEE_H
#define SWAGE_TRAINING_TRAINEE_H

#include "core/typed.h"
#include "swage/training.h"
#include <stdbool.h>

/// A function with its session, which is made when the function is first used:
/// whoever only trains has no threads and weights for predictions.
typedef struct swage_loaded_function {
  const swage_bound_model *bound;
  swage_session *session;
} swage_loaded_function;

struct swage_trainee {
  const swage_training *training;
  swage_session_options options;
  char *weights_path; // what options.weights_path points to
  void **memory;      // of each slot
  swage_loaded_function step, evaluation, prediction;
};

/// Bytes of a tensor with known sizes.
size_t swage_tensor_bytes(const swage_tensor *tensor);

/// Whether two tensors have one type and the same sizes.
bool swage_tensor_is_alike(const swage_tensor *left, const swage_tensor *right);

#endif
