//===- typed.c - the functions of a training's generated header -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/typed.h"
#include "core/message.h"
#include "training/trainee.h"

#include <inttypes.h>
#include <stdlib.h>

/// The trainee in *cell, made when there is none.
static swage_status get_trainee(const swage_training *training,
                                swage_trainee **cell, swage_trainee **trainee,
                                char **error) {
  *trainee = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
  if (*trainee)
    return SWAGE_OK;
  swage_status status = swage_trainee_create(training, NULL, trainee, error);
  if (!status)
    __atomic_store_n(cell, *trainee, __ATOMIC_RELEASE);
  return status;
}

void swage_typed_end(swage_trainee **cell) {
  swage_trainee_destroy(__atomic_exchange_n(cell, NULL, __ATOMIC_ACQ_REL));
}

/// Describes bare pointers; none may be NULL.
static swage_status describe_all(const swage_value_info *infos, uint32_t count,
                                 const void *const *data, swage_tensor *tensors,
                                 char **error) {
  for (uint32_t i = 0; i < count; ++i) {
    if (!data[i])
      return swage_error(error, SWAGE_BAD_ARGUMENT, "'%s' is NULL",
                         infos[i].name);
    tensors[i] = swage_describe(&infos[i], (void *)data[i]);
  }
  return SWAGE_OK;
}

/// What a call of a function is; as the public ones take it.
typedef enum kind { STEP, EVALUATION, PREDICTION } kind;

static int32_t call(kind kind, const swage_training *training,
                    swage_trainee **cell, const void *const *inputs,
                    double rate, double *loss, void *const *outputs) {
  char *error = NULL;
  swage_trainee *trainee;
  swage_status status = get_trainee(training, cell, &trainee, &error);
  if (status)
    return swage_typed_finish(status, error);
  uint32_t num_inputs =
      kind == PREDICTION ? training->num_model_inputs : training->num_inputs;
  swage_tensor *tensors =
      calloc((size_t)num_inputs + training->num_outputs + 1, sizeof *tensors);
  if (!tensors)
    return swage_typed_fail(SWAGE_ERROR, "out of memory");
  swage_tensor *results = tensors + num_inputs;
  status = describe_all(training->inputs, num_inputs, inputs, tensors, &error);
  if (!status && kind != STEP)
    status = describe_all(training->outputs, training->num_outputs,
                          (const void *const *)outputs, results, &error);
  if (!status)
    status =
        kind == STEP ? swage_trainee_step(trainee, tensors, rate, loss, &error)
        : kind == EVALUATION
            ? swage_trainee_evaluate(trainee, tensors, loss, results, &error)
            : swage_trainee_run(trainee, tensors, results, &error);
  free(tensors);
  return swage_typed_finish(status, error);
}

int32_t swage_typed_step(const swage_training *training, swage_trainee **cell,
                         const void *const *inputs, double rate, double *loss) {
  return call(STEP, training, cell, inputs, rate, loss, NULL);
}

int32_t swage_typed_evaluate(const swage_training *training,
                             swage_trainee **cell, const void *const *inputs,
                             double *loss, void *const *outputs) {
  return call(EVALUATION, training, cell, inputs, 0, loss, outputs);
}

int32_t swage_typed_predict(const swage_training *training,
                            swage_trainee **cell, const void *const *inputs,
                            void *const *outputs) {
  return call(PREDICTION, training, cell, inputs, 0, NULL, outputs);
}

/// A slot by name, with the size that the caller believes it to have.
static swage_status find_slot(const swage_training *training,
                              swage_trainee **cell, const char *name,
                              size_t size, swage_trainee **trainee,
                              swage_tensor *slot, char **error) {
  swage_status status = get_trainee(training, cell, trainee, error);
  if (status)
    return status;
  int64_t index = swage_trainee_find(*trainee, name);
  if (index < 0)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "the training '%s' has no tensor '%s'", training->name,
                       name);
  *slot = swage_trainee_slot(*trainee, (uint32_t)index);
  if (swage_tensor_bytes(slot) != size)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "'%s' has %zu bytes, and not %zu", name,
                       swage_tensor_bytes(slot), size);
  return SWAGE_OK;
}

int32_t swage_typed_get(const swage_training *training, swage_trainee **cell,
                        const char *name, void *data, size_t size) {
  char *error = NULL;
  swage_trainee *trainee;
  swage_tensor slot;
  swage_status status =
      find_slot(training, cell, name, size, &trainee, &slot, &error);
  slot.data = data;
  if (!status)
    status = swage_trainee_get(trainee, name, &slot, &error);
  return swage_typed_finish(status, error);
}

int32_t swage_typed_set(const swage_training *training, swage_trainee **cell,
                        const char *name, const void *data, size_t size) {
  char *error = NULL;
  swage_trainee *trainee;
  swage_tensor slot;
  swage_status status =
      find_slot(training, cell, name, size, &trainee, &slot, &error);
  slot.data = (void *)data;
  if (!status)
    status = swage_trainee_set(trainee, name, &slot, &error);
  return swage_typed_finish(status, error);
}

int32_t swage_typed_save(const swage_training *training, swage_trainee **cell,
                         const char *path) {
  char *error = NULL;
  swage_trainee *trainee;
  swage_status status = get_trainee(training, cell, &trainee, &error);
  if (!status)
    status = swage_trainee_save(trainee, path, &error);
  return swage_typed_finish(status, error);
}

int32_t swage_typed_load(const swage_training *training, swage_trainee **cell,
                         const char *path) {
  char *error = NULL;
  swage_trainee *trainee;
  swage_status status = get_trainee(training, cell, &trainee, &error);
  if (!status)
    status = swage_trainee_load(trainee, path, &error);
  return swage_typed_finish(status, error);
}
