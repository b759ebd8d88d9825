//===- Adaptor.h - Halide's code under our calling convention ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_ADAPTOR_H
#define SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_ADAPTOR_H

#include "compiler/Backend/Backend.h"
#include "compiler/Backend/Halide/KernelSpec.h"
#include "llvm/IR/Module.h"

namespace swage::halide {

/// The module in `bitcode`, which the Emitter made of `spec`, for `target`: it
/// defines only `symbol`, a `swage_kernel`, and calls only our runtime and the
/// C library.
llvm::Expected<std::unique_ptr<llvm::Module>>
adapt(llvm::LLVMContext &context, llvm::StringRef bitcode,
      const KernelSpec &spec, llvm::StringRef symbol,
      const KernelOptions &options);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_ADAPTOR_H
