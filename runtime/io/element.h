//===- element.h - single elements as numbers -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_IO_ELEMENT_H
#define SWAGE_IO_ELEMENT_H

#include "swage/io.h"

/// The value that `bits` mean in a float type of 16 bits or less.
double swage_small_float(int32_t dtype, unsigned bits);

/// The type whose elements carry those of `dtype` in .npy; `dtype` itself where
/// NumPy has it.
int32_t swage_npy_carrier(int32_t dtype);

#endif
