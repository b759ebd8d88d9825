//===- LoadedModel.h - a model that runs in this process --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A compiled model, its code in memory and one session of the runtime, with the
// conveniences that commands share: inputs by name from files or random, and
// outputs with owners.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_LOADEDMODEL_H
#define SWAGE_COMPILER_DRIVER_LOADEDMODEL_H

#include "compiler/Driver/Tensor.h"
#include "compiler/JIT/JITModel.h"
#include "swage/program.h"

namespace swage {

/// A model with its session. Several threads may run it at once.
class LoadedModel {
public:
  /// Loads `model`; `threads` is 0 for as many as the machine has.
  static llvm::Expected<std::unique_ptr<LoadedModel>> load(CompiledModel model,
                                                           unsigned threads);
  ~LoadedModel();

  const ModelSignature &getSignature() const {
    return jit->getCompiled().signature;
  }
  const CompiledModel &getCompiled() const { return jit->getCompiled(); }
  swage_session *getSession() const { return session; }
  const swage_model *getModel() const { return jit->getModel(); }

  /// Reads the inputs given as "NAME=FILE". With a seed, the others are random;
  /// without, all must be there. `note` gets what the user should know of the
  /// random ones, if any.
  llvm::Expected<std::vector<Tensor>>
  readInputs(llvm::ArrayRef<std::string> files, std::optional<uint64_t> seed,
             std::string &note) const;

  /// Runs the model. Inputs of a type that carries the model's in .npy files
  /// are taken as that.
  llvm::Expected<std::vector<Tensor>>
  run(llvm::MutableArrayRef<Tensor> inputs) const;

  /// Runs the model for about `seconds` and times it, with `kernels` (may be
  /// null) each of its kernels too. Gives the outputs of the last run.
  llvm::Expected<std::vector<Tensor>>
  measure(llvm::MutableArrayRef<Tensor> inputs, double seconds,
          swage_timing &timing, std::vector<swage_kernel_time> *kernels) const;

private:
  LoadedModel() = default;

  /// Calls `run(inputs, outputs, &message)` and takes what it gives.
  llvm::Expected<std::vector<Tensor>>
  runWith(llvm::MutableArrayRef<Tensor> inputs,
          llvm::function_ref<swage_status(const swage_tensor *, swage_tensor *,
                                          char **)>
              run) const;

  std::unique_ptr<JITModel> jit;
  swage_session *session = nullptr;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_LOADEDMODEL_H
