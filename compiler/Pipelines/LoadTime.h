//===- LoadTime.h - what is computed when a model is loaded -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Weights that kernels want in a larger form, as Winograd's convolutions do,
// would make files as much larger. Making that form takes less time than
// reading it from a disk, so the loading program does it: in the function
// @prepare, whose results are constants to all runs.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_LOADTIME_H
#define SWAGE_COMPILER_PIPELINES_LOADTIME_H

#include "compiler/Pipelines/ConstantCalls.h"

namespace swage {

/// Calls of kernels that are to run when the model is loaded.
using LoadTimeCalls = llvm::SetVector<mlir::Operation *>;

/// Those of `calls`, which are as from findConstantCalls, whose results would
/// take much more room in a file than what they are made from.
LoadTimeCalls findLoadTimeCalls(llvm::ArrayRef<mlir::Operation *> calls,
                                mlir::SymbolTable &symbols);

/// Moves `calls` from `main` to a function @prepare beside it, and gives `main`
/// their results as `kernel.prepared`.
void moveToPrepare(mlir::func::FuncOp main, const LoadTimeCalls &calls);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_LOADTIME_H
