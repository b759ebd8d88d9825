//===- pack.h - tensors with all their parts in one block -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_PACK_H
#define SWAGE_CORE_PACK_H

#include "swage/artifact.h"
#include <stdbool.h>

/// A copy of a tensor or container, whose data, those of its elements and the
/// characters of strings are one block for swage_free. False when there is no
/// memory.
bool swage_pack(const swage_tensor *value, swage_tensor *packed);

#endif
