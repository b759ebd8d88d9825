//===- Trainer.cpp - a model that is trained in this process --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Trainer.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Trainer.h"
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
  trainer->stepModel = std::move(*loaded);
  if (Error error = trainer->allocate())
    return fail(std::move(error));
  result.status = Status::Success;
  result.trainer = std::move(trainer);
  return result;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

unsigned Trainer::addSlot(ValueSignature value) {
  uint64_t size = swage_dtype_size(value.dtype);
  for (int64_t dim : value.dims)
    size *= dim;
  // Aligned as the runtime's own buffers are.
  void *memory = nullptr;
  if (posix_memalign(&memory, constantAlignment, std::max<uint64_t>(size, 1)))
    report_bad_alloc_error("no memory for the parameters");
  std::memset(memory, 0, size);
  if (value.initial.size == size && size)
    std::memcpy(memory, value.initial.data, size);
  slotsByName[value.name] = slots.size();
  slots.push_back({std::move(value),
                   {static_cast<char *>(memory), [](char *p) { free(p); }},
                   size});
  return slots.size() - 1;
}

Error Trainer::allocate() {
  const ModelSignature &signature = stepModel->getSignature();
  if (!signature.isStatic())
    return createStringError(
        "training needs sizes that are known at compile "
        "time; bind symbolic dimensions with --dim NAME=N");
  for (const ValueSignature &input : signature.inputs) {
    bool isData = input.role.empty() || input.role == "target";
    if (isData)
      inputs.push_back(input);
    inputSlots.push_back(isData || input.role == "rate" ? -1
                                                        : int(addSlot(input)));
  }
  for (const ValueSignature &output : drop_begin(signature.outputs))
    outputSlots.push_back(output.updates >= 0 ? inputSlots[output.updates]
                                              : int(addSlot(output)));
  return Error::success();
}

swage_tensor Trainer::Slot::describe() const {
  swage_tensor tensor = {};
  tensor.data = memory.get();
  tensor.dtype = value.dtype;
  tensor.rank = value.dims.size();
  copy(value.dims, tensor.dims);
  return tensor;
}

const Trainer::Slot *Trainer::find(StringRef name) const {
  auto found = slotsByName.find(name);
  return found == slotsByName.end() ? nullptr : &slots[found->second];
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

/// The loss, which is of f32 or f64.
static double readLoss(const swage_tensor &tensor) {
  return swage_tensor_element(&tensor, 0);
}

Expected<double> Trainer::step(ArrayRef<swage_tensor> tensors, double rate) {
  assert(tensors.size() == inputs.size());
  const ModelSignature &signature = stepModel->getSignature();
  float narrowRate = rate;
  std::vector<swage_tensor> arguments, results;
  size_t next = 0;
  for (auto [input, slot] : zip_equal(signature.inputs, inputSlots)) {
    if (slot >= 0)
      arguments.push_back(slots[slot].describe());
    else if (input.role == "rate")
      arguments.push_back({&narrowRate, SWAGE_F32, 0, {}});
    else
      arguments.push_back(tensors[next++]);
  }
  double loss = 0;
  results.push_back({&loss, signature.outputs.front().dtype, 0, {}});
  for (int slot : outputSlots)
    results.push_back(slots[slot].describe());
  char *message = nullptr;
  if (swage_session_run(stepModel->getSession(), arguments.data(),
                        results.data(), nullptr, &message) != SWAGE_OK)
    return takeMessage(message);
  return readLoss(results.front());
}

Error Trainer::compileEvaluation() {
  if (evaluationModel)
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
  evaluationModel = std::move(*loaded);
  for (const ValueSignature &input : evaluationModel->getSignature().inputs)
    if (input.role == "parameter" && !find(input.name))
      // One that only evaluation reads.
      addSlot(input);
  return Error::success();
}

Expected<ArrayRef<ValueSignature>> Trainer::getOutputs() {
  if (Error error = compileEvaluation())
    return error;
  return ArrayRef(evaluationModel->getSignature().outputs).drop_front();
}

Expected<double> Trainer::evaluate(ArrayRef<swage_tensor> tensors,
                                   std::vector<Tensor> *outputs) {
  if (Error error = compileEvaluation())
    return error;
  assert(tensors.size() == inputs.size());
  const ModelSignature &signature = evaluationModel->getSignature();
  float rate = 0; // where the loss is said to depend on it
  std::vector<swage_tensor> arguments;
  for (const ValueSignature &input : signature.inputs) {
    if (input.role == "rate") {
      arguments.push_back({&rate, SWAGE_F32, 0, {}});
      continue;
    }
    if (input.role == "parameter") {
      arguments.push_back(find(input.name)->describe());
      continue;
    }
    auto own = find_if(inputs, [&](const ValueSignature &each) {
      return each.name == input.name && each.role == input.role;
    });
    arguments.push_back(tensors[own - inputs.begin()]);
  }
  std::vector<swage_tensor> results(signature.outputs.size());
  char *message = nullptr;
  if (swage_session_run(evaluationModel->getSession(), arguments.data(),
                        results.data(), nullptr, &message) != SWAGE_OK)
    return takeMessage(message);
  std::vector<Tensor> owned(results.size());
  for (auto [owner, result] : zip_equal(owned, results))
    owner.get() = result;
  double loss = readLoss(results.front());
  if (outputs) {
    owned.erase(owned.begin());
    *outputs = std::move(owned);
  }
  return loss;
}
