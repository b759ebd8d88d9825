//===- Load.cpp - compile a model and load it -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "compiler/Driver/Progress.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

LoadResult swage::loadModel(const ModelArguments &arguments,
                            const Messages &messages,
                            function_ref<void(CompileOptions &)> adjust) {
  LoadResult result;
  Expected<CompileOptions> options = parseOptions(arguments);
  if (!options) {
    messages.error(options.takeError());
    return result;
  }
  if (!isNative(options->target)) {
    messages.error(formatv("cannot run code for '{0}' on this machine; compile "
                           "it with swage compile --target={0}",
                           options->target.triple));
    return result;
  }
  options->modelName = getModelName(arguments.model);
  if (adjust)
    adjust(*options);
  Progress progress;
  progress.follow(*options, arguments.model);
  CompileResult compiled =
      compile(ModelSource::file(arguments.model), *options, messages);
  result.status = compiled.status;
  result.report = std::move(compiled.report);
  if (result.status != Status::Success)
    return result;
  Expected<std::unique_ptr<LoadedModel>> loaded =
      LoadedModel::load(std::move(compiled.model), arguments.threads);
  if (!loaded) {
    result.status = Status::Error;
    messages.error(loaded.takeError());
    return result;
  }
  result.model = std::move(*loaded);
  return result;
}

LoadResult swage::loadModelAndInputs(const InputArguments &arguments,
                                     bool alwaysRandom,
                                     const Messages &messages) {
  std::optional<uint64_t> seed;
  if (alwaysRandom)
    seed = 0;
  if (!arguments.seed.empty() &&
      StringRef(arguments.seed).getAsInteger(10, seed.emplace())) {
    messages.error(formatv("--random-inputs={0}: the seed must be a number",
                           arguments.seed));
    return {};
  }
  LoadResult result = loadModel(arguments, messages);
  if (result.status != Status::Success)
    return result;
  // Compiling has bound the dimensions that the model names, and refused names
  // that it does not have.
  std::string note;
  Expected<std::vector<Tensor>> inputs =
      result.model->readInputs(arguments.inputs, seed, note);
  if (!note.empty())
    messages.note(note);
  if (!inputs) {
    messages.error(inputs.takeError());
    result.status = Status::Error;
    return result;
  }
  result.inputs = std::move(*inputs);
  return result;
}
