//===- TrainingOptions.h - how to train -------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_TRAININGOPTIONS_H
#define SWAGE_COMPILER_TRAINING_TRAININGOPTIONS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace swage::training {

/// The functions that training consists of.
enum class Function {
  Step,       ///< loss, gradients and updates
  Evaluation, ///< the loss and the outputs, as they are outside of training
  Prediction, ///< the outputs alone
};

/// The name of the optimizer where a model brings its own training.
inline constexpr llvm::StringLiteral kModelOptimizer = "model";

/// Low-rank adapters: see Adapters.h.
struct AdapterOptions {
  int64_t rank = 0; ///< 0 for none
  double alpha = 0;
  std::vector<std::string> targets; ///< patterns of matrices' names

  /// What is added to a matrix is the product of the factors times this.
  double getScale() const { return alpha / rank; }

  /// The names of the factors of the matrix `name`.
  static std::string getLeft(llvm::StringRef name) {
    return (name + ".lora_left").str();
  }
  static std::string getRight(llvm::StringRef name) {
    return (name + ".lora_right").str();
  }

  /// Reads "rank=8,alpha=16,targets=PATTERN"; targets may be given repeatedly.
  static llvm::Expected<AdapterOptions> parse(llvm::StringRef text);
};

/// How to train; texts as users write them.
struct TrainingOptions {
  std::string loss = "cross-entropy";
  std::string optimizer = "sgd";
  double clipNorm = 0;  ///< limit of the norm of all gradients; 0 for none
  double clipValue = 0; ///< limit of each element of the gradients; 0 for none
  /// Change the parameters in every so manyth step only, by the mean of the
  /// gradients since the last change: batches that memory has no room for.
  unsigned accumulate = 1;
  AdapterOptions adapters;
  /// How what the way back needs of the forward pass is stored: "f32" as it is,
  /// or "f16" or "bf16"; see NarrowSaved.h.
  std::string activationsType = "f32";
  /// How much of the forward pass is computed again for the way back; see
  /// Recompute.h.
  unsigned recompute = 0;
  /// Bytes that a step may take, with parameters and states; then `recompute`
  /// is chosen. 0 for no limit.
  uint64_t memoryBudget = 0;
  Function function = Function::Step;
};

/// What an argument of a step's @main is, as its attribute `nn.role` says.
namespace role {
inline constexpr llvm::StringLiteral target = "target", rate = "rate",
                                     step = "step", parameter = "parameter",
                                     state = "state";
} // namespace role

/// Checks the options' texts.
llvm::Error checkOptions(const TrainingOptions &options);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_TRAININGOPTIONS_H
