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
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/ModelWriter.h"
#include "llvm/ADT/STLExtras.h"
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
  Error openModel();
  /// Finds the size of a batch, and binds the model's open dimension to it.
  Error bindBatch(CompileOptions &options);
  int train(Trainer &trainer);

  const TrainArguments &arguments;
  Progress progress;
  Messages messages;
  ModelSource source;
  std::string replaced; ///< the model's bytes, with another head
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
  if (arguments.replaceHead.empty() != (arguments.classes == 0))
    return createStringError("--replace-head NAME and --classes N belong "
                             "together");
  return Error::success();
}

Error TrainCommand::openModel() {
  source = ModelSource::file(arguments.model);
  if (arguments.replaceHead.empty())
    return Error::success();
  Expected<std::string> contents =
      onnx::replaceHead(arguments.model, arguments.replaceHead,
                        arguments.classes, arguments.seed);
  if (!contents)
    return contents.takeError();
  replaced = std::move(*contents);
  source.bytes = {replaced.data(), replaced.size()};
  source.inMemory = true;
  return Error::success();
}

Error TrainCommand::bindBatch(CompileOptions &options) {
  Expected<std::unique_ptr<onnx::ModelFile>> file =
      onnx::ModelFile::open(arguments.model);
  if (!file) {
    // The compilation will say the same, with its status.
    consumeError(file.takeError());
    return Error::success();
  }
  onnx::ModelReport report;
  onnx::describeModel(**file, report);
  unsigned batch = arguments.batch ? arguments.batch : 32;
  for (const onnx::DeclaredValue &input : report.inputs) {
    if (!input.hasShape || input.dims.empty())
      continue;
    const std::string &dim = input.dims.front();
    int64_t size;
    if (!StringRef(dim).getAsInteger(10, size)) {
      if (arguments.batch && size != arguments.batch)
        return createStringError(formatv(
            "--batch {0}: the model is for batches of {1}; export it with a "
            "symbolic first dimension",
            arguments.batch, size));
    } else if (dim == "?") {
      return createStringError(formatv(
          "{0}: the first dimension of the input '{1}' has neither a size nor "
          "a name; export the model with one",
          arguments.model, input.name));
    } else if (none_of(options.dims,
                       [&](const auto &bound) { return bound.first == dim; })) {
      options.dims.emplace_back(dim, batch);
    }
  }
  return Error::success();
}

int TrainCommand::train(Trainer &trainer) {
  progress.show("reading " + arguments.data);
  Expected<Dataset> data = Dataset::load(arguments.data, trainer.getInputs());
  if (!data)
    return fail(data.takeError());
  std::optional<Dataset> validation;
  if (!arguments.validation.empty()) {
    Expected<Dataset> loaded =
        Dataset::load(arguments.validation, trainer.getInputs());
    if (!loaded)
      return fail(loaded.takeError());
    validation = std::move(*loaded);
  }
  auto schedule =
      Schedule::parse(arguments.schedule, arguments.rate, arguments.epochs);
  if (!schedule)
    return fail(schedule.takeError());
  // The trainer has checked it.
  training::Recipe loss = cantFail(
      training::Recipe::parse("loss", arguments.loss, training::getLosses()));
  TrainingLoop loop(arguments, trainer, std::move(*data), std::move(validation),
                    std::move(loss), std::move(*schedule), progress);
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
  if (Error error = openModel())
    return fail(std::move(error));
  if (Error error = bindBatch(*options))
    return fail(std::move(error));
  options->modelName = getModelName(arguments.model);
  options->training.emplace();
  options->training->loss = arguments.loss;
  options->training->optimizer = arguments.optimizer;
  options->training->clipNorm = arguments.clipNorm;
  options->training->clipValue = arguments.clipValue;
  progress.follow(*options, arguments.model);
  TrainerOptions trainerOptions;
  trainerOptions.compile = std::move(*options);
  trainerOptions.freeze = arguments.freeze;
  trainerOptions.trainOnly = arguments.trainOnly;
  trainerOptions.threads = arguments.threads;
  TrainerResult result = Trainer::create(source, trainerOptions, messages);
  if (result.status != Status::Success)
    return getExitCode(result.status);
  return train(*result.trainer);
}

int swage::runTrain(const TrainArguments &arguments) {
  return TrainCommand(arguments).run();
}
