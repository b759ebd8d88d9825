//===- CompiledTraining.h - a training as machine code ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The functions of a training and the tensors that they share; see
// swage/training.h for what they are.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_COMPILEDTRAINING_H
#define SWAGE_COMPILER_PIPELINES_COMPILEDTRAINING_H

#include "compiler/Pipelines/CompiledModel.h"
#include <array>

namespace swage {

/// A function, and for each of its inputs and outputs the number of a slot, or
/// SWAGE_BIND_SCALAR, or SWAGE_BIND_CALLER - k.
struct BoundModel {
  CompiledModel model;
  std::vector<int32_t> inputs, outputs;
};

struct CompiledTraining {
  std::string name;
  std::vector<ValueSignature> inputs; ///< the model's, then the target if any
  unsigned numModelInputs = 0;
  std::vector<ValueSignature> outputs; ///< the model's
  /// What a step changes, by distinct names; roles tell parameters, states and
  /// (without one) gradients.
  std::vector<ValueSignature> slots;
  BoundModel step, evaluation, prediction;

  std::array<const BoundModel *, 3> functions() const {
    return {&step, &evaluation, &prediction};
  }
};

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_COMPILEDTRAINING_H
