//===- ModelObject.cpp - the facts of a model as data ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/ModelObject.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/FactsBuilder.h"
#include "compiler/Pipelines/ModelFacts.h"

using namespace llvm;
using namespace swage;

/// The functions of the generated header for static models: they pass their
/// parameters as two arrays to the runtime, which keeps the session.
static void addTypedFunctions(FactsBuilder &facts, Module &module,
                              const CompiledModel &model, Constant *about) {
  IRBuilder<> &builder = facts.getBuilder();
  Type *ptr = builder.getPtrTy(), *status = builder.getInt32Ty();
  auto *session = new GlobalVariable(module, ptr, /*isConstant=*/false,
                                     GlobalValue::PrivateLinkage, facts.null(),
                                     model.name + ".session");
  size_t numInputs = model.signature.inputs.size();
  size_t numOutputs = model.signature.outputs.size();
  SmallVector<Type *> parameters(numInputs + numOutputs + 1, ptr);
  Function *run = facts.addFunction(status, parameters, model.name + "_run");
  Value *inputs = facts.passArray(run, 0, numInputs);
  Value *outputs = facts.passArray(run, numInputs, numOutputs);
  builder.CreateRet(facts.callRuntime(
      "swage_typed_run", status,
      {about, session, inputs, outputs, run->getArg(numInputs + numOutputs)}));

  facts.addFunction(builder.getVoidTy(), {}, model.name + "_unload");
  facts.callRuntime("swage_typed_unload", builder.getVoidTy(), {session});
  builder.CreateRetVoid();

  facts.addFunction(ptr, {}, model.name + "_error");
  builder.CreateRet(facts.callRuntime("swage_typed_error", ptr, {}));
}

std::unique_ptr<Module> swage::buildModelModule(LLVMContext &context,
                                                const CompiledModel &model,
                                                const WeightsLayout &weights,
                                                StringRef weightsSymbol,
                                                const FactsOptions &options) {
  std::unique_ptr<Module> module =
      createFactsModule(context, model.name, model.target);
  FactsBuilder facts(*module, weights, weightsSymbol, options);
  Constant *about = facts.addModel(model, weights.offsets,
                                   facts.addFacts(describeModel(model)));
  if (options.forExecutable) {
    facts.addGetter(about, "swage_artifact_model");
    return module;
  }
  facts.addGetter(about, model.name + "_model");
  if (hasTypedEntry(model.signature))
    addTypedFunctions(facts, *module, model, about);
  return module;
}
