//===- dtype.h - storage of element types ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_DTYPE_H
#define SWAGE_CORE_DTYPE_H

#include "swage/artifact.h"
#include <stdbool.h>

/// Bytes that one element takes in a tensor's data: swage_dtype_size, and for
/// strings and containers the size of what describes one. 0 for unknown types.
size_t swage_element_size(int32_t dtype);

/// Whether tensors of this type hold further tensors.
static inline bool swage_is_container(int32_t dtype) {
  return dtype == SWAGE_SEQUENCE || dtype == SWAGE_MAP ||
         dtype == SWAGE_OPTIONAL;
}

/// What is known of a container's part `index`.
static inline const swage_value_info *
swage_part_of(const swage_value_info *info, int64_t index) {
  return info->dtype == SWAGE_MAP ? &info->element[index] : info->element;
}

/// Whether data of this type point to more memory, so that only the runtime can
/// make an output of it.
static inline bool swage_has_parts(int32_t dtype) {
  return dtype == SWAGE_STRING || swage_is_container(dtype);
}

#endif
