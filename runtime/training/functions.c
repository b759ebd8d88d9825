//===- functions.c - steps, evaluations and predictions -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A function of a training gets each of its tensors from where its facts say:
// the slots, the caller, or the one number that goes in or out.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "swage/io.h"
#include "training/trainee.h"

#include <stdlib.h>

static swage_tensor slot_memory(const swage_trainee *trainee, uint32_t slot) {
  return swage_slot_memory(swage_trainee_slot(trainee, slot),
                           trainee->training->slots[slot].order);
}

/// What a call brings beside the slots.
typedef struct caller {
  const swage_tensor *inputs;
  swage_tensor *outputs; // NULL: they are not wanted
  double rate;
  double *loss; // NULL: not wanted
} caller;

/// Runs with descriptors in `tensors`, which are zero.
static swage_status run(swage_trainee *trainee,
                        const swage_loaded_function *function,
                        const caller *caller, swage_tensor *tensors,
                        char **error) {
  const swage_bound_model *bound = function->bound;
  const swage_model *model = bound->model;
  float rate = (float)caller->rate;
  double loss = 0;
  swage_tensor *results = tensors + model->num_inputs;
  for (uint32_t i = 0; i < model->num_inputs; ++i) {
    int32_t source = bound->inputs[i];
    if (source >= 0)
      tensors[i] = slot_memory(trainee, (uint32_t)source);
    else if (source == SWAGE_BIND_SCALAR)
      tensors[i] = swage_describe(&model->inputs[i], &rate);
    else
      tensors[i] = caller->inputs[SWAGE_BIND_CALLER - source];
  }
  for (uint32_t i = 0; i < model->num_outputs; ++i) {
    int32_t target = bound->outputs[i];
    if (target >= 0)
      results[i] = slot_memory(trainee, (uint32_t)target);
    else if (target == SWAGE_BIND_SCALAR)
      results[i] = swage_describe(&model->outputs[i], &loss);
    else if (caller->outputs)
      results[i] = caller->outputs[SWAGE_BIND_CALLER - target];
  }
  swage_status status =
      swage_session_run(function->session, tensors, results, NULL, error);
  if (status)
    return status;
  for (uint32_t i = 0; i < model->num_outputs; ++i) {
    int32_t target = bound->outputs[i];
    if (target == SWAGE_BIND_SCALAR && caller->loss)
      *caller->loss = swage_tensor_element(&results[i], 0);
    if (target <= SWAGE_BIND_CALLER && caller->outputs)
      caller->outputs[SWAGE_BIND_CALLER - target] = results[i];
    else if (target <= SWAGE_BIND_CALLER)
      swage_free(results[i].data);
  }
  return SWAGE_OK;
}

static swage_status call(swage_trainee *trainee,
                         swage_loaded_function *function, const caller *caller,
                         char **error) {
  if (error)
    *error = NULL;
  const swage_model *model = function->bound->model;
  if (!function->session) {
    swage_status status = swage_session_create(model, &trainee->options,
                                               &function->session, error);
    if (status)
      return status;
  }
  swage_tensor *tensors = calloc(
      (size_t)model->num_inputs + model->num_outputs + 1, sizeof *tensors);
  if (!tensors)
    return swage_error(error, SWAGE_ERROR, "no memory to run '%s'",
                       model->name);
  swage_status status = run(trainee, function, caller, tensors, error);
  free(tensors);
  return status;
}

swage_status swage_trainee_step(swage_trainee *trainee,
                                const swage_tensor *inputs, double rate,
                                double *loss, char **error) {
  caller caller = {inputs, NULL, rate, loss};
  return call(trainee, &trainee->step, &caller, error);
}

swage_status swage_trainee_evaluate(swage_trainee *trainee,
                                    const swage_tensor *inputs, double *loss,
                                    swage_tensor *outputs, char **error) {
  caller caller = {inputs, outputs, 0, loss};
  return call(trainee, &trainee->evaluation, &caller, error);
}

swage_status swage_trainee_run(swage_trainee *trainee,
                               const swage_tensor *inputs,
                               swage_tensor *outputs, char **error) {
  caller caller = {inputs, outputs, 0, NULL};
  return call(trainee, &trainee->prediction, &caller, error);
}
