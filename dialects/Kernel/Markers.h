//===- Markers.h - what operations ask of their kernel ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Names of attributes that passes before the kernels are formed leave on linalg
// operations, for those who evaluate or compile the kernel.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_KERNEL_MARKERS_H
#define SWAGE_DIALECTS_KERNEL_MARKERS_H

#include "llvm/ADT/StringRef.h"

namespace swage::kernel {

/// Where the operands are finite, so are the results; else it is an error.
inline constexpr llvm::StringLiteral kKeepsFiniteAttr = "kernel.keeps_finite";

} // namespace swage::kernel

#endif // SWAGE_DIALECTS_KERNEL_MARKERS_H
