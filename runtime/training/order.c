//===- order.c - the order of the examples --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/splitmix.h"
#include "swage/training.h"

void swage_training_order(uint32_t *order, uint32_t count, uint64_t seed,
                          uint64_t epoch) {
  // A place of its own for each epoch.
  uint64_t state =
      seed * SWAGE_SPLITMIX_STEP + (epoch + 1) * 0xD1B54A32D192ED03;
  for (uint32_t i = 0; i < count; ++i)
    order[i] = i;
  for (uint32_t i = count; i > 1; --i) {
    uint32_t other = (uint32_t)(swage_splitmix(&state) % i),
             last = order[i - 1];
    order[i - 1] = order[other];
    order[other] = last;
  }
}
