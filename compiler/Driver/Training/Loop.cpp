//===- Loop.cpp - epochs of training --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Loop.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Loop.h"
#include "compiler/Driver/Training/Checkpoint.h"
#include "compiler/Driver/Training/Evaluation.h"
#include "llvm/Support/FormatVariadic.h"
#include <chrono>

using namespace llvm;
using namespace swage;

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

Error TrainingLoop::resume() {
  Expected<json::Object> facts = loadCheckpoint(arguments.checkpoint, trainer);
  if (!facts)
    return facts.takeError();
  auto refuse = [&](StringRef what) {
    return createStringError(formatv("{0}: was written with another {1}",
                                     arguments.checkpoint, what));
  };
  if (facts->getInteger("seed").value_or(-1) !=
      int64_t(arguments.training.seed))
    return refuse("seed");
  if (facts->getInteger("batch").value_or(-1) != data.getBatch())
    return refuse("size of the batch");
  if (facts->getInteger("examples").value_or(-1) != data.getNumExamples())
    return refuse("number of examples");
  if (const json::Array *epochs = facts->getArray("history"))
    history = History::fromJSON(*epochs);
  best = facts->getNumber("best");
  epochsSinceBest = facts->getInteger("epochs_since_best").value_or(0);
  return Error::success();
}

Error TrainingLoop::run() {
  if (data.getNumBatches() == 0)
    return createStringError(
        formatv("{0}: has {1} examples, which is less than a batch of {2}",
                arguments.data, data.getNumExamples(), data.getBatch()));
  for (int64_t epoch = history.getEpochs().size();
       epoch < int64_t(arguments.epochs); ++epoch) {
    if (arguments.patience && epochsSinceBest >= arguments.patience)
      break;
    if (Error error = runEpoch(epoch))
      return error;
  }
  progress.clear();
  // With validation the best epoch has been written already.
  if (!validation && !arguments.output.empty())
    return exportModel(arguments.output, trainer);
  return Error::success();
}

void TrainingLoop::show(int64_t epoch, int64_t done, double sum,
                        double seconds) {
  int64_t batches = data.getNumBatches();
  double rate = seconds > 0 ? done / seconds : 0;
  double left = (arguments.epochs - epoch) * batches - done;
  progress.show(
      formatv("epoch {0}/{1}, batch {2}/{3}: loss {4:f4}, {5:f0} examples/s, "
              "{6:f0} s left",
              epoch + 1, arguments.epochs, done, batches, sum / done,
              rate * data.getBatch(), rate > 0 ? left / rate : 0));
}

Error TrainingLoop::runEpoch(int64_t epoch) {
  double begin = now(), shown = begin, sum = 0;
  std::vector<uint32_t> order = data.getOrder(arguments.training.seed, epoch);
  int64_t batches = data.getNumBatches(), batch = data.getBatch();
  EpochFigures figures;
  for (int64_t i = 0; i < batches; ++i) {
    figures.rate = swage_schedule_rate(&schedule, epoch + double(i) / batches);
    Expected<ArrayRef<swage_tensor>> tensors =
        data.gather(ArrayRef(order).slice(i * batch, batch));
    if (!tensors)
      return tensors.takeError();
    Expected<double> value = trainer.step(*tensors, figures.rate);
    if (!value)
      return value.takeError();
    sum += *value;
    double time = now();
    if (time - shown > 0.1) {
      shown = time;
      show(epoch, i + 1, sum, time - begin);
    }
  }
  figures.epoch = epoch + 1;
  figures.steps = (epoch + 1) * batches;
  figures.loss = sum / batches;
  figures.seconds = now() - begin;
  return finishEpoch(figures);
}

Error TrainingLoop::finishEpoch(EpochFigures figures) {
  bool improved = false;
  if (validation) {
    Expected<EvaluationResult> result = evaluate(trainer, *validation, loss);
    if (!result)
      return result.takeError();
    figures.validationLoss = result->loss;
    figures.accuracy = result->accuracy;
    improved = !best || result->loss < *best;
    epochsSinceBest = improved ? 0 : epochsSinceBest + 1;
    if (improved)
      best = result->loss;
  }
  history.add(figures);
  // What a checkpoint says has happened must have happened before it.
  if (improved && !arguments.output.empty())
    if (Error error = exportModel(arguments.output, trainer))
      return error;
  if (!arguments.metrics.empty())
    if (Error error = writeDurably(arguments.metrics, history.getLines()))
      return error;
  if (!arguments.picture.empty())
    if (Error error = writeDurably(arguments.picture, history.getPicture()))
      return error;
  if (arguments.checkpoint.empty())
    return Error::success();
  json::Object facts{{"seed", int64_t(arguments.training.seed)},
                     {"batch", data.getBatch()},
                     {"examples", data.getNumExamples()},
                     {"history", history.toJSON()},
                     {"epochs_since_best", epochsSinceBest}};
  if (best)
    facts["best"] = *best;
  return saveCheckpoint(arguments.checkpoint, trainer, std::move(facts));
}
