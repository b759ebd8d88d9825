//===- Initialization.cpp - how a model's own training begins -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Initialization.h"
#include "compiler/Driver/LoadedModel.h"
#include "compiler/Driver/Training/ModelBytes.h"
#include "frontends/ONNX/TrainingInfo.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace swage;

/// Compiles the graph as a model of its own, and runs it.
static Expected<std::vector<Tensor>>
runInitialization(const ModelSource &source, const CompileOptions &options) {
  CompileOptions own = options;
  own.training.reset();
  own.initialization = true;
  own.modelName += "_initialization";
  std::string text;
  Messages messages(
      [&](StringRef line) { text += (text.empty() ? "" : "\n") + line.str(); });
  CompileResult compiled = compile(source, own, messages);
  if (compiled.status != Status::Success)
    return createStringError(text);
  Expected<std::unique_ptr<LoadedModel>> loaded =
      LoadedModel::load(std::move(compiled.model), /*threads=*/0);
  if (!loaded)
    return loaded.takeError();
  return (*loaded)->run({});
}

Expected<std::optional<std::string>>
swage::initializeModel(const ModelSource &source,
                       const CompileOptions &options) {
  if (!options.training ||
      options.training->optimizer != training::kModelOptimizer)
    return std::nullopt;
  Expected<std::unique_ptr<onnx::ModelFile>> file = openModel(source);
  if (!file) {
    // The compilation will say the same, with its status.
    consumeError(file.takeError());
    return std::nullopt;
  }
  auto refuse = [&](const Twine &reason) {
    return createStringError(source.path + ": " + reason);
  };
  auto initials = onnx::getInitialValues((*file)->model());
  if (!initials)
    return refuse(toString(initials.takeError()));
  if (initials->empty())
    return std::nullopt;
  Expected<std::vector<Tensor>> values = runInitialization(source, options);
  if (!values)
    return values.takeError();

  onnx::InitializerBytes bytes;
  for (const onnx::InitialValue &initial : *initials) {
    const Tensor &value = (*values)[initial.output];
    swage_tensor wanted = {};
    wanted.dtype = initial.dtype;
    wanted.rank = initial.dims.size();
    copy(initial.dims, wanted.dims);
    if (value.getType() != describeTensor(wanted))
      return refuse("its training initializes '" + initial.initializer +
                    "', which is " + describeTensor(wanted) + ", by " +
                    value.getType());
    bytes[initial.initializer] = {static_cast<const char *>(value->data),
                                  size_t(value.getCount()) *
                                      swage_dtype_size(value->dtype)};
  }
  Expected<std::string> contents = replaceInitializers(source, bytes);
  if (!contents)
    return contents.takeError();
  return std::move(*contents);
}
