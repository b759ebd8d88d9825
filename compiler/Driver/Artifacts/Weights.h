//===- Weights.h - the constants of a model, laid out -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Places constants one after the other and streams them to a file: as the
// read-only section of a relocatable object, or as a file of its own. The bytes
// go from where they lie to the disk, without a copy of the whole in memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_WEIGHTS_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_WEIGHTS_H

#include "compiler/Pipelines/CompiledModel.h"
#include "llvm/Support/raw_ostream.h"

namespace swage {

/// Where each constant lies in the weights.
struct WeightsLayout {
  std::vector<uint64_t> offsets; ///< one a constant, each aligned
  uint64_t size = 0;             ///< of the whole

  explicit WeightsLayout(llvm::ArrayRef<ConstantBlob> constants);
};

/// Writes the weights' bytes, `layout.size` of them.
void writeWeights(llvm::raw_ostream &os, const WeightsLayout &layout,
                  llvm::ArrayRef<ConstantBlob> constants);

/// Writes an ELF object for `target` with the weights in one read-only section
/// under the name `symbol`. An error for machines without ELF or unknown ones.
llvm::Error writeWeightsObject(llvm::raw_ostream &os,
                               const WeightsLayout &layout,
                               llvm::ArrayRef<ConstantBlob> constants,
                               const TargetInfo &target,
                               llvm::StringRef symbol);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_WEIGHTS_H
