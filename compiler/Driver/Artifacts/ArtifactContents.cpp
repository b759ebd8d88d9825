//===- ArtifactContents.cpp - what goes into an artifact ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/ArtifactContents.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Header.h"
#include "compiler/Driver/Artifacts/ModelObject.h"
#include "compiler/Driver/Artifacts/TrainingObject.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace swage;

std::vector<const OptionalLibrary *>
ArtifactContents::getOptionalLibraries() const {
  std::vector<const OptionalLibrary *> libraries;
  for (const CompiledModel *model : getModels())
    for (const OptionalLibrary *library : model->optionalLibraries)
      if (!is_contained(libraries, library))
        libraries.push_back(library);
  return libraries;
}

// What programs call, which a shared library must contain and show although no
// code of its own calls all of it.
std::vector<std::string> ArtifactContents::getPublicRuntime() const {
  return {"swage_session_create", "swage_session_run", "swage_session_destroy",
          "swage_free",           "swage_dtype_size",  "swage_dtype_name"};
}

namespace {

class ModelContents : public ArtifactContents {
public:
  explicit ModelContents(const CompiledModel &model) : model(model) {}

  StringRef getName() const override { return model.name; }
  std::vector<const CompiledModel *> getModels() const override {
    return {&model};
  }
  std::vector<ConstantBlob> getConstants() const override {
    return model.constants;
  }
  std::unique_ptr<Module>
  buildFacts(LLVMContext &context, const WeightsLayout &weights,
             const FactsOptions &options) const override {
    return buildModelModule(context, model, weights, getWeightsSymbol(),
                            options);
  }
  std::vector<std::string> getExportedSymbols() const override {
    std::vector<std::string> symbols = {model.name + "_model"};
    if (hasTypedEntry(model.signature))
      for (const char *suffix : {"_run", "_unload", "_error"})
        symbols.push_back(model.name + suffix);
    return symbols;
  }
  StringRef getMainLibrary() const override { return "swage_rt_main"; }
  void writeHeader(raw_ostream &os) const override {
    swage::writeHeader(os, model);
  }

private:
  const CompiledModel &model;
};

class TrainingContents : public ArtifactContents {
public:
  explicit TrainingContents(const CompiledTraining &training)
      : training(training) {}

  StringRef getName() const override { return training.name; }
  std::vector<const CompiledModel *> getModels() const override {
    std::vector<const CompiledModel *> models;
    for (const BoundModel *function : training.functions())
      models.push_back(&function->model);
    return models;
  }
  /// Those of the functions, one after the other, and then the slots' first
  /// values.
  std::vector<ConstantBlob> getConstants() const override {
    std::vector<ConstantBlob> constants;
    for (const CompiledModel *model : getModels())
      append_range(constants, model->constants);
    for (const ValueSignature &slot : training.slots)
      constants.push_back(slot.initial);
    return constants;
  }
  std::unique_ptr<Module>
  buildFacts(LLVMContext &context, const WeightsLayout &weights,
             const FactsOptions &options) const override {
    return buildTrainingModule(context, training, weights, getWeightsSymbol(),
                               options);
  }
  std::vector<std::string> getExportedSymbols() const override {
    std::vector<std::string> symbols = {training.name + "_training"};
    if (hasTypedEntry(getBatchSignature(training)))
      for (const char *suffix :
           {"_train_step", "_evaluate", "_run", "_get", "_set", "_state_size",
            "_save", "_load", "_unload", "_error"})
        symbols.push_back(training.name + suffix);
    return symbols;
  }
  std::vector<std::string> getPublicRuntime() const override {
    std::vector<std::string> symbols = ArtifactContents::getPublicRuntime();
    for (const char *suffix :
         {"create", "destroy", "step", "evaluate", "run", "find", "slot", "get",
          "set", "state_size", "save", "load"})
      symbols.push_back(std::string("swage_trainee_") + suffix);
    return symbols;
  }
  StringRef getMainLibrary() const override { return "swage_rt_train"; }
  void writeHeader(raw_ostream &os) const override {
    swage::writeTrainingHeader(os, training);
  }

private:
  const CompiledTraining &training;
};

} // namespace

std::unique_ptr<ArtifactContents>
swage::getContents(const CompiledModel &model) {
  return std::make_unique<ModelContents>(model);
}

std::unique_ptr<ArtifactContents>
swage::getContents(const CompiledTraining &training) {
  return std::make_unique<TrainingContents>(training);
}
