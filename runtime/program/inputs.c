//===- inputs.c - inputs from files ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "core/message.h"
#include "swage/program.h"

#include <stdlib.h>
#include <string.h>

/// The names of inputs as "'a', 'b'": of those without data, or of all when
/// `inputs` is NULL. To be freed.
static char *list_inputs(const swage_model *model, const swage_tensor *inputs) {
  char *list = swage_format("%s", "");
  for (uint32_t i = 0; i < model->num_inputs && list; ++i) {
    if (inputs && inputs[i].data)
      continue;
    char *longer = swage_format("%s%s'%s'", list, *list ? ", " : "",
                                model->inputs[i].name);
    free(list);
    list = longer;
  }
  return list;
}

/// The input that a binding "NAME=FILE" names; names may contain '=', so the
/// longest that fits counts. num_inputs when there is none.
static uint32_t find_input(const swage_model *model, const char *binding) {
  uint32_t best = model->num_inputs;
  size_t longest = 0;
  for (uint32_t i = 0; i < model->num_inputs; ++i) {
    const char *name = model->inputs[i].name;
    size_t length = strlen(name);
    if (strncmp(binding, name, length) != 0 || binding[length] != '=')
      continue;
    if (best == model->num_inputs || length > longest) {
      best = i;
      longest = length;
    }
  }
  return best;
}

static swage_status report_unknown(const swage_model *model,
                                   const char *binding, char **error) {
  char *list = list_inputs(model, NULL);
  const char *equals = strchr(binding, '=');
  swage_status status =
      equals ? swage_error(error, SWAGE_BAD_ARGUMENT,
                           "model '%s' has no input '%.*s'; its inputs are %s",
                           model->name, (int)(equals - binding), binding,
                           list ? list : "")
             : swage_error(error, SWAGE_BAD_ARGUMENT,
                           "model '%s' has %u inputs, so '%s' must be given as "
                           "NAME=FILE; its inputs are %s",
                           model->name, model->num_inputs, binding,
                           list ? list : "");
  free(list);
  return status;
}

swage_status swage_inputs_load(const swage_model *model,
                               const char *const *bindings,
                               int32_t num_bindings, swage_tensor *inputs,
                               char **error) {
  if (error)
    *error = NULL;
  for (int32_t i = 0; i < num_bindings; ++i) {
    const char *path = bindings[i];
    uint32_t index = find_input(model, bindings[i]);
    if (index < model->num_inputs)
      path += strlen(model->inputs[index].name) + 1;
    else if (model->num_inputs == 1 && !strchr(path, '='))
      index = 0;
    else
      return report_unknown(model, bindings[i], error);
    const swage_value_info *info = &model->inputs[index];
    if (inputs[index].data)
      return swage_error(error, SWAGE_BAD_ARGUMENT, "input '%s' is given twice",
                         info->name);
    swage_status status = swage_value_load(path, info, &inputs[index], error);
    if (status)
      return status;
    swage_tensor_retype(&inputs[index], info->dtype);
  }
  return SWAGE_OK;
}

swage_status swage_inputs_complete(const swage_model *model,
                                   const swage_tensor *inputs, char **error) {
  if (error)
    *error = NULL;
  char *list = list_inputs(model, inputs);
  swage_status status = SWAGE_OK;
  if (!list || *list)
    status = swage_error(error, SWAGE_BAD_ARGUMENT,
                         "no data for these inputs: %s; give them with "
                         "--input NAME=FILE, or take --random-inputs",
                         list ? list : "");
  free(list);
  return status;
}

void swage_tensors_release(swage_tensor *tensors, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    swage_free(tensors[i].data);
    tensors[i].data = NULL;
  }
}
