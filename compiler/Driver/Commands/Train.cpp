//===- Train.cpp - swage train --------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles a step of training, runs it over data, and writes the model back.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Training/Loop.h"
#include "compiler/Driver/Training/Setup.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

namespace {

/// The command, step by step.
class TrainCommand {
public:
  TrainCommand(const TrainArguments &arguments)
      : arguments(arguments), messages([this](StringRef text) {
          progress.clear();
          errs() << text << '\n';
        }) {}

  int run();

private:
  int fail(Error error, Status status = Status::Error) {
    messages.error(std::move(error));
    return getExitCode(status);
  }
  Error checkArguments();
  int train(Trainer &trainer);

  const TrainArguments &arguments;
  Progress progress;
  Messages messages;
};

} // namespace

Error TrainCommand::checkArguments() {
  if (arguments.output.empty())
    return createStringError("no output file: give -o FILE");
  if (arguments.resume && arguments.checkpoint.empty())
    return createStringError("--resume needs --checkpoint FILE");
  if (arguments.patience && arguments.validation.empty())
    return createStringError("--patience needs data to validate with: give "
                             "--val FILE");
  return Error::success();
}

int TrainCommand::train(Trainer &trainer) {
  progress.show("reading " + arguments.data);
  DatasetResult data =
      Dataset::open(arguments.data, trainer.getInputs(), arguments.images);
  if (!data)
    return fail(data.takeError());
  std::unique_ptr<Dataset> validation;
  if (!arguments.validation.empty()) {
    DatasetResult opened =
        Dataset::open(arguments.validation, trainer.getInputs(),
                      arguments.images, data->get());
    if (!opened)
      return fail(opened.takeError());
    validation = std::move(*opened);
  }
  swage_schedule schedule;
  char *message = nullptr;
  if (swage_schedule_parse(arguments.schedule.c_str(), arguments.rate,
                           arguments.epochs, &schedule, &message) != SWAGE_OK)
    return fail(takeMessage(message));
  // The trainer has checked it.
  training::Recipe loss = cantFail(training::Recipe::parse(
      "loss", arguments.training.loss, training::getLosses()));
  TrainingLoop loop(arguments, trainer, **data, validation.get(),
                    std::move(loss), schedule, progress);
  if (arguments.resume)
    if (Error error = loop.resume())
      return fail(std::move(error));
  if (Error error = loop.run())
    return fail(std::move(error));

  const std::vector<EpochFigures> &epochs = loop.getHistory().getEpochs();
  outs() << arguments.output << ": " << epochs.size() << " epochs";
  if (!epochs.empty()) {
    // With validation it is the best epoch that was kept.
    const EpochFigures *kept = &epochs.back();
    for (const EpochFigures &figures : epochs)
      if (figures.validationLoss && kept->validationLoss &&
          *figures.validationLoss < *kept->validationLoss)
        kept = &figures;
    outs() << formatv(", loss {0:f4}", kept->loss);
    if (kept->validationLoss)
      outs() << formatv(", validation loss {0:f4}", *kept->validationLoss);
    if (kept->accuracy)
      outs() << formatv(", accuracy {0:f2} %", 100 * *kept->accuracy);
  }
  outs() << '\n';
  return 0;
}

int TrainCommand::run() {
  if (Error error = checkArguments())
    return fail(std::move(error));
  Expected<CompileOptions> options = parseOptions(arguments);
  if (!options)
    return fail(options.takeError());
  options->modelName = getModelName(arguments.model);
  Expected<TrainingSetup> setup =
      TrainingSetup::create(arguments.model, arguments.training, *options);
  if (!setup)
    return fail(setup.takeError());
  progress.follow(*options, arguments.model);
  TrainerOptions trainerOptions;
  trainerOptions.compile = std::move(*options);
  trainerOptions.freeze = arguments.training.freeze;
  trainerOptions.trainOnly = arguments.training.trainOnly;
  trainerOptions.threads = arguments.threads;
  TrainerResult result =
      Trainer::create(setup->getSource(), trainerOptions, messages);
  if (result.status != Status::Success)
    return getExitCode(result.status);
  return train(*result.trainer);
}

int swage::runTrain(const TrainArguments &arguments) {
  return TrainCommand(arguments).run();
}
