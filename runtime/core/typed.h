//===- typed.h - errors of the functions of generated headers -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_TYPED_H
#define SWAGE_CORE_TYPED_H

#include "swage/artifact.h"

/// Keeps the message for swage_typed_error of this thread; returns the status.
int32_t swage_typed_fail(swage_status status, const char *message);

/// The same with a message to be released, or NULL where memory was exhausted;
/// SWAGE_OK without one.
int32_t swage_typed_finish(swage_status status, char *message);

/// Describes data as the facts of a value have them, whose sizes are known.
swage_tensor swage_describe(const swage_value_info *info, void *data);

#endif
