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
  size_t file_backed; // bytes from `data` on that are read from a file again
                      // when they are given back; 0 where that is not known
} swage_weights;

/// Finds the weights of `model`: embedded, or mapped from `path`, or else from
/// the file that the model names.
swage_status swage_weights_open(const swage_model *model, const char *path,
                                swage_weights *weights, char **error);
/// Gives the memory of all weights back to the system, which reads them from
/// their file again when they are needed; not those that are in no file.
void swage_weights_give_back(const swage_weights *weights);
void swage_weights_close(swage_weights *weights);

#endif
