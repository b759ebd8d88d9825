//===- Differentiate.h - reverse mode ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_DIFFERENTIATE_H
#define SWAGE_COMPILER_TRAINING_DIFFERENTIATE_H

#include "compiler/Training/Gradients.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage::training {

/// Builds, at the insertion point, the gradients of the scalar `loss` by each
/// of `parameters`; null for one that the loss does not depend on. All of it
/// is in one block. What is on no path from a parameter to the loss is not
/// computed. Fails, naming the node, where an operator on such a path cannot be
/// differentiated.
llvm::FailureOr<Values> buildGradients(mlir::OpBuilder &builder,
                                       mlir::Value loss,
                                       llvm::ArrayRef<mlir::Value> parameters);

/// Replaces recurrent layers and short loops that depend on `parameters` by
/// their steps, one after the other, which can be differentiated.
llvm::LogicalResult unrollRecurrence(llvm::ArrayRef<mlir::Value> parameters);

/// Replaces every nn.gradient of `main` by the operators that compute it.
llvm::LogicalResult expandGradients(mlir::func::FuncOp main);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_DIFFERENTIATE_H
