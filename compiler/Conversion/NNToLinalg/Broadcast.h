//===- Broadcast.h - repeating what the run finds to be 1 -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A dimension of size 1 is repeated when it meets a larger one. Where the
// compiler knows the size, an indexing map says so. Where it does not, the
// operand is used as it is if the sizes turn out to be the same, and a repeated
// copy otherwise. Sizes that are the same in every run are found out later, by
// -swage-unify-sizes, and then nothing of this is left.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_BROADCAST_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_BROADCAST_H

#include "compiler/Conversion/NNToLinalg/Lowering.h"

namespace swage::nn {

/// Gives each operand the sizes `wanted` for it: afterwards each dimension has
/// either that size or, for certain, 1. Sizes that do not broadcast end the
/// run.
void createBroadcastsTo(mlir::OpBuilder &b, mlir::Location loc,
                        Values &operands, llvm::ArrayRef<Sizes> wanted);

/// The same for operands that meet the last of common sizes.
void createBroadcasts(mlir::OpBuilder &b, mlir::Location loc, Values &operands,
                      llvm::ArrayRef<mlir::OpFoldResult> common);

/// Whether a tensor comes from createBroadcasts, so that its sizes are right.
bool isBroadcast(mlir::Value tensor);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_BROADCAST_H
