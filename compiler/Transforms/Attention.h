//===- Attention.h - products of what a product's rows become ---*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The structure that the pass swage-fuse-attention finds, and what it does with
// masks.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_ATTENTION_H
#define SWAGE_COMPILER_TRANSFORMS_ATTENTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace swage {

/// A first product, what is made of its rows, and a second product.
struct ProductChain {
  mlir::linalg::GenericOp first;
  /// In the order of the block.
  llvm::SmallVector<mlir::linalg::GenericOp> between;
  mlir::linalg::GenericOp second;
  /// Of the second product: what `between` gives.
  mlir::OpOperand *weights = nullptr;
};

/// The order in which `op` puts the dimensions of its operand, if that is all
/// it does. `op` may be null.
std::optional<mlir::AffineMap> getOrder(mlir::linalg::GenericOp op);

/// Has products read keys and values that several heads share where they were
/// before they were repeated for each head.
void groupHeads(llvm::ArrayRef<mlir::linalg::GenericOp> products);

/// Does what is between two products in groups of heads where the products
/// themselves do: reshapes that join the groups and split them again go.
void splitRows(mlir::func::FuncOp func);

/// Computes masks that are made of less than they hold, such as comparisons of
/// positions, where they are used.
void absorbMasks(ProductChain &chain);

/// Where masks hide the end of rows, finds out how long each row is and says so
/// in the scores, so that a backend can leave out what is hidden.
void limitRows(ProductChain &chain);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_ATTENTION_H
