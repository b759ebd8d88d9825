//===- CompileTraining.cpp - a training for an artifact -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles the functions of a training and finds for each of their tensors what
// it is to the others.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/CompileTraining.h"
#include "compiler/Driver/Training/ParameterChoice.h"
#include "swage/training.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace swage;

namespace {

class Binder {
public:
  explicit Binder(CompiledTraining &training) : training(training) {}

  void bindStep();
  void bindOther(BoundModel &function, bool hasLoss);

private:
  int32_t addSlot(const ValueSignature &value) {
    auto [place, isNew] =
        slots.try_emplace(value.name, int32_t(training.slots.size()));
    if (isNew)
      training.slots.push_back(value);
    return place->second;
  }

  CompiledTraining &training;
  StringMap<int32_t> slots;
};

} // namespace

static int32_t bindCaller(size_t index) {
  return SWAGE_BIND_CALLER - int32_t(index);
}

void Binder::bindStep() {
  BoundModel &step = training.step;
  for (const ValueSignature &input : step.model.signature.inputs) {
    bool isTarget = input.role == training::role::target;
    if (input.role.empty() || isTarget) {
      step.inputs.push_back(bindCaller(training.inputs.size()));
      training.inputs.push_back(input);
      training.numModelInputs += !isTarget;
    } else {
      step.inputs.push_back(input.role == training::role::rate
                                ? SWAGE_BIND_SCALAR
                                : addSlot(input));
    }
  }
  step.outputs.push_back(SWAGE_BIND_SCALAR);
  for (const ValueSignature &output : drop_begin(step.model.signature.outputs))
    step.outputs.push_back(output.updates >= 0 ? step.inputs[output.updates]
                                               : addSlot(output));
}

void Binder::bindOther(BoundModel &function, bool hasLoss) {
  for (const ValueSignature &input : function.model.signature.inputs) {
    if (input.role == training::role::rate) {
      function.inputs.push_back(SWAGE_BIND_SCALAR);
      continue;
    }
    if (input.role == training::role::parameter) {
      // Perhaps one that only this function reads.
      function.inputs.push_back(addSlot(input));
      continue;
    }
    auto own = find_if(training.inputs, [&](const ValueSignature &each) {
      return each.name == input.name && each.role == input.role;
    });
    assert(own != training.inputs.end() && "all come from one model");
    function.inputs.push_back(bindCaller(own - training.inputs.begin()));
  }
  if (hasLoss)
    function.outputs.push_back(SWAGE_BIND_SCALAR);
  size_t count = function.model.signature.outputs.size() - hasLoss;
  for (size_t i = 0; i < count; ++i)
    function.outputs.push_back(bindCaller(i));
}

/// Fills all but the name from the functions' models.
static Error bindTraining(CompiledTraining &training) {
  for (const BoundModel *function : training.functions())
    if (!function->model.signature.isStatic())
      return createStringError(
          "training needs sizes that are known at compile time; bind symbolic "
          "dimensions with --dim NAME=N");
  Binder binder(training);
  binder.bindStep();
  binder.bindOther(training.evaluation, /*hasLoss=*/true);
  binder.bindOther(training.prediction, /*hasLoss=*/false);
  training.outputs = training.prediction.model.signature.outputs;
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
