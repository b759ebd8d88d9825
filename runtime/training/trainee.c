//===- trainee.c - the tensors of a training ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "training/trainee.h"

#include "core/memory.h"
#include "core/message.h"
#include "core/weights.h"
#include <stdlib.h>
#include <string.h>

size_t swage_tensor_bytes(const swage_tensor *tensor) {
  size_t size = swage_dtype_size(tensor->dtype);
  for (int32_t i = 0; i < tensor->rank; ++i)
    size *= (size_t)tensor->dims[i];
  return size;
}

bool swage_tensor_is_alike(const swage_tensor *left,
                           const swage_tensor *right) {
  bool same = left->dtype == right->dtype && left->rank == right->rank;
  for (int32_t i = 0; i < left->rank && same; ++i)
    same = left->dims[i] == right->dims[i];
  return same;
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

/// Gives each slot memory and its first value. Those come from the weights of
/// the step, which all three functions share.
static swage_status fill_slots(swage_trainee *trainee, char **error) {
  const swage_training *training = trainee->training;
  swage_weights weights;
  swage_status status = swage_weights_open(
      training->step.model, trainee->options.weights_path, &weights, error);
  if (status)
    return status;
  for (uint32_t i = 0; i < training->num_slots && !status; ++i) {
    const swage_slot_info *info = &training->slots[i];
    swage_tensor slot = swage_describe(&info->value, NULL);
    size_t size = swage_tensor_bytes(&slot);
    trainee->memory[i] = swage_allocate(size);
    if (!trainee->memory[i])
      status = swage_error(error, SWAGE_ERROR,
                           "no memory for '%s' of the training '%s'",
                           info->value.name, training->name);
    else if (info->has_initial) {
      slot.data = (void *)(weights.data + info->initial);
      swage_to_slot(&slot, trainee->memory[i], info->order);
    } else
      memset(trainee->memory[i], 0, size);
  }
  swage_weights_close(&weights);
  return status;
}

swage_status swage_trainee_create(const swage_training *training,
                                  const swage_session_options *options,
                                  swage_trainee **trainee, char **error) {
  *trainee = NULL;
  if (error)
    *error = NULL;
  if (!training)
    return swage_error(error, SWAGE_BAD_ARGUMENT, "no training given");
  if (training->abi_version != SWAGE_ABI_VERSION)
    return swage_error(error, SWAGE_BAD_MODEL,
                       "the training was compiled for version %u of the "
                       "runtime; this is version %d: compile it again",
                       training->abi_version, SWAGE_ABI_VERSION);
  swage_trainee *made = calloc(1, sizeof *made);
  if (made) {
    made->training = training;
    made->memory = calloc((size_t)training->num_slots + 1, sizeof(void *));
    made->step.bound = &training->step;
    made->evaluation.bound = &training->evaluation;
    made->prediction.bound = &training->prediction;
  }
  bool complete = made && made->memory;
  if (complete && options) {
    made->options = *options;
    // The caller's text may be gone when a function is first used.
    if (options->weights_path) {
      made->weights_path = swage_format("%s", options->weights_path);
      made->options.weights_path = made->weights_path;
      complete = made->weights_path != NULL;
    }
  }
  swage_status status =
      complete ? fill_slots(made, error)
               : swage_error(error, SWAGE_ERROR, "no memory for a training");
  if (status) {
    swage_trainee_destroy(made);
    return status;
  }
  *trainee = made;
  return SWAGE_OK;
}

void swage_trainee_destroy(swage_trainee *trainee) {
  if (!trainee)
    return;
  swage_session_destroy(trainee->step.session);
  swage_session_destroy(trainee->evaluation.session);
  swage_session_destroy(trainee->prediction.session);
  for (uint32_t i = 0; trainee->memory && i < trainee->training->num_slots; ++i)
    swage_free(trainee->memory[i]);
  free(trainee->memory);
  free(trainee->weights_path);
  free(trainee);
}

//===----------------------------------------------------------------------===//
// Slots
//===----------------------------------------------------------------------===//

int64_t swage_trainee_find(const swage_trainee *trainee, const char *name) {
  for (uint32_t i = 0; i < trainee->training->num_slots; ++i)
    if (strcmp(trainee->training->slots[i].value.name, name) == 0)
      return i;
  return -1;
}

swage_tensor swage_trainee_slot(const swage_trainee *trainee, uint32_t slot) {
  return swage_describe(&trainee->training->slots[slot].value,
                        trainee->memory[slot]);
}

uint64_t swage_trainee_state_size(const swage_trainee *trainee) {
  return swage_typed_state_size(trainee->training);
}

/// Finds a slot that is like `value`.
static swage_status match_slot(const swage_trainee *trainee, const char *name,
                               const swage_tensor *value, uint32_t *slot,
                               char **error) {
  if (error)
    *error = NULL;
  int64_t index = swage_trainee_find(trainee, name);
  if (index < 0)
    return swage_error(error, SWAGE_BAD_ARGUMENT,
                       "the training '%s' has no tensor '%s'",
                       trainee->training->name, name);
  *slot = (uint32_t)index;
  swage_tensor like = swage_trainee_slot(trainee, *slot);
  if (swage_tensor_is_alike(&like, value) && value->data)
    return SWAGE_OK;
  char own[SWAGE_SHAPE_TEXT], given[SWAGE_SHAPE_TEXT];
  return swage_error(error, SWAGE_BAD_ARGUMENT,
                     "'%s' is %s %s; given was %s %s%s", name,
                     swage_dtype_name(like.dtype),
                     swage_shape_text(own, like.rank, like.dims, NULL),
                     swage_dtype_name(value->dtype),
                     swage_shape_text(given, value->rank, value->dims, NULL),
                     value->data ? "" : " without data");
}

swage_status swage_trainee_get(const swage_trainee *trainee, const char *name,
                               swage_tensor *value, char **error) {
  uint32_t slot;
  swage_status status = match_slot(trainee, name, value, &slot, error);
  if (!status)
    swage_from_slot(value, trainee->memory[slot],
                    trainee->training->slots[slot].order);
  return status;
}

swage_status swage_trainee_set(swage_trainee *trainee, const char *name,
                               const swage_tensor *value, char **error) {
  uint32_t slot;
  swage_status status = match_slot(trainee, name, value, &slot, error);
  if (!status)
    swage_to_slot(value, trainee->memory[slot],
                  trainee->training->slots[slot].order);
  return status;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

uint64_t swage_typed_state_size(const swage_training *training) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < training->num_slots; ++i) {
    swage_tensor slot = swage_describe(&training->slots[i].value, NULL);
    if (training->slots[i].kind != SWAGE_SLOT_GRADIENT)
      size += swage_tensor_bytes(&slot);
  }
  return size;
}

/// Parameters and states; gradients follow from them. Those whose memory has an
/// order of its own are copies in the model's.
typedef struct kept_tensors {
  swage_named_tensor *tensors;
  uint32_t *slots; // that they come from
  uint32_t count;
} kept_tensors;

static void free_kept(const swage_trainee *trainee, kept_tensors *kept) {
  for (uint32_t i = 0; i < kept->count; ++i)
    if (trainee->training->slots[kept->slots[i]].order)
      swage_free(kept->tensors[i].tensor.data);
  free(kept->tensors);
  free(kept->slots);
}

/// False where there is no memory.
static bool list_kept(const swage_trainee *trainee, kept_tensors *kept) {
  const swage_training *training = trainee->training;
  size_t most = (size_t)training->num_slots + 1;
  *kept = (kept_tensors){calloc(most, sizeof *kept->tensors),
                         calloc(most, sizeof *kept->slots), 0};
  bool complete = kept->tensors && kept->slots;
  for (uint32_t i = 0; i < training->num_slots && complete; ++i) {
    const swage_slot_info *info = &training->slots[i];
    if (info->kind == SWAGE_SLOT_GRADIENT)
      continue;
    swage_tensor tensor = swage_trainee_slot(trainee, i);
    if (info->order) {
      tensor.data = swage_allocate(swage_tensor_bytes(&tensor));
      if (tensor.data)
        swage_from_slot(&tensor, trainee->memory[i], info->order);
      complete = tensor.data != NULL;
    }
    kept->slots[kept->count] = i;
    kept->tensors[kept->count++] =
        (swage_named_tensor){info->value.name, tensor};
  }
  if (!complete)
    free_kept(trainee, kept);
  return complete;
}

swage_status swage_trainee_save(const swage_trainee *trainee, const char *path,
                                char **error) {
  kept_tensors kept;
  if (!list_kept(trainee, &kept))
    return swage_error(error, SWAGE_ERROR, "no memory to write '%s'", path);
  swage_status status =
      swage_checkpoint_save(path, kept.tensors, kept.count, NULL, error);
  free_kept(trainee, &kept);
  return status;
}

swage_status swage_trainee_load(swage_trainee *trainee, const char *path,
                                char **error) {
  kept_tensors kept;
  if (!list_kept(trainee, &kept))
    return swage_error(error, SWAGE_ERROR, "no memory to read '%s'", path);
  swage_status status =
      swage_checkpoint_load(path, kept.tensors, kept.count, NULL, error);
  for (uint32_t i = 0; i < kept.count && !status; ++i) {
    uint32_t slot = kept.slots[i];
    const int32_t *order = trainee->training->slots[slot].order;
    if (order)
      swage_to_slot(&kept.tensors[i].tensor, trainee->memory[slot], order);
  }
  free_kept(trainee, &kept);
  return status;
}
