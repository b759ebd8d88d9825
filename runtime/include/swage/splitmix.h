/*===- splitmix.h - the generator of reproducible numbers -------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* The one generator of compiler and runtime, so that what is drawn at random
|* (weights, orders of examples, inputs) is the same everywhere.
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_SPLITMIX_H
#define SWAGE_SPLITMIX_H

#include <stdint.h>

/* What a state of splitmix64 goes on by. */
#define SWAGE_SPLITMIX_STEP 0x9E3779B97F4A7C15u

/* The next 64 bits of splitmix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t swage_splitmix(uint64_t *state) {
  uint64_t mixed = *state += SWAGE_SPLITMIX_STEP;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
  return mixed ^ mixed >> 31;
}

/* The next number in [0, 1), a multiple of 2^-53. */
static inline double swage_splitmix_unit(uint64_t *state) {
  return (double)(swage_splitmix(state) >> 11) * 0x1p-53;
}

#endif /* SWAGE_SPLITMIX_H */
