//===- HandmadeModel.h - a compiled model without a compiler ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model written in LLVM IR, for tests of what comes after the pipeline:
// y = x * scale + bias on four floats, with the two constants as weights, in
// parallel, through the arena.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TEST_COMPILER_DRIVER_HANDMADEMODEL_H
#define SWAGE_TEST_COMPILER_DRIVER_HANDMADEMODEL_H

#include "compiler/Pipelines/CompiledModel.h"

namespace swage::test {

/// What a handmade model is like.
struct HandmadeOptions {
  std::string name = "affine";
  TargetInfo target = TargetInfo::host();
  bool dynamic = false; ///< the dimension is "n" instead of 4
};

/// Compiles the model.
llvm::Expected<CompiledModel> makeModel(const HandmadeOptions &options = {});

/// Its kernel alone; `symbol` gets the name.
llvm::Expected<ObjectCode> makeKernel(const TargetInfo &target);

} // namespace swage::test

#endif // SWAGE_TEST_COMPILER_DRIVER_HANDMADEMODEL_H
