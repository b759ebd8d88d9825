//===- ArtifactContents.h - what goes into an artifact ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model, or the functions of a training: what linking needs to know of them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACTCONTENTS_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACTCONTENTS_H

#include "compiler/Driver/Artifacts/Weights.h"
#include "compiler/Pipelines/CompiledTraining.h"
#include "llvm/IR/Module.h"

namespace swage {

/// What the object with an artifact's facts shall offer.
struct FactsOptions {
  /// Define `swage_artifact_model` or `swage_artifact_training`, which the
  /// main() of executables calls; otherwise the functions of the header.
  bool forExecutable = false;
  /// The file with the weights, relative to the artifact; empty embeds them.
  std::string weightsFile;
};

class ArtifactContents {
public:
  virtual ~ArtifactContents() = default;

  /// The name that the symbols begin with.
  virtual llvm::StringRef getName() const = 0;
  /// All code; at least one model.
  virtual std::vector<const CompiledModel *> getModels() const = 0;
  /// All that the weights hold.
  virtual std::vector<ConstantBlob> getConstants() const = 0;
  /// The static facts as data, and the functions that the header declares; it
  /// links with the objects of the models.
  virtual std::unique_ptr<llvm::Module>
  buildFacts(llvm::LLVMContext &context, const WeightsLayout &weights,
             const FactsOptions &options) const = 0;
  /// The symbols that a library exports, the runtime's not counted.
  virtual std::vector<std::string> getExportedSymbols() const = 0;
  /// The runtime's functions that a library shows.
  virtual std::vector<std::string> getPublicRuntime() const;
  /// The archive with the main() of executables, without "lib" and ".a".
  virtual llvm::StringRef getMainLibrary() const = 0;
  virtual void writeHeader(llvm::raw_ostream &os) const = 0;

  const TargetInfo &getTarget() const { return getModels().front()->target; }
  /// What the models need of the runtime beside that which every model does.
  std::vector<const OptionalLibrary *> getOptionalLibraries() const;
  std::string getWeightsSymbol() const {
    return (getName() + "_weights").str();
  }
};

std::unique_ptr<ArtifactContents> getContents(const CompiledModel &model);
std::unique_ptr<ArtifactContents> getContents(const CompiledTraining &training);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACTCONTENTS_H
