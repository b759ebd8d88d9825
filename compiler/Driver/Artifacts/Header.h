//===- Header.h - the C header of a compiled model --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H

#include "compiler/Pipelines/CompiledModel.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace swage {

/// Writes the header of a library of `model`: C11 and C++17, complete in
/// itself, with a typed function where the shapes are static and the generic
/// interface always.
void writeHeader(llvm::raw_ostream &os, const CompiledModel &model);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H
