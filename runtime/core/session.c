//===- session.c - loading and releasing a model --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#define _DEFAULT_SOURCE // MAP_ANONYMOUS
#include "core/session.h"

#include "core/execute.h"
#include "core/message.h"
#include "parallel/pool.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/// More threads than any machine has; larger numbers are mistakes.
#define MOST_THREADS 4096

/// Whether constant `i` is made at load.
static bool is_prepared(const swage_model *model, uint32_t i) {
  return i >= model->num_constants - model->num_prepared;
}

static swage_status check_model(const swage_model *model, char **error) {
  if (!model)
    return swage_error(error, SWAGE_BAD_ARGUMENT, "no model given");
  if (model->abi_version != SWAGE_ABI_VERSION)
    return swage_error(error, SWAGE_BAD_MODEL,
                       "the model was compiled for version %u of the runtime; "
                       "this is version %d: compile it again",
                       model->abi_version, SWAGE_ABI_VERSION);
  if (model->num_prepared > model->num_constants ||
      (model->num_prepared && !model->prepare))
    return swage_error(error, SWAGE_BAD_MODEL,
                       "model '%s' does not say how %" PRIu64
                       " of its %u constants are made",
                       model->name, model->num_prepared, model->num_constants);
  for (uint32_t i = 0; i < model->num_constants; ++i) {
    bool prepared = is_prepared(model, i);
    uint64_t size = prepared ? model->prepared_size : model->weights_size;
    if (model->constant_offsets[i] > size)
      return swage_error(error, SWAGE_BAD_MODEL,
                         "constant %u of model '%s' is at %" PRIu64
                         ", outside of %s %" PRIu64 " bytes%s",
                         i, model->name, model->constant_offsets[i],
                         prepared ? "the" : "its", size,
                         prepared ? " that are made at load" : " of weights");
  }
  return SWAGE_OK;
}

/// Gives each named dynamic dimension of the inputs the number of its symbol.
static bool number_symbols(swage_session *session) {
  const swage_model *model = session->model;
  size_t num_dims = 0;
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    num_dims += (size_t)model->inputs[i].rank;
  session->input_symbols = malloc((num_dims + 1) * sizeof(int32_t));
  const char **names = malloc((num_dims + 1) * sizeof(char *));
  if (!session->input_symbols || !names) {
    free(names);
    return false;
  }
  int32_t *next = session->input_symbols;
  for (uint32_t i = 0; i < model->num_inputs; ++i) {
    const swage_value_info *info = &model->inputs[i];
    for (int32_t dim = 0; dim < info->rank; ++dim) {
      const char *name = info->dim_names ? info->dim_names[dim] : NULL;
      if (info->dims[dim] >= 0 || !name) {
        *next++ = -1;
        continue;
      }
      int32_t symbol = 0;
      while (symbol < session->num_symbols && strcmp(names[symbol], name) != 0)
        ++symbol;
      if (symbol == session->num_symbols)
        names[session->num_symbols++] = name;
      *next++ = symbol;
    }
  }
  free(names);
  return true;
}

static bool locate_constants(swage_session *session) {
  const swage_model *model = session->model;
  session->constants = calloc((size_t)model->num_constants + 1, sizeof(void *));
  if (!session->constants)
    return false;
  if (model->prepared_size) {
    void *memory = mmap(NULL, model->prepared_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return false;
    session->prepared = memory;
#ifdef MADV_HUGEPAGE
    // Fewer faults while it is written, and fewer misses while it is read. No
    // matter if the system refuses.
    madvise(memory, model->prepared_size, MADV_HUGEPAGE);
#endif
  }
  for (uint32_t i = 0; i < model->num_constants; ++i)
    session->constants[i] =
        (is_prepared(model, i) ? session->prepared : session->weights.data) +
        model->constant_offsets[i];
  return true;
}

/// Has the model make the constants that it does not bring, and protects them:
/// runs in any number of threads rely on them.
static swage_status prepare_constants(swage_session *session, char **error) {
  const swage_model *model = session->model;
  if (!model->prepare)
    return SWAGE_OK;
  swage_status status = swage_prepare_session(session, error);
  if (!status && model->prepared_size &&
      mprotect(session->prepared, model->prepared_size, PROT_READ))
    status = swage_error(error, SWAGE_ERROR,
                         "cannot protect the weights of model '%s': %s",
                         model->name, strerror(errno));
  return status;
}

static swage_status load(swage_session *session,
                         const swage_session_options *options, char **error) {
  int32_t threads = options ? options->num_threads : 0;
  if (threads < 0 || threads > MOST_THREADS)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "cannot use %d threads; 0 means one per processor",
                       threads);
  session->num_threads = threads ? threads : swage_available_processors();
  swage_status status =
      swage_weights_open(session->model, options ? options->weights_path : NULL,
                         &session->weights, error);
  if (status)
    return status;
  if (!locate_constants(session) || !number_symbols(session))
    return swage_error(error, SWAGE_ERROR, "no memory to load model '%s'",
                       session->model->name);
  if (session->num_threads > 1) {
    session->pool = swage_pool_create(session->num_threads, error);
    if (!session->pool)
      return SWAGE_ERROR;
  }
  return prepare_constants(session, error);
}

swage_status swage_session_create(const swage_model *model,
                                  const swage_session_options *options,
                                  swage_session **session, char **error) {
  *session = NULL;
  if (error)
    *error = NULL;
  swage_status status = check_model(model, error);
  if (status)
    return status;
  swage_session *created = calloc(1, sizeof(swage_session));
  if (!created)
    return swage_error(error, SWAGE_ERROR, "no memory to load model '%s'",
                       model->name);
  created->model = model;
  pthread_mutex_init(&created->lock, NULL);
  status = load(created, options, error);
  if (status) {
    swage_session_destroy(created);
    return status;
  }
  *session = created;
  return SWAGE_OK;
}

void swage_session_destroy(swage_session *session) {
  if (!session)
    return;
  swage_pool_destroy(session->pool);
  while (session->idle) {
    swage_workspace *next = session->idle->next;
    swage_workspace_destroy(session->idle);
    session->idle = next;
  }
  pthread_mutex_destroy(&session->lock);
  free(session->input_symbols);
  free(session->constants);
  if (session->prepared)
    munmap(session->prepared, session->model->prepared_size);
  swage_weights_close(&session->weights);
  free(session);
}
