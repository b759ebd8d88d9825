//===- weights.h - a model's constants in memory --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_WEIGHTS_H
#define SWAGE_CORE_WEIGHTS_H

#include "swage/artifact.h"

typedef struct swage_weights {
  const unsigned char *data;
  void *mapping; // of a weights file; NULL for embedded weights
  size_t mapped_size;
} swage_weights;

/// Finds the weights of `model`: embedded, or mapped from `path`, or else from
/// the file that the model names.
swage_status swage_weights_open(const swage_model *model, const char *path,
                                swage_weights *weights, char **error);
void swage_weights_close(swage_weights *weights);

#endif
