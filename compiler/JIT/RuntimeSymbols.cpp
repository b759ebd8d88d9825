//===- RuntimeSymbols.cpp - the runtime as loaded code sees it
//-------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Addresses of the runtime that is linked into this process. A new function
// that generated code calls is declared in swage/artifact.h and listed here.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/RuntimeSymbols.h"
#include "swage/artifact.h"

using namespace swage;

llvm::ArrayRef<RuntimeSymbol> swage::getRuntimeSymbols() {
#define SYMBOL(NAME)                                                           \
  { #NAME, reinterpret_cast < void *>(&NAME) }
  static const RuntimeSymbol symbols[] = {
      SYMBOL(swage_rt_alloc),          SYMBOL(swage_rt_call),
      SYMBOL(swage_rt_fail),           SYMBOL(swage_rt_free),
      SYMBOL(swage_rt_halide_par_for), SYMBOL(swage_rt_output),
      SYMBOL(swage_rt_parallel_for),
  };
#undef SYMBOL
  return symbols;
}
