//===- Trainer.cpp - a model that is trained in this process --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Trainer.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Trainer.h"
#include "swage/training.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstdlib>
#include <cstring>

using namespace llvm;
using namespace swage;

static CompileOptions getCompileOptions(const TrainerOptions &options,
                                        ParameterChoice &choice) {
  CompileOptions result = options.compile;
  result.isParameter = [&choice](StringRef name) {
    return choice.isTrained(name);
  };
  return result;
}

TrainerResult Trainer::create(const ModelSource &source,
                              const TrainerOptions &options,
                              const Messages &messages) {
  TrainerResult result;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return std::move(result);
  };
  if (Error error = training::checkOptions(*options.compile.training))
    return fail(std::move(error));
  Expected<ParameterChoice> choice =
      ParameterChoice::create(options.freeze, options.trainOnly,
                              options.compile.training->adapters.targets);
  if (!choice)
    return fail(choice.takeError());
  std::unique_ptr<Trainer> trainer(
      new Trainer(source, std::move(*choice), options));
  CompileResult compiled =
      compile(source, getCompileOptions(options, trainer->choice), messages);
  result.status = trainer->choice.reportUse(compiled.status, messages);
  if (result.status != Status::Success)
    return result;
  Expected<std::unique_ptr<LoadedModel>> loaded =
      LoadedModel::load(std::move(compiled.model), options.threads);
  if (!loaded)
    return fail(loaded.takeError());
  Expected<TensorBindings> bindings =
      trainer->binder.bindStep((*loaded)->getSignature());
  if (!bindings)
    return fail(bindings.takeError());
  trainer->stepFunction = {std::move(*loaded), std::move(*bindings)};
  trainer->allocate();
  result.status = Status::Success;
  result.trainer = std::move(trainer);
  return result;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

void Trainer::allocate() {
  for (const ValueSignature &value :
       binder.getSlots().drop_front(slots.size())) {
    uint64_t size = swage_dtype_size(value.dtype);
    for (int64_t dim : value.dims)
      size *= dim;
    // Aligned as the runtime's own buffers are.
    void *memory = nullptr;
    if (posix_memalign(&memory, constantAlignment, std::max<uint64_t>(size, 1)))
      report_bad_alloc_error("no memory for the parameters");
    std::memset(memory, 0, size);
    slots.push_back(
        {value, {static_cast<char *>(memory), [](char *p) { free(p); }}, size});
    if (value.initial.size == size && size)
      slots.back().write(value.initial.data);
  }
}

swage_tensor Trainer::Slot::describe() const {
  swage_tensor tensor = {};
  tensor.data = memory.get();
  tensor.dtype = value.dtype;
  tensor.rank = value.dims.size();
  copy(value.dims, tensor.dims);
  return tensor;
}

swage_tensor Trainer::Slot::describeMemory() const {
  return swage_slot_memory(describe(), order());
}

void Trainer::Slot::read(void *data) const {
  swage_tensor tensor = describe();
  tensor.data = data;
  swage_from_slot(&tensor, memory.get(), order());
}

void Trainer::Slot::write(const void *data) const {
  swage_tensor tensor = describe();
  tensor.data = const_cast<void *>(data);
  swage_to_slot(&tensor, memory.get(), order());
}

const Trainer::Slot *Trainer::find(StringRef name) const {
  int32_t slot = binder.findSlot(name);
  return slot < 0 ? nullptr : &slots[slot];
}

uint64_t Trainer::getStateSize() const {
  uint64_t size = 0;
  for (const Slot &slot : slots)
    size += slot.isKept() ? slot.size : 0;
  return size;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Expected<double> Trainer::run(const Function &function,
                              ArrayRef<swage_tensor> tensors, double rate,
                              std::vector<Tensor> &results) {
  assert(tensors.size() == getInputs().size());
  float narrowRate = rate;
  std::vector<swage_tensor> arguments, outputs;
  for (int32_t input : function.bindings.inputs)
    arguments.push_back(input >= 0 ? slots[input].describeMemory()
                        : input == SWAGE_BIND_SCALAR
                            ? swage_tensor{&narrowRate, SWAGE_F32, 0, {}}
                            : tensors[SWAGE_BIND_CALLER - input]);
  // The loss is of f32 or f64.
  double loss = 0;
  const ModelSignature &signature = function.model->getSignature();
  for (int32_t output : function.bindings.outputs)
    outputs.push_back(
        output >= 0 ? slots[output].describeMemory()
        : output == SWAGE_BIND_SCALAR
            ? swage_tensor{&loss, signature.outputs.front().dtype, 0, {}}
            : swage_tensor{});
  char *message = nullptr;
  if (swage_session_run(function.model->getSession(), arguments.data(),
                        outputs.data(), nullptr, &message) != SWAGE_OK)
    return takeMessage(message);
  for (auto [output, tensor] : zip_equal(function.bindings.outputs, outputs))
    if (output <= SWAGE_BIND_CALLER)
      results.emplace_back().get() = tensor;
  return swage_tensor_element(&outputs.front(), 0);
}

Expected<double> Trainer::step(ArrayRef<swage_tensor> tensors, double rate) {
  std::vector<Tensor> none;
  return run(stepFunction, tensors, rate, none);
}

Error Trainer::compileEvaluation() {
  if (evaluation.model)
    return Error::success();
  CompileOptions compileOptions = getCompileOptions(options, choice);
  compileOptions.training->function = training::Function::Evaluation;
  compileOptions.modelName += "_evaluate";
  std::string text;
  Messages messages(
      [&](StringRef line) { text += (text.empty() ? "" : "\n") + line.str(); });
  CompileResult compiled = compile(source, compileOptions, messages);
  if (compiled.status != Status::Success)
    return createStringError(text);
  Expected<std::unique_ptr<LoadedModel>> loaded =
      LoadedModel::load(std::move(compiled.model), options.threads);
  if (!loaded)
    return loaded.takeError();
  Expected<TensorBindings> bindings =
      binder.bindOther((*loaded)->getSignature(), /*hasLoss=*/true);
  if (!bindings)
    return bindings.takeError();
  evaluation = {std::move(*loaded), std::move(*bindings)};
  allocate();
  return Error::success();
}

Expected<ArrayRef<ValueSignature>> Trainer::getOutputs() {
  if (Error error = compileEvaluation())
    return error;
  return ArrayRef(evaluation.model->getSignature().outputs).drop_front();
}

Expected<double> Trainer::evaluate(ArrayRef<swage_tensor> tensors,
                                   std::vector<Tensor> *outputs) {
  if (Error error = compileEvaluation())
    return error;
  std::vector<Tensor> results;
  // The rate is there where the loss is said to depend on it.
  Expected<double> loss = run(evaluation, tensors, /*rate=*/0, results);
  if (loss && outputs)
    *outputs = std::move(results);
  return loss;
}
