//===- Initialization.h - how a model's own training begins ------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model that brings its training (TrainingInfoProto) may also bring a graph
// that computes initial values of its parameters and states. It has no inputs
// and is run once, before the training is compiled.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_INITIALIZATION_H
#define SWAGE_COMPILER_DRIVER_TRAINING_INITIALIZATION_H

#include "compiler/Driver/Compiler.h"

namespace swage {

/// The model's bytes with the initial values that it computes itself; none
/// where it does not, or where `options` choose another training.
llvm::Expected<std::optional<std::string>>
initializeModel(const ModelSource &source, const CompileOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_INITIALIZATION_H
