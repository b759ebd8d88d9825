//===- HalideBackend.h - kernels through Halide -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The second backend behind the kernel seam, and what chooses it.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_HALIDEBACKEND_H
#define SWAGE_COMPILER_BACKEND_HALIDE_HALIDEBACKEND_H

#include "compiler/Backend/Backend.h"

namespace swage {

/// The backend named "halide". It compiles as the kernel's schedule says, or
/// as the best template does where the kernel has none.
std::unique_ptr<KernelBackend> createHalideBackend();

/// Whether Halide makes code for the target at all.
bool isForHalide(const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_HALIDE_HALIDEBACKEND_H
