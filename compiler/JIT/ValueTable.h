//===- ValueTable.h - a signature as the runtime has it ---------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_JIT_VALUETABLE_H
#define SWAGE_COMPILER_JIT_VALUETABLE_H

#include "compiler/Pipelines/CompiledModel.h"
#include "swage/artifact.h"

namespace swage {

/// The inputs and outputs of a signature as swage_value_info, which point into
/// the signature.
class ValueTable {
public:
  ValueTable() = default;
  explicit ValueTable(const ModelSignature &signature);

  llvm::ArrayRef<swage_value_info> getInputs() const { return inputs; }
  llvm::ArrayRef<swage_value_info> getOutputs() const { return outputs; }

private:
  std::vector<swage_value_info> describe(llvm::ArrayRef<ValueSignature> values);
  swage_value_info describe(const ValueSignature &value);

  std::vector<std::vector<const char *>> dimNames;
  std::vector<std::vector<swage_value_info>> elements;
  std::vector<swage_value_info> inputs, outputs;
};

} // namespace swage

#endif // SWAGE_COMPILER_JIT_VALUETABLE_H
