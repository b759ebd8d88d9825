//===- RuntimeSymbols.h - the runtime as loaded code sees it ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The one table of runtime functions that generated code may call. In an
// artifact the linker finds them in libswage_rt.a; in memory this table does.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_JIT_RUNTIMESYMBOLS_H
#define SWAGE_COMPILER_JIT_RUNTIMESYMBOLS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace swage {

/// A runtime function and its address in this process.
struct RuntimeSymbol {
  llvm::StringLiteral name;
  void *address;
};

/// All of them, sorted by name.
llvm::ArrayRef<RuntimeSymbol> getRuntimeSymbols();

} // namespace swage

#endif // SWAGE_COMPILER_JIT_RUNTIMESYMBOLS_H
