//===- Binding.h - tensors that functions of a training share ----*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The step, the evaluation and the prediction of a training work on the same
// parameters and states. A binder goes through their signatures and finds for
// each tensor what it is to the others.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_BINDING_H
#define SWAGE_COMPILER_DRIVER_TRAINING_BINDING_H

#include "compiler/Pipelines/CompiledTraining.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace swage {

/// What each input and output of a function is; see BoundModel.
struct TensorBindings {
  std::vector<int32_t> inputs, outputs;
};

class TensorBinder {
public:
  /// To be bound first. The error says which sizes are not known.
  llvm::Expected<TensorBindings> bindStep(const ModelSignature &step);
  /// Another function of the same model; `hasLoss` where its first output is.
  llvm::Expected<TensorBindings> bindOther(const ModelSignature &function,
                                           bool hasLoss);

  /// The model's inputs, then the target if any.
  llvm::ArrayRef<ValueSignature> getInputs() const { return inputs; }
  unsigned getNumModelInputs() const { return numModelInputs; }
  /// What a step changes, and what other functions read beside it.
  llvm::ArrayRef<ValueSignature> getSlots() const { return slots; }
  /// The slot of that name, or -1.
  int32_t findSlot(llvm::StringRef name) const;

private:
  int32_t addSlot(const ValueSignature &value);

  std::vector<ValueSignature> inputs, slots;
  unsigned numModelInputs = 0;
  llvm::StringMap<int32_t> slotsByName;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_BINDING_H
