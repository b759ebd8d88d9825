//===- FactsBuilder.h - static facts as data of a module --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Builds the structures of swage/artifact.h as constants of an LLVM module, and
// the small functions that give them to programs.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTSBUILDER_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTSBUILDER_H

#include "compiler/Driver/Artifacts/ArtifactContents.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/JSON.h"

namespace swage {

/// The section with an artifact's facts, as JSON.
constexpr llvm::StringLiteral factsSection = ".swage.model";

class FactsBuilder {
public:
  FactsBuilder(llvm::Module &module, const WeightsLayout &weights,
               llvm::StringRef weightsSymbol, const FactsOptions &options);

  /// The artifact's facts as text, in the section that tools look for.
  llvm::Constant *addFacts(llvm::json::Object facts);
  /// The swage_model of `model`, whose constants that have bytes lie at
  /// `offsets`; `metadata` is a text.
  llvm::GlobalVariable *addModel(const CompiledModel &model,
                                 llvm::ArrayRef<uint64_t> offsets,
                                 llvm::Constant *metadata);

  llvm::Constant *word(uint64_t value) { return builder.getInt64(value); }
  llvm::Constant *half(uint32_t value) { return builder.getInt32(value); }
  llvm::Constant *null() {
    return llvm::ConstantPointerNull::get(builder.getPtrTy());
  }
  llvm::Constant *getStruct(llvm::ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(module.getContext(), fields);
  }
  /// A private constant, and its address.
  llvm::GlobalVariable *addData(llvm::Constant *value, const llvm::Twine &name);
  llvm::Constant *addText(llvm::StringRef text);
  llvm::Constant *addArray(llvm::ArrayRef<llvm::Constant *> elements);
  /// A swage_value_info, and an array of them.
  llvm::Constant *addValue(const ValueSignature &value);
  llvm::Constant *addValues(llvm::ArrayRef<ValueSignature> values);

  /// A public function; code goes into it then.
  llvm::Function *addFunction(llvm::Type *result,
                              llvm::ArrayRef<llvm::Type *> parameters,
                              const llvm::Twine &name);
  /// A function without parameters that gives `facts`.
  void addGetter(llvm::Constant *facts, const llvm::Twine &name);
  /// A call of the runtime's function `name`.
  llvm::Value *callRuntime(llvm::StringRef name, llvm::Type *result,
                           llvm::ArrayRef<llvm::Value *> arguments);
  /// An array, on the stack, of `count` arguments from `first` on.
  llvm::Value *passArray(llvm::Function *function, size_t first, size_t count);

  llvm::IRBuilder<> &getBuilder() { return builder; }

private:
  llvm::Constant *addKernels(const CompiledModel &model);
  llvm::Function *declareEntry(llvm::StringRef symbol);

  llvm::Module &module;
  const WeightsLayout &weights;
  const FactsOptions &options;
  llvm::IRBuilder<> builder;
  llvm::Constant *weightsData; ///< null where they are in a file
};

/// An empty module for code and facts of `target`.
std::unique_ptr<llvm::Module> createFactsModule(llvm::LLVMContext &context,
                                                llvm::StringRef name,
                                                const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTSBUILDER_H
