//===- Loop.h - epochs of training -------------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_LOOP_H
#define SWAGE_COMPILER_DRIVER_TRAINING_LOOP_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Driver/Training/Dataset.h"
#include "compiler/Driver/Training/History.h"
#include "compiler/Driver/Training/Trainer.h"
#include "compiler/Training/Recipe.h"
#include "swage/training.h"

namespace swage {

/// Goes through the data as often as is asked for, and writes after each epoch
/// what is to be written. All that decides how it goes on is in the trainer and
/// in what a checkpoint holds beside it.
class TrainingLoop {
public:
  TrainingLoop(const TrainArguments &arguments, Trainer &trainer, Dataset &data,
               Dataset *validation, training::Recipe loss,
               swage_schedule schedule, Progress &progress)
      : arguments(arguments), trainer(trainer), data(data),
        validation(validation), loss(std::move(loss)), schedule(schedule),
        progress(progress) {}

  /// Continues from the checkpoint.
  llvm::Error resume();
  llvm::Error run();
  const History &getHistory() const { return history; }

private:
  llvm::Error runEpoch(int64_t epoch);
  llvm::Error finishEpoch(EpochFigures figures);
  void show(int64_t epoch, int64_t done, double sum, double seconds);

  const TrainArguments &arguments;
  Trainer &trainer;
  Dataset &data;
  Dataset *validation; ///< or null
  training::Recipe loss;
  swage_schedule schedule;
  Progress &progress;
  History history;
  std::optional<double> best; ///< loss of validation
  int64_t epochsSinceBest = 0;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_LOOP_H
