//===- Passes.h - passes of training ----------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Declarations of the passes in Passes.td.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_PASSES_H
#define SWAGE_COMPILER_TRAINING_PASSES_H

#include "compiler/Training/TrainingOptions.h"
#include "mlir/Pass/Pass.h"

namespace swage {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Training/Passes.h.inc"

} // namespace swage

#endif // SWAGE_COMPILER_TRAINING_PASSES_H
