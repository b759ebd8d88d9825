//===- JITModel.h - a compiled model, loaded into this process --*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Presents a CompiledModel as the `swage_model` that the runtime takes, as an
// emitted artifact does, with constants where they already lie in memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_JIT_JITMODEL_H
#define SWAGE_COMPILER_JIT_JITMODEL_H

#include "compiler/JIT/ObjectLoader.h"
#include "compiler/JIT/ValueTable.h"

namespace swage {

/// A loaded model. Any number of sessions may use it; it must outlive them.
class JITModel {
public:
  /// Loads `model`, which must have been compiled for this machine.
  static llvm::Expected<std::unique_ptr<JITModel>> load(CompiledModel model);

  /// What swage_session_create takes.
  const swage_model *getModel() const { return &facts; }
  /// What was loaded.
  const CompiledModel &getCompiled() const { return compiled; }

private:
  explicit JITModel(CompiledModel model)
      : compiled(std::move(model)), values(compiled.signature) {}
  void placeConstants();

  CompiledModel compiled;
  ValueTable values;
  std::unique_ptr<ObjectLoader> loader;
  swage_model facts = {};
  std::string metadata;
  std::vector<uint64_t> offsets;
  std::vector<swage_kernel_info> kernels;
};

} // namespace swage

#endif // SWAGE_COMPILER_JIT_JITMODEL_H
