//===- Arrangement.h - parameters in the order of kernels -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A step reads a convolution's filter in another order than models have it in.
// Nobody else looks at its memory, so it is kept in that order: the filter, the
// optimizer's states of it, and with them the update.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_ARRANGEMENT_H
#define SWAGE_COMPILER_TRAINING_ARRANGEMENT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage::training {

/// The order in which `parameter` is best kept, by what the model does with it;
/// empty for the model's own. It depends on nothing but the model, so that
/// all functions of a training find the same.
llvm::SmallVector<int64_t> findOrder(mlir::Value parameter);

/// Gives the arguments of `main` with kOrderAttr, and the results that update
/// them, types of that order, with transpositions between these and the model.
void arrangeArguments(mlir::func::FuncOp main);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_ARRANGEMENT_H
