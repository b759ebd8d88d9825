//===- Regions.h - gradients of branches and loops --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_REGIONS_H
#define SWAGE_COMPILER_TRAINING_REGIONS_H

#include "compiler/Training/ReverseMode.h"
#include "mlir/IR/IRMapping.h"

namespace swage::training {

/// The values of `active` that the regions take from outside.
Values getCaptured(llvm::MutableArrayRef<mlir::Region> regions,
                   const llvm::DenseSet<mlir::Value> &active);

/// Clones all of a block but its terminator to the insertion point.
llvm::SmallVector<mlir::Operation *> cloneBody(mlir::Block &block,
                                               mlir::IRMapping &mapping,
                                               mlir::OpBuilder &builder);

/// `gradient`, or where there is none zeros in the shape of `like`.
mlir::Value orZeros(mlir::Value gradient, mlir::Value like,
                    const TensorBuilder &b);

/// As buildRegionGradients, for an scf.for or scf.while in the form that the
/// importer of models gives them: it counts from 0, tensors are carried from
/// one iteration to the next, and what is collected grows along the first
/// dimension.
llvm::FailureOr<Contributions> buildLoopGradients(
    mlir::Operation *loop, llvm::ArrayRef<mlir::Value> cotangents,
    const llvm::DenseSet<mlir::Value> &active, mlir::OpBuilder &builder);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_REGIONS_H
