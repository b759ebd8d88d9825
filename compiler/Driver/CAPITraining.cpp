//===- CAPITraining.cpp - training through the embedding interface --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The swage_trainer functions of swage/swage.h over the trainer.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/CAPISupport.h"
#include "compiler/Driver/Training/Checkpoint.h"
#include "compiler/Driver/Training/Initialization.h"
#include "compiler/Driver/Training/Trainer.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

struct swage_trainer {
  std::string initialized; ///< the model's bytes, where it computes some values
  std::unique_ptr<Trainer> trainer;
  /// What callers are shown: the batch's tensors as inputs, and what a step
  /// changes as outputs. `values` points into it.
  ModelSignature signature;
  ValueTable values;
};

static swage_status trainSource(const ModelSource &source,
                                const swage_compile_options *given,
                                swage_trainer **trainer, char **error) {
  *trainer = nullptr;
  if (error)
    *error = nullptr;
  swage_compile_options defaults;
  const swage_compile_options &options = given ? *given : defaults;
  Expected<CompileOptions> compileOptions = getCompileOptions(options, source);
  if (!compileOptions)
    return fail(error, SWAGE_BAD_ARGUMENT, compileOptions.takeError());
  TrainerOptions trainerOptions;
  trainerOptions.compile = std::move(*compileOptions);
  trainerOptions.compile.training = options.training;
  trainerOptions.freeze = options.freeze;
  trainerOptions.trainOnly = options.trainOnly;
  trainerOptions.threads = options.arguments.threads;
  auto made = std::make_unique<swage_trainer>();
  ModelSource own = source;
  auto initialized = initializeModel(source, trainerOptions.compile);
  if (!initialized)
    return fail(error, SWAGE_BAD_MODEL, initialized.takeError());
  if (*initialized) {
    made->initialized = std::move(**initialized);
    own.bytes = {made->initialized.data(), made->initialized.size()};
    own.inMemory = true;
  }
  MessageText text;
  TrainerResult result =
      Trainer::create(own, trainerOptions, text.getMessages());
  if (result.status != Status::Success)
    return fail(error, static_cast<swage_status>(result.status), text.text);
  made->trainer = std::move(result.trainer);
  ModelSignature &shown = made->signature;
  shown.inputs.assign(made->trainer->getInputs().begin(),
                      made->trainer->getInputs().end());
  for (const Trainer::Slot &slot : made->trainer->getSlots())
    shown.outputs.push_back(slot.value);
  made->values = ValueTable(shown);
  *trainer = made.release();
  return SWAGE_OK;
}

swage_status swage_train_file(const char *path,
                              const swage_compile_options *options,
                              swage_trainer **trainer, char **error) {
  return trainSource(ModelSource::file(path), options, trainer, error);
}

swage_status swage_train_memory(const void *bytes, size_t size,
                                const swage_compile_options *options,
                                swage_trainer **trainer, char **error) {
  return trainSource(getSource(bytes, size), options, trainer, error);
}

void swage_trainer_destroy(swage_trainer *trainer) { delete trainer; }

//===----------------------------------------------------------------------===//
// Asking
//===----------------------------------------------------------------------===//

uint32_t swage_trainer_num_inputs(const swage_trainer *trainer) {
  return trainer->values.getInputs().size();
}

const swage_value_info *swage_trainer_input(const swage_trainer *trainer,
                                            uint32_t index) {
  return index < trainer->values.getInputs().size()
             ? &trainer->values.getInputs()[index]
             : nullptr;
}

uint32_t swage_trainer_num_tensors(const swage_trainer *trainer) {
  return trainer->values.getOutputs().size();
}

const swage_value_info *swage_trainer_tensor(const swage_trainer *trainer,
                                             uint32_t index) {
  return index < trainer->values.getOutputs().size()
             ? &trainer->values.getOutputs()[index]
             : nullptr;
}

void *swage_trainer_data(swage_trainer *trainer, const char *name,
                         const int32_t **order) {
  const Trainer::Slot *slot = trainer->trainer->find(name);
  if (order)
    *order = slot ? slot->order() : nullptr;
  return slot ? slot->memory.get() : nullptr;
}

int32_t swage_trainer_get(const swage_trainer *trainer, const char *name,
                          void *data) {
  const Trainer::Slot *slot = trainer->trainer->find(name);
  if (slot)
    slot->read(data);
  return slot != nullptr;
}

int32_t swage_trainer_set(swage_trainer *trainer, const char *name,
                          const void *data) {
  const Trainer::Slot *slot = trainer->trainer->find(name);
  if (slot)
    slot->write(data);
  return slot != nullptr;
}

uint64_t swage_trainer_state_size(const swage_trainer *trainer) {
  return trainer->trainer->getStateSize();
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

static ArrayRef<swage_tensor> asTensors(const swage_trainer *trainer,
                                        const swage_tensor *inputs) {
  return {inputs, trainer->trainer->getInputs().size()};
}

swage_status swage_trainer_step(swage_trainer *trainer,
                                const swage_tensor *inputs, double rate,
                                double *loss, char **error) {
  if (error)
    *error = nullptr;
  Expected<double> result =
      trainer->trainer->step(asTensors(trainer, inputs), rate);
  if (!result)
    return fail(error, SWAGE_ERROR, result.takeError());
  if (loss)
    *loss = *result;
  return SWAGE_OK;
}

swage_status swage_trainer_evaluate(swage_trainer *trainer,
                                    const swage_tensor *inputs, double *loss,
                                    swage_tensor *outputs, char **error) {
  if (error)
    *error = nullptr;
  std::vector<Tensor> results;
  Expected<double> result = trainer->trainer->evaluate(
      asTensors(trainer, inputs), outputs ? &results : nullptr);
  if (!result)
    return fail(error, SWAGE_ERROR, result.takeError());
  if (loss)
    *loss = *result;
  for (auto [index, tensor] : enumerate(results)) {
    outputs[index] = tensor.get();
    tensor.get() = {};
  }
  return SWAGE_OK;
}

swage_status swage_trainer_num_outputs(swage_trainer *trainer, uint32_t *count,
                                       char **error) {
  if (error)
    *error = nullptr;
  Expected<ArrayRef<ValueSignature>> outputs = trainer->trainer->getOutputs();
  if (!outputs)
    return fail(error, SWAGE_ERROR, outputs.takeError());
  *count = outputs->size();
  return SWAGE_OK;
}

swage_status swage_trainer_save(const swage_trainer *trainer, const char *path,
                                char **error) {
  if (error)
    *error = nullptr;
  if (Error problem = saveCheckpoint(path, *trainer->trainer, {}))
    return fail(error, SWAGE_ERROR, std::move(problem));
  return SWAGE_OK;
}

swage_status swage_trainer_load(swage_trainer *trainer, const char *path,
                                char **error) {
  if (error)
    *error = nullptr;
  if (Error problem = loadCheckpoint(path, *trainer->trainer).takeError())
    return fail(error, SWAGE_ERROR, std::move(problem));
  return SWAGE_OK;
}

swage_status swage_trainer_export(const swage_trainer *trainer,
                                  const char *path, char **error) {
  if (error)
    *error = nullptr;
  if (Error problem = exportModel(path, *trainer->trainer))
    return fail(error, SWAGE_ERROR, std::move(problem));
  return SWAGE_OK;
}
