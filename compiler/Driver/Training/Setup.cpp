//===- Setup.cpp - a model that is about to be trained --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Setup.h"
#include "compiler/Driver/Training/Initialization.h"
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/ModelWriter.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

/// Finds the size of a batch, and binds the model's open dimension to it.
static Error bindBatch(StringRef model, const TrainingArguments &arguments,
                       CompileOptions &options) {
  Expected<std::unique_ptr<onnx::ModelFile>> file =
      onnx::ModelFile::open(model);
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
          model, input.name));
    } else if (none_of(options.dims,
                       [&](const auto &bound) { return bound.first == dim; })) {
      options.dims.emplace_back(dim, batch);
    }
  }
  return Error::success();
}

Expected<TrainingSetup>
TrainingSetup::create(StringRef model, const TrainingArguments &arguments,
                      CompileOptions &options) {
  if (arguments.replaceHead.empty() != (arguments.classes == 0))
    return createStringError("--replace-head NAME and --classes N belong "
                             "together");
  TrainingSetup setup;
  setup.model = model.str();
  if (!arguments.replaceHead.empty()) {
    Expected<std::string> contents = onnx::replaceHead(
        model, arguments.replaceHead, arguments.classes, arguments.seed);
    if (!contents)
      return contents.takeError();
    setup.replaced = std::move(*contents);
  }
  if (Error error = bindBatch(model, arguments, options))
    return error;
  training::TrainingOptions &training = options.training.emplace();
  training.loss = arguments.loss;
  training.optimizer = arguments.optimizer;
  training.clipNorm = arguments.clipNorm;
  training.clipValue = arguments.clipValue;
  training.accumulate = arguments.accumulate;
  training.activationsType = arguments.activationsType;
  training.memoryBudget = arguments.memoryBudget;
  if (!arguments.lora.empty()) {
    auto adapters = training::AdapterOptions::parse(arguments.lora);
    if (!adapters)
      return adapters.takeError();
    training.adapters = std::move(*adapters);
  }
  if (Error error = training::checkOptions(training))
    return error;
  auto initialized = initializeModel(setup.getSource(), options);
  if (!initialized)
    return initialized.takeError();
  if (*initialized)
    setup.replaced = std::move(**initialized);
  return setup;
}

ModelSource TrainingSetup::getSource() const {
  ModelSource source = ModelSource::file(model);
  if (!replaced.empty()) {
    source.bytes = {replaced.data(), replaced.size()};
    source.inMemory = true;
  }
  return source;
}
