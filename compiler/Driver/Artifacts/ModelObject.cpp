//===- ModelObject.cpp - the facts of a model as data ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/ModelObject.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/artifact.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace swage;

std::string swage::getWeightsSymbol(const CompiledModel &model) {
  return model.name + "_weights";
}

std::vector<std::string> swage::getExportedSymbols(const CompiledModel &model) {
  std::vector<std::string> symbols = {model.name + "_model"};
  if (hasTypedEntry(model.signature))
    for (const char *suffix : {"_run", "_unload", "_error"})
      symbols.push_back(model.name + suffix);
  return symbols;
}

namespace {

/// Builds constants and functions of one module.
class ModelBuilder {
public:
  ModelBuilder(Module &module, const CompiledModel &model)
      : module(module), context(module.getContext()), model(model),
        builder(context) {}

  void buildModel(const WeightsLayout &weights,
                  const ModelObjectOptions &options);
  void buildGetter(const Twine &name);
  void buildTypedEntry();

private:
  Constant *word(uint64_t value) { return builder.getInt64(value); }
  Constant *half(uint32_t value) { return builder.getInt32(value); }
  Constant *null() { return ConstantPointerNull::get(builder.getPtrTy()); }

  /// A private constant, and its address.
  GlobalVariable *addData(Constant *value, const Twine &name);
  Constant *addText(StringRef text);
  Constant *addArray(Type *type, ArrayRef<Constant *> elements);
  Constant *addValues(ArrayRef<ValueSignature> values);
  Constant *addValue(const ValueSignature &value);
  Constant *addKernels();
  Function *addFunction(FunctionType *type, const Twine &name);
  FunctionCallee getRuntime(StringRef name, Type *result,
                            ArrayRef<Type *> parameters);

  Module &module;
  LLVMContext &context;
  const CompiledModel &model;
  IRBuilder<> builder;
  GlobalVariable *facts = nullptr;
};

} // namespace

GlobalVariable *ModelBuilder::addData(Constant *value, const Twine &name) {
  auto *data = new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                  GlobalValue::PrivateLinkage, value, name);
  return data;
}

Constant *ModelBuilder::addText(StringRef text) {
  GlobalVariable *data =
      addData(ConstantDataArray::getString(context, text), "text");
  data->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return data;
}

Constant *ModelBuilder::addArray(Type *type, ArrayRef<Constant *> elements) {
  if (elements.empty())
    return null();
  return addData(
      ConstantArray::get(ArrayType::get(type, elements.size()), elements),
      "array");
}

/// A swage_value_info.
Constant *ModelBuilder::addValue(const ValueSignature &value) {
  SmallVector<Constant *> dims, names;
  for (int64_t dim : value.dims)
    dims.push_back(word(dim));
  for (const std::string &name : value.dimNames)
    names.push_back(name.empty() ? null() : addText(name));
  Constant *element = null();
  for (const ValueSignature &inner : value.element)
    element = addData(addValue(inner), "element");
  return ConstantStruct::getAnon(
      context, {addText(value.name), half(value.dtype),
                half(value.isRanked ? value.dims.size() : -1),
                addArray(builder.getInt64Ty(), dims),
                addArray(builder.getPtrTy(), names), element});
}

Constant *ModelBuilder::addValues(ArrayRef<ValueSignature> values) {
  SmallVector<Constant *> infos;
  for (const ValueSignature &value : values)
    infos.push_back(addValue(value));
  if (infos.empty())
    return null();
  return addArray(infos.front()->getType(), infos);
}

/// The array of swage_kernel_info.
Constant *ModelBuilder::addKernels() {
  SmallVector<Constant *> infos;
  for (const KernelFacts &kernel : model.kernels)
    infos.push_back(ConstantStruct::getAnon(
        context,
        {addText(kernel.name), word(kernel.flops), word(kernel.bytes)}));
  return infos.empty() ? null() : addArray(infos.front()->getType(), infos);
}

/// The swage_model, field by field as in swage/artifact.h.
void ModelBuilder::buildModel(const WeightsLayout &weights,
                              const ModelObjectOptions &options) {
  std::string json;
  raw_string_ostream(json) << json::Value(describeModel(model));
  GlobalVariable *metadata =
      addData(ConstantDataArray::getString(context, json), "facts");
  metadata->setSection(factsSection);

  bool embedded = options.weightsFile.empty();
  Constant *data = null();
  if (embedded) {
    // Its size is not part of the type: code models would reason with it.
    auto *bytes = new GlobalVariable(
        module, builder.getInt8Ty(), /*isConstant=*/true,
        GlobalValue::ExternalLinkage, nullptr, getWeightsSymbol(model));
    bytes->setVisibility(GlobalValue::HiddenVisibility);
    data = bytes;
  }
  SmallVector<Constant *> offsets;
  for (uint64_t offset : weights.offsets)
    offsets.push_back(word(offset));
  Function *entry = Function::Create(
      FunctionType::get(builder.getInt32Ty(), builder.getPtrTy(), false),
      GlobalValue::ExternalLinkage, model.entry, module);
  entry->setVisibility(GlobalValue::HiddenVisibility);

  facts = addData(
      ConstantStruct::getAnon(
          context,
          {half(SWAGE_ABI_VERSION), half(model.signature.inputs.size()),
           half(model.signature.outputs.size()), half(model.constants.size()),
           addText(model.name), metadata, addValues(model.signature.inputs),
           addValues(model.signature.outputs),
           addArray(builder.getInt64Ty(), offsets), data, word(weights.size),
           embedded ? null() : addText(options.weightsFile),
           word(model.arenaSize), entry, word(model.kernels.size()),
           addKernels()}),
      model.name + ".facts");
}

Function *ModelBuilder::addFunction(FunctionType *type, const Twine &name) {
  Function *function =
      Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  function->addFnAttr(Attribute::NoUnwind);
  builder.SetInsertPoint(BasicBlock::Create(context, "", function));
  return function;
}

/// const swage_model *NAME(void)
void ModelBuilder::buildGetter(const Twine &name) {
  addFunction(FunctionType::get(builder.getPtrTy(), false), name);
  builder.CreateRet(facts);
}

FunctionCallee ModelBuilder::getRuntime(StringRef name, Type *result,
                                        ArrayRef<Type *> parameters) {
  return module.getOrInsertFunction(
      name, FunctionType::get(result, parameters, false));
}

/// The functions of the generated header for static models: they pass their
/// parameters as two arrays to the runtime, which keeps the session.
void ModelBuilder::buildTypedEntry() {
  Type *ptr = builder.getPtrTy();
  auto *session = new GlobalVariable(module, ptr, /*isConstant=*/false,
                                     GlobalValue::PrivateLinkage, null(),
                                     model.name + ".session");
  size_t numInputs = model.signature.inputs.size();
  size_t numOutputs = model.signature.outputs.size();
  SmallVector<Type *> parameters(numInputs + numOutputs + 1, ptr);
  Function *run =
      addFunction(FunctionType::get(builder.getInt32Ty(), parameters, false),
                  model.name + "_run");
  auto passArray = [&](size_t first, size_t count) -> Value * {
    Value *array = builder.CreateAlloca(ptr, builder.getInt32(count));
    for (size_t i = 0; i < count; ++i)
      builder.CreateStore(run->getArg(first + i),
                          builder.CreateConstGEP1_64(ptr, array, i));
    return array;
  };
  Value *inputs = passArray(0, numInputs);
  Value *outputs = passArray(numInputs, numOutputs);
  Value *workspace = run->getArg(numInputs + numOutputs);
  builder.CreateRet(
      builder.CreateCall(getRuntime("swage_typed_run", builder.getInt32Ty(),
                                    {ptr, ptr, ptr, ptr, ptr}),
                         {facts, session, inputs, outputs, workspace}));

  addFunction(FunctionType::get(builder.getVoidTy(), false),
              model.name + "_unload");
  builder.CreateCall(
      getRuntime("swage_typed_unload", builder.getVoidTy(), {ptr}), {session});
  builder.CreateRetVoid();

  addFunction(FunctionType::get(ptr, false), model.name + "_error");
  builder.CreateRet(
      builder.CreateCall(getRuntime("swage_typed_error", ptr, {})));
}

std::unique_ptr<Module>
swage::buildModelModule(LLVMContext &context, const CompiledModel &model,
                        const WeightsLayout &weights,
                        const ModelObjectOptions &options) {
  auto module = std::make_unique<Module>(model.name + ".model", context);
  module->setTargetTriple(Triple(model.target.triple));
  module->setPICLevel(PICLevel::BigPIC);
  ModelBuilder builder(*module, model);
  builder.buildModel(weights, options);
  if (options.forExecutable) {
    builder.buildGetter("swage_artifact_model");
    return module;
  }
  builder.buildGetter(model.name + "_model");
  if (hasTypedEntry(model.signature))
    builder.buildTypedEntry();
  return module;
}
