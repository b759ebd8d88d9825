//===- Header.h - the C header of a compiled model --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H

#include "compiler/Pipelines/CompiledTraining.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace swage {

/// Writes the header of a library of `model`: C11 and C++17, complete in
/// itself, with a typed function where the shapes are static and the generic
/// interface always.
void writeHeader(llvm::raw_ostream &os, const CompiledModel &model);

/// The same for a training: step, evaluation, prediction, and access to what a
/// step changes.
void writeTrainingHeader(llvm::raw_ostream &os,
                         const CompiledTraining &training);

/// `text`, which is anything that a model file calls a value, fit for a
/// comment of C.
std::string getCommentText(llvm::StringRef text);
/// Lists values within a comment.
void writeValueList(llvm::raw_ostream &os, llvm::StringRef title,
                    llvm::ArrayRef<ValueSignature> values);
/// What an array parameter of a typed function must hold, within a comment.
void writeParameterText(llvm::raw_ostream &os, llvm::StringRef parameter,
                        const ValueSignature &value);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_HEADER_H
