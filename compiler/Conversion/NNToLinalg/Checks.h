//===- Checks.h - what only a run can check ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Conditions on sizes that the model leaves open, with the message that the
// run ends with where they do not hold.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_CHECKS_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_CHECKS_H

#include "compiler/Conversion/NNToLinalg/Lowering.h"

namespace swage::nn {

/// "node 'sum' (Add)": the node of the model that an operation comes from, or
/// "an operation" where there was none.
std::string describeOrigin(mlir::Location loc);

/// Ends the run unless `condition` holds, with a message that names the node of
/// `loc`, the problem and the shapes.
void createRequire(mlir::OpBuilder &b, mlir::Location loc,
                   mlir::Value condition, llvm::StringRef problem,
                   llvm::ArrayRef<Sizes> shapes);

/// Gives a tensor a type that says more of its sizes, which the caller has made
/// sure of; other casts are checked when the program runs.
mlir::Value createCheckedCast(mlir::OpBuilder &b, mlir::Location loc,
                              mlir::Type type, mlir::Value tensor);
bool isChecked(mlir::tensor::CastOp cast);

/// Whether two sizes are the same; nothing if they surely are.
mlir::Value createSameSize(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::OpFoldResult x, mlir::OpFoldResult y);

/// Whether all conditions hold; nothing if there are none.
mlir::Value createAll(mlir::OpBuilder &b, mlir::Location loc,
                      llvm::ArrayRef<mlir::Value> conditions);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_CHECKS_H
