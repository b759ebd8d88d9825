//===- ReverseMode.h - cotangents on their way back -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the differentiation of a function and that of the regions in it have in
// common.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_REVERSEMODE_H
#define SWAGE_COMPILER_TRAINING_REVERSEMODE_H

#include "compiler/Training/Gradients.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace swage::training {

/// Goes through operators of one block in reverse and collects the cotangents
/// of their operands.
class ReverseMode {
public:
  /// `operations` are in the order of the block; gradients are asked for of
  /// `variables`. What depends on none of them gets no cotangent.
  ReverseMode(mlir::OpBuilder &builder,
              llvm::ArrayRef<mlir::Operation *> operations,
              llvm::ArrayRef<mlir::Value> variables);

  /// Adds to the cotangent of `value`.
  void seed(mlir::Value value, mlir::Value cotangent);

  /// Builds, at the insertion point, what brings all seeds back. On failure the
  /// reason has been emitted.
  llvm::LogicalResult run();

  /// The sum of what has come back to `value`; null for nothing.
  mlir::Value take(mlir::Value value);

private:
  llvm::LogicalResult visit(mlir::Operation *op);
  llvm::FailureOr<Values> buildVJP(mlir::Operation *op,
                                   llvm::ArrayRef<mlir::Value> cotangents);
  mlir::Value joinProducts(llvm::ArrayRef<mlir::Value> terms) const;

  mlir::OpBuilder &builder;
  llvm::SmallVector<mlir::Operation *> operations;
  llvm::DenseSet<mlir::Value> active;
  /// The terms whose sum is the cotangent of a value.
  llvm::DenseMap<mlir::Value, Values> terms;
};

/// What an operator with regions adds to the cotangents of values outside of
/// it.
using Contributions = llvm::SmallVector<std::pair<mlir::Value, mlir::Value>>;

/// Builds the gradients of a branch or a loop by the values of `active` that it
/// takes or captures, from the cotangents of its results, which may be null.
llvm::FailureOr<Contributions> buildRegionGradients(
    mlir::Operation *op, llvm::ArrayRef<mlir::Value> cotangents,
    const llvm::DenseSet<mlir::Value> &active, mlir::OpBuilder &builder);

/// Fails, saying so, where a size of an operand or result is unknown.
llvm::LogicalResult checkStatic(mlir::Operation *op);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_REVERSEMODE_H
