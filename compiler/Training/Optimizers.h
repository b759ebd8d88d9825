//===- Optimizers.h - how parameters follow their gradients -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_OPTIMIZERS_H
#define SWAGE_COMPILER_TRAINING_OPTIMIZERS_H

#include "compiler/Training/Recipe.h"
#include "compiler/Training/TensorBuilder.h"

namespace swage::training {

/// The names of the tensors of state that the optimizer keeps for every
/// parameter, each of the parameter's shape and zero at first.
llvm::ArrayRef<llvm::StringLiteral> getStateNames(const Recipe &optimizer);

/// What is the same for all parameters in one step.
struct StepContext {
  mlir::Value rate;   ///< the learning rate, a scalar of f32
  mlir::Value number; ///< which step this is, from 1: a scalar of i64
};

/// A parameter on its way through a step.
struct ParameterStep {
  mlir::Value parameter, gradient;
  llvm::SmallVector<mlir::Value> states;
};

/// Builds the new value of the parameter and of its states, in place of the old
/// ones in `step`.
void buildUpdate(const Recipe &optimizer, const StepContext &context,
                 ParameterStep &step, const TensorBuilder &b);

/// Limits the norm of all gradients together, and each of their elements; zero
/// means no limit.
void clipGradients(llvm::MutableArrayRef<ParameterStep> steps, double norm,
                   double value, const TensorBuilder &b);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_OPTIMIZERS_H
