//===- CompileTraining.h - a training for an artifact -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_COMPILETRAINING_H
#define SWAGE_COMPILER_DRIVER_TRAINING_COMPILETRAINING_H

#include "compiler/Driver/Compiler.h"
#include "compiler/Pipelines/CompiledTraining.h"

namespace swage {

class ParameterChoice;

/// A training as machine code, where `status` is Success; otherwise the
/// messages have said why there is none.
struct CompileTrainingResult {
  Status status = Status::Error;
  CompiledTraining training;
};

/// Compiles step, evaluation and prediction of a model. `options.training` says
/// how it is trained.
CompileTrainingResult compileTraining(const ModelSource &source,
                                      const CompileOptions &options,
                                      ParameterChoice &choice,
                                      const Messages &messages);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_COMPILETRAINING_H
