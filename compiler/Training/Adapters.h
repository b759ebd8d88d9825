//===- Adapters.h - low-rank adapters ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// LoRA (Hu et al., 2021): a matrix W stays as it is, and what is trained is a
// product of two narrow factors that is added to it,
//
//   W + alpha/rank * left * right,   left [m, rank], right [rank, n]
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_ADAPTERS_H
#define SWAGE_COMPILER_TRAINING_ADAPTERS_H

#include "compiler/Training/TrainingOptions.h"
#include "mlir/IR/BuiltinOps.h"

namespace swage::training {

/// Replaces each parameter of @main that matches the adapters' targets by a
/// constant and the parameters of an adapter. Products with the matrix become
/// products with it and the factors, one after the other; other uses get the
/// sum. The factor on the input's side begins with random numbers that follow
/// from the name, the other one with zeros. Fails with a diagnostic.
llvm::LogicalResult addAdapters(mlir::ModuleOp module,
                                const AdapterOptions &options);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_ADAPTERS_H
