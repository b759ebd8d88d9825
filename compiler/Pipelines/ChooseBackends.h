//===- ChooseBackends.h - who compiles which kernel -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_CHOOSEBACKENDS_H
#define SWAGE_COMPILER_PIPELINES_CHOOSEBACKENDS_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "mlir/IR/BuiltinOps.h"

namespace swage {

/// The names that `--backend` takes.
llvm::ArrayRef<llvm::StringLiteral> getBackendChoices();

/// Gives each kernel that is called and has none the attribute `backend`, and
/// to one that Halide compiles a `schedule`: by `backend` ("auto", "llvm" or
/// "halide") and by what the schedules claim for `target`.
///
/// `scheduleFile`, unless empty, is a file with overrides: a line names a
/// kernel (`*` stands for any text), its backend and, if it shall have one, its
/// schedule as in the IR:
///
///     contraction_1x56x56x64_f32_*  halide  #kernel.schedule<plain>
///
/// The first line that fits counts; `//` begins a comment.
llvm::LogicalResult chooseBackends(mlir::ModuleOp module,
                                   llvm::StringRef backend,
                                   llvm::StringRef scheduleFile,
                                   const TargetInfo &target);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_CHOOSEBACKENDS_H
