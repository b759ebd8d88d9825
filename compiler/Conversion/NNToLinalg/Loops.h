//===- Loops.h - sequential code ---------------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// For operators that linalg cannot say: loops over tensors, one element after
// the other. Such an operator is one sequence at its top, which becomes one
// kernel.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOOPS_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOOPS_H

#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "dialects/NN/ScalarBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace swage::nn {

using NestBody = llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location,
                                           mlir::ValueRange indices,
                                           mlir::ValueRange carried)>;

/// A region that is kept together, however simple its loops turn out to be.
/// Each result is a changed form of the tensor in `inits` at its place.
Values createSequence(
    mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange inits,
    llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location,
                              mlir::ValueRange)>
        body);

/// Loops over all places of a tensor of `sizes`, the last dimension innermost,
/// that carry values from one to the next.
Values createNest(mlir::OpBuilder &b, mlir::Location loc,
                  llvm::ArrayRef<mlir::OpFoldResult> sizes,
                  mlir::ValueRange inits, NestBody body);

/// A loop over [start, end).
Values createLoop(mlir::OpBuilder &b, mlir::Location loc, mlir::Value start,
                  mlir::Value end, mlir::ValueRange inits,
                  llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location,
                                            mlir::Value, mlir::ValueRange)>
                      body);

/// `then` where the condition holds, else `otherwise`.
Values createIf(
    mlir::OpBuilder &b, mlir::Location loc, mlir::Value condition,
    llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location)> then,
    llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location)> otherwise);

/// Repeats `step` while `condition` holds of the carried values.
Values createWhile(
    mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange inits,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                   mlir::ValueRange)>
        condition,
    llvm::function_ref<Values(mlir::OpBuilder &, mlir::Location,
                              mlir::ValueRange)>
        step);

/// Sorts the numbers [0, count) by merging runs of doubling length, which keeps
/// the order of equals. `precedes` says whether the first of two numbers goes
/// before the second for certain. `scratch`, a tensor of index of two rows of
/// `count` or more elements, is overwritten; returns its new value and the row
/// that holds the result.
std::pair<mlir::Value, mlir::Value>
createSort(mlir::OpBuilder &b, mlir::Location loc, mlir::Value count,
           mlir::Value scratch,
           llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                          mlir::Value, mlir::Value)>
               precedes);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOOPS_H
