//===- dtype.h - storage of element types ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_DTYPE_H
#define SWAGE_CORE_DTYPE_H

#include "swage/artifact.h"

/// Bytes that one element takes in a tensor's data: swage_dtype_size, and for
/// strings the size of swage_string. 0 for unknown types.
size_t swage_element_size(int32_t dtype);

#endif
