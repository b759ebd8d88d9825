//===- generic.c - two trainings of one library -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Two trainings of one library, by the generic interface.
//
//===----------------------------------------------------------------------===//
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kinds[] = {"parameter", "state", "gradient"};

static void check(swage_status status, char *error) {
  if (status) {
    printf("failed: %s\n", error);
    exit(1);
  }
}

int main(void) {
  const swage_training *training = net_training();
  char *error = NULL;
  swage_trainee *one, *two;
  swage_session_options single = {1, NULL};
  check(swage_trainee_create(training, NULL, &one, &error), error);
  check(swage_trainee_create(training, &single, &two, &error), error);
  for (uint32_t i = 0; i < training->num_slots; ++i) {
    const swage_slot_info *slot = &training->slots[i];
    printf("slot '%s' %s [", slot->value.name,
           swage_dtype_name(slot->value.dtype));
    for (int32_t dim = 0; dim < slot->value.rank; ++dim)
      printf("%s%d", dim ? "," : "", (int)slot->value.dims[dim]);
    printf("], a %s\n", kinds[slot->kind]);
  }

  float x[10 * 36];
  int64_t target[10];
  for (int i = 0; i < 360; ++i)
    x[i] = (float)(i % 7) - 3;
  for (int i = 0; i < 10; ++i)
    target[i] = i % 3;
  swage_tensor batch[2] = {{x, SWAGE_F32, 4, {10, 1, 6, 6}},
                           {target, SWAGE_I64, 1, {10}}};
  double losses[2];
  for (int i = 0; i < 3; ++i) {
    check(swage_trainee_step(one, batch, 0.01, &losses[0], &error), error);
    check(swage_trainee_step(two, batch, 0.01, &losses[1], &error), error);
  }
  float left[3], right[3];
  swage_tensor biases[2] = {{left, SWAGE_F32, 1, {3}},
                            {right, SWAGE_F32, 1, {3}}};
  check(swage_trainee_get(one, "head.bias", &biases[0], &error), error);
  check(swage_trainee_get(two, "head.bias", &biases[1], &error), error);
  printf("two trainings agree: %s\n",
         losses[0] == losses[1] && memcmp(left, right, sizeof left) == 0
             ? "yes"
             : "no");
  // The memory of filters has another order; what goes in comes out, also
  // through a file.
  float filter[36], back[36], loaded[36];
  for (int i = 0; i < 36; ++i)
    filter[i] = (float)(i * i);
  swage_tensor filters[3] = {{filter, SWAGE_F32, 4, {4, 1, 3, 3}},
                             {back, SWAGE_F32, 4, {4, 1, 3, 3}},
                             {loaded, SWAGE_F32, 4, {4, 1, 3, 3}}};
  check(swage_trainee_set(one, "conv.weight", &filters[0], &error), error);
  check(swage_trainee_get(one, "conv.weight", &filters[1], &error), error);
  check(swage_trainee_save(one, "generic.state", &error), error);
  check(swage_trainee_load(two, "generic.state", &error), error);
  check(swage_trainee_get(two, "conv.weight", &filters[2], &error), error);
  int64_t slot = swage_trainee_find(one, "conv.weight");
  const int32_t *order = training->slots[slot].order;
  const float *memory = swage_trainee_slot(one, (uint32_t)slot).data;
  printf("filters: %s, in memory %s\n",
         memcmp(filter, back, sizeof filter) == 0 &&
                 memcmp(filter, loaded, sizeof filter) == 0
             ? "the same"
             : "others",
         order && order[0] == 2 && memory[1] == filter[9] ? "outputs last"
                                                          : "as they were");
  biases[0].dims[0] = 2;
  swage_status status = swage_trainee_set(one, "head.bias", biases, &error);
  printf("mistake: %d, %s\n", (int)status, error);
  swage_free(error);
  swage_trainee_destroy(one);
  swage_trainee_destroy(two);
  return 0;
}
