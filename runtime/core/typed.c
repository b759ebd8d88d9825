//===- typed.c - the functions of generated headers -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A typed function takes bare pointers. All else that a run needs is known from
// the model's facts; the session is made by the first call and kept.
//
//===----------------------------------------------------------------------===//
#include "core/typed.h"

#include <stdio.h>
#include <stdlib.h>

// Why this thread's last call failed; for the reading by the same thread.
static _Thread_local char last_error[512];

int32_t swage_typed_fail(swage_status status, const char *message) {
  snprintf(last_error, sizeof last_error, "%s", message);
  return status;
}

int32_t swage_typed_finish(swage_status status, char *message) {
  if (status != SWAGE_OK)
    swage_typed_fail(status, message ? message : "out of memory");
  swage_free(message);
  return status;
}

const char *swage_typed_error(void) { return last_error; }

// The session in *cell, made when there is none. Of several threads that make
// one at once the first wins and the others take its session.
static swage_status get_session(const swage_model *model, swage_session **cell,
                                swage_session **session) {
  *session = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
  if (*session)
    return SWAGE_OK;
  char *message = NULL;
  swage_session *made;
  swage_status status = swage_session_create(model, NULL, &made, &message);
  if (status != SWAGE_OK) {
    swage_typed_finish(status, message);
    return status;
  }
  if (__atomic_compare_exchange_n(cell, session, made, 0, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE))
    *session = made;
  else
    swage_session_destroy(made);
  return SWAGE_OK;
}

swage_tensor swage_describe(const swage_value_info *info, void *data) {
  swage_tensor tensor = {.data = data, .dtype = info->dtype};
  tensor.rank = info->rank;
  for (int32_t i = 0; i < info->rank; ++i)
    tensor.dims[i] = info->dims[i];
  return tensor;
}

// Runs with descriptors in `tensors`, one for each input and output.
static int32_t run(const swage_model *model, swage_session *session,
                   swage_tensor *tensors, const void *const *inputs,
                   void *const *outputs, void *workspace) {
  char text[256];
  for (uint32_t i = 0; i < model->num_inputs; ++i) {
    if (!inputs[i]) {
      snprintf(text, sizeof text, "input '%s' is NULL", model->inputs[i].name);
      return swage_typed_fail(SWAGE_BAD_ARGUMENT, text);
    }
    tensors[i] = swage_describe(&model->inputs[i], (void *)inputs[i]);
  }
  swage_tensor *results = tensors + model->num_inputs;
  for (uint32_t i = 0; i < model->num_outputs; ++i) {
    // Without this the run would allocate it, and nobody would get it.
    if (!outputs[i]) {
      snprintf(text, sizeof text, "output '%s' is NULL",
               model->outputs[i].name);
      return swage_typed_fail(SWAGE_BAD_ARGUMENT, text);
    }
    results[i] = swage_describe(&model->outputs[i], outputs[i]);
  }
  char *message = NULL;
  swage_status status =
      swage_session_run(session, tensors, results, workspace, &message);
  return swage_typed_finish(status, message);
}

int32_t swage_typed_run(const swage_model *model, swage_session **cell,
                        const void *const *inputs, void *const *outputs,
                        void *workspace) {
  swage_session *session;
  swage_status status = get_session(model, cell, &session);
  if (status != SWAGE_OK)
    return status;
  swage_tensor few[8], *tensors = few;
  size_t count = (size_t)model->num_inputs + model->num_outputs;
  if (count > sizeof few / sizeof *few)
    tensors = malloc(count * sizeof *tensors);
  if (!tensors)
    return swage_typed_fail(SWAGE_ERROR, "out of memory");
  status = run(model, session, tensors, inputs, outputs, workspace);
  if (tensors != few)
    free(tensors);
  return status;
}

void swage_typed_unload(swage_session **cell) {
  swage_session_destroy(__atomic_exchange_n(cell, NULL, __ATOMIC_ACQ_REL));
}
