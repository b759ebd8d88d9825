//===- EvaluateConstants.h - run at compile time what can be ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Weights are packed, folded and quantized by the same kernels that would do it
// in the program, run once by the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_EVALUATECONSTANTS_H
#define SWAGE_COMPILER_PIPELINES_EVALUATECONSTANTS_H

#include "mlir/IR/BuiltinOps.h"

namespace swage {

/// Replaces calls in @main on constants alone, and views of constants, by
/// constants. The kernels run on this machine, whatever the program's target.
/// `cache` is as in compileKernels. With `growAtLoad`, what would be much
/// larger than it is made from is left to the function @prepare (see
/// LoadTime.h).
llvm::LogicalResult evaluateConstants(mlir::ModuleOp module,
                                      llvm::StringRef cache, bool growAtLoad);

/// The bytes of a constant as memory holds them; those of splats and small
/// constants are kept in `storage`.
llvm::ArrayRef<char> getConstantBytes(mlir::ElementsAttr constant,
                                      std::vector<char> &storage);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_EVALUATECONSTANTS_H
