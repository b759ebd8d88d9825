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
#include "compiler/Driver/Training/Binding.h"
#include "compiler/Driver/Training/ParameterChoice.h"

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
  llvm::ArrayRef<ValueSignature> getInputs() const {
    return binder.getInputs();
  }
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
    /// With the sizes in the order that they have in memory.
    swage_tensor describeMemory() const;
    /// Null where the memory has the model's order.
    const int32_t *order() const {
      return value.order.empty() ? nullptr : value.order.data();
    }
    /// Copies to or from `size` bytes in the model's order.
    void read(void *data) const;
    void write(const void *data) const;
  };
  llvm::ArrayRef<Slot> getSlots() const { return slots; }
  /// Null when there is none of that name.
  const Slot *find(llvm::StringRef name) const;
  /// Bytes of all that a checkpoint holds.
  uint64_t getStateSize() const;

  const LoadedModel &getStepModel() const { return *stepFunction.model; }
  const ModelSource &getSource() const { return source; }
  const training::TrainingOptions &getOptions() const {
    return *options.compile.training;
  }

private:
  Trainer(ModelSource source, ParameterChoice choice, TrainerOptions options)
      : source(std::move(source)), choice(std::move(choice)),
        options(std::move(options)) {}

  /// A compiled function, and what its tensors are.
  struct Function {
    std::unique_ptr<LoadedModel> model;
    TensorBindings bindings;
  };

  /// Makes the slots that the binder knows of, as far as there are none.
  void allocate();
  llvm::Error compileEvaluation();
  /// Runs a function and returns its loss. `results` get what is neither the
  /// loss nor in slots; they own what they get.
  llvm::Expected<double> run(const Function &function,
                             llvm::ArrayRef<swage_tensor> tensors, double rate,
                             std::vector<Tensor> &results);

  ModelSource source;
  ParameterChoice choice;
  TrainerOptions options;
  TensorBinder binder;
  Function stepFunction, evaluation;
  std::vector<Slot> slots; ///< in the binder's order
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_TRAINER_H
