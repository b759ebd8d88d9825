//===- TrainingObject.cpp - the facts of a training as data ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/TrainingObject.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/FactsBuilder.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/training.h"

using namespace llvm;
using namespace swage;

ModelSignature swage::getBatchSignature(const CompiledTraining &training) {
  return {training.inputs, training.outputs};
}

namespace {

class TrainingBuilder {
public:
  TrainingBuilder(Module &module, const CompiledTraining &training,
                  const WeightsLayout &weights, FactsBuilder &facts)
      : module(module), training(training), weights(weights), facts(facts),
        builder(facts.getBuilder()) {}

  /// The swage_training, field by field as in swage/training.h.
  void addTraining();
  void addFunctions();
  Constant *getAbout() { return about; }

private:
  Constant *addFunction(const BoundModel &function, ArrayRef<uint64_t> &offsets,
                        Constant *metadata);
  Constant *addSlots(ArrayRef<uint64_t> offsets);
  Constant *addNumbers(ArrayRef<int32_t> numbers);
  void addCall(const Twine &name, StringRef runtime, Type *result,
               ArrayRef<Type *> parameters, bool hasCell = true);
  void addTensorFunctions();

  Module &module;
  const CompiledTraining &training;
  const WeightsLayout &weights;
  FactsBuilder &facts;
  IRBuilder<> &builder;
  Constant *about = nullptr;
  GlobalVariable *cell = nullptr; ///< of the trainee
};

} // namespace

Constant *TrainingBuilder::addNumbers(ArrayRef<int32_t> numbers) {
  SmallVector<Constant *> elements;
  for (int32_t number : numbers)
    elements.push_back(facts.half(number));
  return facts.addArray(elements);
}

/// A swage_bound_model; takes its constants' places from the front of
/// `offsets`.
Constant *TrainingBuilder::addFunction(const BoundModel &function,
                                       ArrayRef<uint64_t> &offsets,
                                       Constant *metadata) {
  size_t count = function.model.constants.size();
  Constant *model =
      facts.addModel(function.model, offsets.take_front(count), metadata);
  offsets = offsets.drop_front(count);
  return facts.getStruct(
      {model, addNumbers(function.inputs), addNumbers(function.outputs)});
}

static swage_slot_kind getKind(const ValueSignature &slot) {
  return slot.role.empty()          ? SWAGE_SLOT_GRADIENT
         : slot.role == "parameter" ? SWAGE_SLOT_PARAMETER
                                    : SWAGE_SLOT_STATE;
}

Constant *TrainingBuilder::addSlots(ArrayRef<uint64_t> offsets) {
  SmallVector<Constant *> infos;
  for (auto [slot, offset] : zip_equal(training.slots, offsets))
    infos.push_back(facts.getStruct(
        {facts.addValue(slot), facts.half(getKind(slot)),
         facts.half(slot.initial.size != 0), facts.word(offset),
         slot.order.empty() ? facts.null() : addNumbers(slot.order)}));
  return facts.addArray(infos);
}

/// What tools show: the facts of the step, with the training's own signature.
static json::Object describeTraining(const CompiledTraining &training) {
  json::Object text = describeModel(training.step.model);
  text["name"] = training.name;
  json::Array slots;
  auto describe = [](const ValueSignature &value) {
    return json::Object{{"name", json::fixUTF8(value.name)},
                        {"type", describeType(value)}};
  };
  for (const ValueSignature &slot : training.slots) {
    json::Object entry = describe(slot);
    constexpr StringLiteral kinds[] = {"parameter", "state", "gradient"};
    entry["kind"] = kinds[getKind(slot)];
    int64_t bytes = swage_dtype_size(slot.dtype);
    for (int64_t dim : slot.dims)
      bytes *= dim;
    entry["bytes"] = bytes;
    slots.push_back(std::move(entry));
  }
  CompiledModel batch;
  batch.signature = getBatchSignature(training);
  json::Object shown = describeModel(batch);
  text["inputs"] = std::move(*shown.get("inputs"));
  text["outputs"] = std::move(*shown.get("outputs"));
  text["slots"] = std::move(slots);
  return text;
}

void TrainingBuilder::addTraining() {
  // The facts of the training stand where programs and tools find them.
  Constant *metadata = facts.addFacts(describeTraining(training));
  ArrayRef<uint64_t> offsets = weights.offsets;
  Constant *step = addFunction(training.step, offsets, metadata);
  Constant *evaluation = addFunction(training.evaluation, offsets, metadata);
  Constant *prediction = addFunction(training.prediction, offsets, metadata);
  about = facts.addData(
      facts.getStruct(
          {facts.half(SWAGE_ABI_VERSION), facts.half(training.numModelInputs),
           facts.half(training.inputs.size()),
           facts.half(training.outputs.size()),
           facts.half(training.slots.size()), facts.addText(training.name),
           facts.addValues(training.inputs), facts.addValues(training.outputs),
           addSlots(offsets), step, evaluation, prediction}),
      training.name + ".training");
}

/// A function that hands its parameters to the runtime's, behind the facts and
/// the cell of the trainee.
void TrainingBuilder::addCall(const Twine &name, StringRef runtime,
                              Type *result, ArrayRef<Type *> parameters,
                              bool hasCell) {
  Function *function = facts.addFunction(result, parameters, name);
  SmallVector<Value *> arguments = {about};
  if (hasCell)
    arguments.push_back(cell);
  for (Argument &argument : function->args())
    arguments.push_back(&argument);
  builder.CreateRet(facts.callRuntime(runtime, result, arguments));
}

/// Step, evaluation and prediction take the data of each tensor.
void TrainingBuilder::addTensorFunctions() {
  Type *ptr = builder.getPtrTy(), *status = builder.getInt32Ty();
  Type *real = builder.getDoubleTy();
  size_t numInputs = training.inputs.size();
  size_t numOutputs = training.outputs.size();

  SmallVector<Type *> parameters(numInputs, ptr);
  parameters.append({real, ptr});
  Function *step =
      facts.addFunction(status, parameters, training.name + "_train_step");
  Value *inputs = facts.passArray(step, 0, numInputs);
  builder.CreateRet(
      facts.callRuntime("swage_typed_step", status,
                        {about, cell, inputs, step->getArg(numInputs),
                         step->getArg(numInputs + 1)}));

  parameters.assign(numInputs + 1 + numOutputs, ptr);
  Function *evaluate =
      facts.addFunction(status, parameters, training.name + "_evaluate");
  inputs = facts.passArray(evaluate, 0, numInputs);
  Value *outputs = facts.passArray(evaluate, numInputs + 1, numOutputs);
  builder.CreateRet(facts.callRuntime(
      "swage_typed_evaluate", status,
      {about, cell, inputs, evaluate->getArg(numInputs), outputs}));

  numInputs = training.numModelInputs;
  parameters.assign(numInputs + numOutputs, ptr);
  Function *run = facts.addFunction(status, parameters, training.name + "_run");
  inputs = facts.passArray(run, 0, numInputs);
  outputs = facts.passArray(run, numInputs, numOutputs);
  builder.CreateRet(facts.callRuntime("swage_typed_predict", status,
                                      {about, cell, inputs, outputs}));
}

void TrainingBuilder::addFunctions() {
  Type *ptr = builder.getPtrTy(), *status = builder.getInt32Ty();
  Type *size = builder.getInt64Ty();
  cell = new GlobalVariable(module, ptr, /*isConstant=*/false,
                            GlobalValue::PrivateLinkage, facts.null(),
                            training.name + ".trainee");
  addTensorFunctions();
  addCall(training.name + "_get", "swage_typed_get", status, {ptr, ptr, size});
  addCall(training.name + "_set", "swage_typed_set", status, {ptr, ptr, size});
  addCall(training.name + "_save", "swage_typed_save", status, {ptr});
  addCall(training.name + "_load", "swage_typed_load", status, {ptr});
  addCall(training.name + "_state_size", "swage_typed_state_size", size, {},
          /*hasCell=*/false);
  facts.addFunction(builder.getVoidTy(), {}, training.name + "_unload");
  facts.callRuntime("swage_typed_end", builder.getVoidTy(), {cell});
  builder.CreateRetVoid();
  facts.addFunction(ptr, {}, training.name + "_error");
  builder.CreateRet(facts.callRuntime("swage_typed_error", ptr, {}));
}

std::unique_ptr<Module> swage::buildTrainingModule(
    LLVMContext &context, const CompiledTraining &training,
    const WeightsLayout &weights, StringRef weightsSymbol,
    const FactsOptions &options) {
  std::unique_ptr<Module> module =
      createFactsModule(context, training.name, training.step.model.target);
  FactsBuilder facts(*module, weights, weightsSymbol, options);
  TrainingBuilder trainingFacts(*module, training, weights, facts);
  trainingFacts.addTraining();
  if (options.forExecutable) {
    facts.addGetter(trainingFacts.getAbout(), "swage_artifact_training");
    return module;
  }
  facts.addGetter(trainingFacts.getAbout(), training.name + "_training");
  if (hasTypedEntry(getBatchSignature(training)))
    trainingFacts.addFunctions();
  return module;
}
