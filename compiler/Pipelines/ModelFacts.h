//===- ModelFacts.h - the static facts of a model as JSON -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What anybody can know of a compiled model without running it: artifacts carry
// this text in their section `.swage.model`, loaded models give it as metadata.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_MODELFACTS_H
#define SWAGE_COMPILER_PIPELINES_MODELFACTS_H

#include "compiler/Pipelines/CompiledModel.h"

namespace swage {

/// The model's own metadata, completed by name, signature, sizes and version.
llvm::json::Object describeModel(const CompiledModel &model);

/// A value as people read it: "float32[batch,3,?]".
std::string describeType(const ValueSignature &value);

/// "1536 bytes", "1.5 MB".
std::string getSizeText(uint64_t bytes);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_MODELFACTS_H
