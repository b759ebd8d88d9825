//===- arrange.c - tensors in the order of slots --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/training.h"
#include "training/trainee.h"

#include <string.h>

/// Elements between neighbours along each of the model's dimensions, in the
/// slot's memory.
static void slot_strides(const swage_tensor *model, const int32_t *order,
                         int64_t *strides) {
  int64_t stride = 1;
  for (int32_t i = model->rank; i-- > 0;) {
    strides[order[i]] = stride;
    stride *= model->dims[order[i]];
  }
}

/// Goes through the elements in the model's order, and copies them to the slot
/// or from there.
static void arrange(const swage_tensor *model, char *slot, const int32_t *order,
                    bool to_slot) {
  size_t size = swage_tensor_bytes(model);
  if (!order || model->rank == 0 || size == 0) {
    if (size)
      memcpy(to_slot ? slot : model->data, to_slot ? model->data : slot, size);
    return;
  }
  int64_t strides[SWAGE_MAX_RANK], index[SWAGE_MAX_RANK] = {0};
  slot_strides(model, order, strides);
  size_t element = swage_dtype_size(model->dtype);
  int32_t last = model->rank - 1;
  char *place = model->data;
  for (int64_t offset = 0;;) {
    for (int64_t i = 0; i < model->dims[last]; ++i, place += element) {
      char *other = slot + (size_t)(offset + i * strides[last]) * element;
      memcpy(to_slot ? other : place, to_slot ? place : other, element);
    }
    int32_t dim = last;
    while (dim-- > 0) {
      offset += strides[dim];
      if (++index[dim] < model->dims[dim])
        break;
      offset -= index[dim] * strides[dim];
      index[dim] = 0;
    }
    if (dim < 0)
      return;
  }
}

void swage_to_slot(const swage_tensor *model, void *slot,
                   const int32_t *order) {
  arrange(model, slot, order, /*to_slot=*/true);
}

void swage_from_slot(const swage_tensor *model, const void *slot,
                     const int32_t *order) {
  arrange(model, (char *)slot, order, /*to_slot=*/false);
}

swage_tensor swage_slot_memory(swage_tensor slot, const int32_t *order) {
  swage_tensor memory = slot;
  for (int32_t i = 0; i < slot.rank && order; ++i)
    memory.dims[i] = slot.dims[order[i]];
  return memory;
}
