//===- splitmix.h - the generator of reproducible numbers -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_SPLITMIX_H
#define SWAGE_CORE_SPLITMIX_H

#include <stdint.h>

/// What a state of splitmix64 goes on by.
#define SWAGE_SPLITMIX_STEP 0x9E3779B97F4A7C15u

/// The next 64 bits of splitmix64 (Steele, Lea and Flood, 2014).
static inline uint64_t swage_splitmix(uint64_t *state) {
  uint64_t mixed = *state += SWAGE_SPLITMIX_STEP;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
  return mixed ^ mixed >> 31;
}

#endif
