//===- SplitBorders.h - windows within the image and at its borders -*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_SPLITBORDERS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_SPLITBORDERS_H

#include "dialects/Kernel/Kernel.h"

namespace swage {

/// Splits contractions and poolings that slide over a padded image into those
/// at places where the same part of the window lies on the image, where that
/// saves time. They read the image itself, never the zeros. Contractions that
/// must not be rewritten as numbers (--fp=strict) stay.
void splitBorders(kernel::FuncOp kernel);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_SPLITBORDERS_H
