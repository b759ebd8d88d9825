//===- Setup.h - a model that is about to be trained ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What commands that train have in common before anything is compiled: another
// head for the model, initial values that it computes itself, the size of a
// batch, and how training is to go.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_SETUP_H
#define SWAGE_COMPILER_DRIVER_TRAINING_SETUP_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Compiler.h"

namespace swage {

class TrainingSetup {
public:
  /// Checks the arguments, and completes the options with what they say.
  static llvm::Expected<TrainingSetup>
  create(llvm::StringRef model, const TrainingArguments &arguments,
         CompileOptions &options);

  /// The model to train; valid as long as the setup.
  ModelSource getSource() const;

private:
  std::string model;
  std::string replaced; ///< the model's bytes, where they are not the file's
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_SETUP_H
