//===- OptionalLibraries.h - what few models need of the runtime *- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The runtime depends on nothing but libc. What it does with the help of other
// libraries is apart from it, in static libraries of their own, which only
// models that call them are linked with.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_OPTIONALLIBRARIES_H
#define SWAGE_COMPILER_PIPELINES_OPTIONALLIBRARIES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace swage {

/// One of these libraries.
struct OptionalLibrary {
  llvm::StringLiteral name;    ///< it is the file libswage_<name>.a
  llvm::StringLiteral prefix;  ///< how its functions begin
  llvm::StringLiteral purpose; ///< for messages: "the model ..., which needs"
  /// What to link beside it, in executables and in shared libraries.
  llvm::ArrayRef<llvm::StringLiteral> inExecutables, inShared;
};

/// The library with the function `callee` of the runtime; null where that is
/// in the runtime itself.
const OptionalLibrary *findOptionalLibrary(llvm::StringRef callee);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_OPTIONALLIBRARIES_H
