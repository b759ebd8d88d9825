//===- Evaluation.h - how good a model is ------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_EVALUATION_H
#define SWAGE_COMPILER_DRIVER_TRAINING_EVALUATION_H

#include "compiler/Driver/Training/Dataset.h"
#include "compiler/Driver/Training/Trainer.h"
#include "compiler/Training/Recipe.h"
#include <optional>

namespace swage {

struct EvaluationResult {
  double loss = 0;
  std::optional<double> accuracy; ///< of classes, between 0 and 1
};

/// The loss over all examples and, where the loss is about classes, the share
/// of right answers. Losses of numbers leave the examples out that do not fill
/// a batch; of classes, none.
llvm::Expected<EvaluationResult> evaluate(Trainer &trainer, Dataset &data,
                                          const training::Recipe &loss);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_EVALUATION_H
