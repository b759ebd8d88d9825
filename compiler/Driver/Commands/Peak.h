//===- Peak.h - the machine's measured limits -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_PEAK_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_PEAK_H

#include "compiler/Backend/Target/TargetInfo.h"

namespace swage {

/// Multiplications and additions of f32 that `threads` threads do in a second,
/// in units of 10^9, measured with code that does nothing else. Takes about
/// 0.2 s.
llvm::Expected<double> measurePeak(const TargetInfo &host,
                                   unsigned threads = 1);

/// Bytes that `threads` threads copy in a second (read and written count), in
/// units of 10^9, in blocks larger than the caches. Takes about 0.2 s.
double measureBandwidth(const TargetInfo &host, unsigned threads = 1);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_PEAK_H
