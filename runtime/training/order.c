//===- order.c - the order of the examples --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "swage/training.h"

/// splitmix64.
static uint64_t draw(uint64_t *state) {
  uint64_t bits = *state += 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

void swage_training_order(uint32_t *order, uint32_t count, uint64_t seed,
                          uint64_t epoch) {
  // A place of its own for each epoch.
  uint64_t state = seed * 0x9E3779B97F4A7C15 + (epoch + 1) * 0xD1B54A32D192ED03;
  for (uint32_t i = 0; i < count; ++i)
    order[i] = i;
  for (uint32_t i = count; i > 1; --i) {
    uint32_t other = (uint32_t)(draw(&state) % i), last = order[i - 1];
    order[i - 1] = order[other];
    order[other] = last;
  }
}
