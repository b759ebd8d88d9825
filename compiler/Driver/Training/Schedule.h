//===- Schedule.h - learning rates over time ---------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_SCHEDULE_H
#define SWAGE_COMPILER_DRIVER_TRAINING_SCHEDULE_H

#include "compiler/Training/Recipe.h"

namespace swage {

/// The learning rate of every step, as a function of the time in epochs.
class Schedule {
public:
  /// `text` is a recipe: constant, "step,every=10,factor=0.1", cosine, each
  /// with a number of epochs for `warmup`.
  static llvm::Expected<Schedule> parse(llvm::StringRef text, double rate,
                                        double epochs);

  double getRate(double epoch) const;

private:
  Schedule(training::Recipe recipe, double rate, double epochs)
      : recipe(std::move(recipe)), rate(rate), epochs(epochs) {}

  training::Recipe recipe;
  double rate, epochs;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_SCHEDULE_H
