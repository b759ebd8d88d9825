//===- session.h - a loaded model -----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_SESSION_H
#define SWAGE_CORE_SESSION_H

#include "core/run.h"
#include "core/weights.h"
#include <pthread.h>

struct swage_session {
  const swage_model *model;
  swage_weights weights;
  const void **constants;
  unsigned char *prepared; // memory of the constants made at load; may be NULL
  swage_pool *pool; // NULL with one thread
  int32_t num_threads;
  // Symbolic dimensions, numbered by name; one entry for each dimension of each
  // input, in order: its symbol or -1.
  int32_t *input_symbols;
  int32_t num_symbols;
  pthread_mutex_t lock;
  swage_workspace *idle; // workspaces that no run uses, the warmest first
  int32_t num_idle;
};

/// Checks the tensors of a run against the signature. `symbols` gets the values
/// of the symbolic dimensions.
swage_status swage_check_inputs(const swage_session *session,
                                const swage_tensor *inputs, int64_t *symbols,
                                char **error);
swage_status swage_check_outputs(const swage_session *session,
                                 const swage_tensor *outputs, char **error);

#endif
