//===- CNames.h - names of models and values in C ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Model files name values freely; C does not. The header and the object that
// implements it must agree, so both take their names from here.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_CNAMES_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_CNAMES_H

#include "compiler/Pipelines/CompiledModel.h"

namespace swage {

/// `text` as an identifier of C and C++: other characters become '_', a leading
/// digit or a keyword gets one before or after it.
std::string getCIdentifier(llvm::StringRef text);

/// The name of a model that is written to `path`: its file name without
/// extensions, and without "lib" where the file is a library.
std::string getModelName(llvm::StringRef path);

/// The C type of one element, "float", or empty for those that C cannot say
/// (strings). Types without a C type of their own are their bits.
llvm::StringRef getCType(int32_t dtype);

/// Whether `model` gets a typed function: all shapes are static and all types
/// have a C type.
bool hasTypedEntry(const ModelSignature &signature);

/// Distinct parameter names for the inputs and then the outputs.
std::vector<std::string> getParameterNames(const ModelSignature &signature);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_CNAMES_H
