//===- FactsBuilder.cpp - static facts as data of a module ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/FactsBuilder.h"
#include "swage/artifact.h"
#include "llvm/IR/Constants.h"

using namespace llvm;
using namespace swage;

FactsBuilder::FactsBuilder(Module &module, const WeightsLayout &weights,
                           StringRef weightsSymbol, const FactsOptions &options)
    : module(module), weights(weights), options(options),
      builder(module.getContext()) {
  weightsData = null();
  if (!options.weightsFile.empty())
    return;
  // Its size is not part of the type: code models would reason with it.
  auto *bytes =
      new GlobalVariable(module, builder.getInt8Ty(), /*isConstant=*/true,
                         GlobalValue::ExternalLinkage, nullptr, weightsSymbol);
  bytes->setVisibility(GlobalValue::HiddenVisibility);
  weightsData = bytes;
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

GlobalVariable *FactsBuilder::addData(Constant *value, const Twine &name) {
  return new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                            GlobalValue::PrivateLinkage, value, name);
}

Constant *FactsBuilder::addText(StringRef text) {
  GlobalVariable *data =
      addData(ConstantDataArray::getString(module.getContext(), text), "text");
  data->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return data;
}

Constant *FactsBuilder::addArray(ArrayRef<Constant *> elements) {
  if (elements.empty())
    return null();
  Type *type = elements.front()->getType();
  return addData(
      ConstantArray::get(ArrayType::get(type, elements.size()), elements),
      "array");
}

Constant *FactsBuilder::addValue(const ValueSignature &value) {
  SmallVector<Constant *> dims, names, ranges;
  for (int64_t dim : value.dims)
    dims.push_back(word(dim));
  for (const std::string &name : value.dimNames)
    names.push_back(name.empty() ? null() : addText(name));
  for (int64_t bound : value.dimRanges)
    ranges.push_back(word(bound));
  return getStruct({addText(value.name), half(value.dtype),
                    half(value.isRanked ? value.dims.size() : -1),
                    addArray(dims), addArray(names), addValues(value.element),
                    addArray(ranges)});
}

Constant *FactsBuilder::addValues(ArrayRef<ValueSignature> values) {
  SmallVector<Constant *> infos;
  for (const ValueSignature &value : values)
    infos.push_back(addValue(value));
  return addArray(infos);
}

/// The array of swage_kernel_info.
Constant *FactsBuilder::addKernels(const CompiledModel &model) {
  SmallVector<Constant *> infos;
  for (const KernelFacts &kernel : model.kernels)
    infos.push_back(getStruct(
        {addText(kernel.name), word(kernel.flops), word(kernel.bytes)}));
  return addArray(infos);
}

Constant *FactsBuilder::addFacts(json::Object facts) {
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(facts));
  GlobalVariable *data =
      addData(ConstantDataArray::getString(module.getContext(), text), "facts");
  data->setSection(factsSection);
  return data;
}

/// A function of the run's context that another object defines.
Function *FactsBuilder::declareEntry(StringRef symbol) {
  Function *entry = Function::Create(
      FunctionType::get(builder.getInt32Ty(), builder.getPtrTy(), false),
      GlobalValue::ExternalLinkage, symbol, module);
  entry->setVisibility(GlobalValue::HiddenVisibility);
  return entry;
}

/// Field by field as in swage/artifact.h.
GlobalVariable *FactsBuilder::addModel(const CompiledModel &model,
                                       ArrayRef<uint64_t> offsets,
                                       Constant *metadata) {
  SmallVector<Constant *> places;
  for (uint64_t offset : offsets)
    places.push_back(word(offset));
  for (const PreparedConstant &constant : model.prepared)
    places.push_back(word(constant.offset));
  return addData(
      getStruct(
          {half(SWAGE_ABI_VERSION), half(model.signature.inputs.size()),
           half(model.signature.outputs.size()), half(places.size()),
           addText(model.name), metadata, addValues(model.signature.inputs),
           addValues(model.signature.outputs), addArray(places), weightsData,
           word(weights.size),
           options.weightsFile.empty() ? null() : addText(options.weightsFile),
           word(model.arenaSize), declareEntry(model.entry),
           word(model.kernels.size()), addKernels(model),
           word(model.prepared.size()), word(model.preparedSize),
           model.prepare.empty() ? null() : declareEntry(model.prepare)}),
      model.name + ".facts");
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Function *FactsBuilder::addFunction(Type *result, ArrayRef<Type *> parameters,
                                    const Twine &name) {
  Function *function =
      Function::Create(FunctionType::get(result, parameters, false),
                       GlobalValue::ExternalLinkage, name, module);
  function->addFnAttr(Attribute::NoUnwind);
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", function));
  return function;
}

void FactsBuilder::addGetter(Constant *facts, const Twine &name) {
  addFunction(builder.getPtrTy(), {}, name);
  builder.CreateRet(facts);
}

Value *FactsBuilder::callRuntime(StringRef name, Type *result,
                                 ArrayRef<Value *> arguments) {
  SmallVector<Type *> parameters;
  for (Value *argument : arguments)
    parameters.push_back(argument->getType());
  return builder.CreateCall(
      module.getOrInsertFunction(name,
                                 FunctionType::get(result, parameters, false)),
      arguments);
}

Value *FactsBuilder::passArray(Function *function, size_t first, size_t count) {
  Type *ptr = builder.getPtrTy();
  Value *array = builder.CreateAlloca(ptr, builder.getInt32(count));
  for (size_t i = 0; i < count; ++i)
    builder.CreateStore(function->getArg(first + i),
                        builder.CreateConstGEP1_64(ptr, array, i));
  return array;
}

std::unique_ptr<Module> swage::createFactsModule(LLVMContext &context,
                                                 StringRef name,
                                                 const TargetInfo &target) {
  auto module = std::make_unique<Module>((name + ".model").str(), context);
  module->setTargetTriple(Triple(target.triple));
  module->setPICLevel(PICLevel::BigPIC);
  return module;
}
