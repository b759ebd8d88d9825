//===- Arguments.h - options that users wrote -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Turns the texts of command lines and of the embedding interface into options
// of the compiler, with one wording for all that can be wrong with them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARGUMENTS_H
#define SWAGE_COMPILER_DRIVER_ARGUMENTS_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Compiler.h"

namespace swage {

/// "seq=1..2048" -> {"seq", 1, 2048}; "batch=4" -> {"batch", 4, 4}.
llvm::Expected<DimRange> parseDim(llvm::StringRef text);

/// The phase of that name; the error lists all.
llvm::Expected<Phase> parsePhaseArgument(llvm::StringRef flag,
                                         llvm::StringRef name);

/// What --fp takes.
llvm::ArrayRef<llvm::StringLiteral> getFPChoices();

/// How weights may be stored; see CompileOptions::weightsType.
llvm::ArrayRef<llvm::StringLiteral> getWeightTypes();

/// What CompileOptions::growAtLoad is called: "auto" and "never".
llvm::ArrayRef<llvm::StringLiteral> getWeightsAtLoadChoices();

/// An error that lists the choices, unless `value` is one.
llvm::Error checkChoice(llvm::StringRef option, llvm::StringRef value,
                        llvm::ArrayRef<llvm::StringLiteral> choices);

/// The options that `arguments` stand for. Dumps go to stderr as they come.
llvm::Expected<CompileOptions> parseOptions(const ModelArguments &arguments);

/// A module as text, for dumps and --emit=mlir. Weights are left out.
void printModule(llvm::raw_ostream &os, mlir::ModuleOp module);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARGUMENTS_H
