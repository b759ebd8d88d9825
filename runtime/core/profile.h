//===- profile.h - how long kernels take ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CORE_PROFILE_H
#define SWAGE_CORE_PROFILE_H

#include "swage/artifact.h"
#include "swage/program.h"

/// What swage_rt_call adds to: the times of one caller's runs, one after the
/// other. Kernels are called by the thread that runs the model alone.
struct swage_profile {
  swage_kernel_time *kernels; // one for each of the model's
};

/// Milliseconds since some moment, on a clock that only goes forward.
double swage_now_ms(void);

#endif
