//===- Facts.h - what an artifact says of itself ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTS_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTS_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>

namespace swage {

/// The facts of the model in the executable, library or object at `path`, read
/// without running it. Nothing where the file is an object of something else.
/// An error where it cannot be read or is no object file at all.
llvm::Expected<std::optional<llvm::json::Object>>
readFacts(llvm::StringRef path);

/// Whether the file at `path` begins like an object file or an archive.
bool looksLikeArtifact(llvm::StringRef path);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_FACTS_H
