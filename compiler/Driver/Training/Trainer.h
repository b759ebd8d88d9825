//===- Trainer.h - a model that is trained here -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A compiled step of training with the tensors that it works on: parameters and
// the optimizer's states. They are changed in place; the step that computes the
// loss for evaluation reads the same memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_TRAINER_H
#define SWAGE_COMPILER_DRIVER_TRAINING_TRAINER_H

#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/LoadedModel.h"
#include "compiler/Driver/Training/ParameterChoice.h"
#include "llvm/ADT/StringMap.h"

namespace swage {

/// What is to be trained, and how.
struct TrainerOptions {
  CompileOptions compile; ///< with `training` set
  std::vector<std::string> freeze, trainOnly;
  unsigned threads = 0;
};

class Trainer;

/// A trainer, or why there is none; details went to the messages.
struct TrainerResult {
  Status status = Status::Error;
  std::unique_ptr<Trainer> trainer;
};

class Trainer {
public:
  /// Compiles the step. The source's bytes must outlive the trainer.
  static TrainerResult create(const ModelSource &source,
                              const TrainerOptions &options,
                              const Messages &messages);

  /// The model's inputs, and behind them the target where the loss has one.
  llvm::ArrayRef<ValueSignature> getInputs() const { return inputs; }
  /// The model's outputs; known once evaluation is compiled.
  llvm::Expected<llvm::ArrayRef<ValueSignature>> getOutputs();

  /// One step; `tensors` are the inputs. Returns the loss before it.
  llvm::Expected<double> step(llvm::ArrayRef<swage_tensor> tensors,
                              double rate);
  /// The loss as outside of training. `outputs`, if not null, gets the model's.
  llvm::Expected<double> evaluate(llvm::ArrayRef<swage_tensor> tensors,
                                  std::vector<Tensor> *outputs = nullptr);

  /// Everything that a step changes, by name: parameters, "NAME.momentum" and
  /// the like, "step"; and "gradient.NAME" with the optimizer `none`.
  struct Slot {
    ValueSignature value;
    std::unique_ptr<char[], void (*)(char *)> memory;
    uint64_t size = 0;
    bool isParameter() const { return value.role == "parameter"; }
    bool isKept() const { return !value.role.empty(); }
    swage_tensor describe() const;
  };
  llvm::ArrayRef<Slot> getSlots() const { return slots; }
  /// Null when there is none of that name.
  const Slot *find(llvm::StringRef name) const;
  /// Bytes of all that a checkpoint holds.
  uint64_t getStateSize() const;

  const LoadedModel &getStepModel() const { return *stepModel; }
  const ModelSource &getSource() const { return source; }
  const training::TrainingOptions &getOptions() const {
    return *options.compile.training;
  }

private:
  Trainer(ModelSource source, ParameterChoice choice, TrainerOptions options)
      : source(std::move(source)), choice(std::move(choice)),
        options(std::move(options)) {}

  llvm::Error allocate();
  unsigned addSlot(ValueSignature value);
  llvm::Error compileEvaluation();

  ModelSource source;
  ParameterChoice choice;
  TrainerOptions options;
  std::unique_ptr<LoadedModel> stepModel, evaluationModel;
  std::vector<ValueSignature> inputs;
  std::vector<Slot> slots;
  llvm::StringMap<unsigned> slotsByName;
  /// For each input and output of the step its slot, or -1.
  std::vector<int> inputSlots, outputSlots;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_TRAINER_H
