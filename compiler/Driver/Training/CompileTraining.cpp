//===- CompileTraining.cpp - a training for an artifact -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles the functions of a training and binds their tensors to each other.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/CompileTraining.h"
#include "compiler/Driver/Training/Binding.h"
#include "compiler/Driver/Training/ParameterChoice.h"

using namespace llvm;
using namespace swage;

/// Fills all but the name from the functions' models.
static Error bindTraining(CompiledTraining &training) {
  TensorBinder binder;
  auto bind = [](BoundModel &function,
                 Expected<TensorBindings> bindings) -> Error {
    if (!bindings)
      return bindings.takeError();
    function.inputs = std::move(bindings->inputs);
    function.outputs = std::move(bindings->outputs);
    return Error::success();
  };
  BoundModel &step = training.step, &evaluation = training.evaluation,
             &prediction = training.prediction;
  if (Error error = bind(step, binder.bindStep(step.model.signature)))
    return error;
  if (Error error =
          bind(evaluation, binder.bindOther(evaluation.model.signature,
                                            /*hasLoss=*/true)))
    return error;
  if (Error error =
          bind(prediction, binder.bindOther(prediction.model.signature,
                                            /*hasLoss=*/false)))
    return error;
  training.inputs = binder.getInputs();
  training.numModelInputs = binder.getNumModelInputs();
  training.slots = binder.getSlots();
  training.outputs = prediction.model.signature.outputs;
  return Error::success();
}

CompileTrainingResult swage::compileTraining(const ModelSource &source,
                                             const CompileOptions &options,
                                             ParameterChoice &choice,
                                             const Messages &messages) {
  CompileTrainingResult result;
  CompileOptions own = options;
  own.isParameter = [&](StringRef name) { return choice.isTrained(name); };
  result.training.name = options.modelName;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    result.status = Status::Error;
    return std::move(result);
  };
  using training::Function;
  for (auto [function, suffix, place] :
       {std::tuple(Function::Step, "_step", &result.training.step),
        std::tuple(Function::Evaluation, "_evaluation",
                   &result.training.evaluation),
        std::tuple(Function::Prediction, "_prediction",
                   &result.training.prediction)}) {
    own.training->function = function;
    own.modelName = options.modelName + suffix;
    CompileResult compiled = compile(source, own, messages);
    result.status = choice.reportUse(compiled.status, messages);
    if (result.status != Status::Success)
      return result;
    place->model = std::move(compiled.model);
  }
  if (Error error = bindTraining(result.training))
    return fail(std::move(error));
  return result;
}
