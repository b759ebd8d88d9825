//===- Plan.h - what a kernel computes, in which order ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Divides a kernel into stages (a reduction with what is computed from its
// results at once, or elements of equal index) and gathers stages into groups
// that share their outer loops.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_PLAN_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_PLAN_H

#include "compiler/Backend/LLVM/CPU/Evaluator.h"
#include "dialects/Kernel/Kernel.h"

namespace swage {

/// Something that a stage writes to memory: an element of `tensor` (or
/// `scalar`) for each iteration of its parallel loops.
struct StageStore {
  mlir::Value tensor;        ///< null: `scalar` is written
  mlir::Value scalar;        ///< of the kernel's top level
  mlir::AffineMap fromLoops; ///< the stage's loops to the tensor's indices
  mlir::Value whole;         ///< the tensor whose memory is written
  /// Where in `whole` the element goes: its indices plus these; empty: 0.
  llvm::SmallVector<mlir::OpFoldResult> offsets;
  Place place; ///< its memory, where it is not scratch
};

/// A loop nest's worth of computation.
struct Stage {
  mlir::linalg::GenericOp reduction; ///< null: elements only
  llvm::SmallVector<bool> isReduction;
  llvm::SmallVector<mlir::OpFoldResult> extents;
  llvm::SmallVector<StageStore, 0> stores;
  bool heavy = false; ///< elements of its inputs are used many times
  unsigned numLoops() const { return extents.size(); }
};

/// Stages that run one after the other for each iteration of common loops.
struct StageGroup {
  llvm::SmallVector<Stage, 0> stages;
  /// The common loops, as loops of each stage; empty for a single stage.
  llvm::SmallVector<llvm::SmallVector<unsigned>> outer;
  /// What is written and read in this group only, and so needs memory for one
  /// iteration of the common loops.
  llvm::DenseSet<mlir::Value> locals;
};

/// Plans `kernel`, whose named operations have been generalised. A failure
/// sets `reason`.
llvm::FailureOr<llvm::SmallVector<StageGroup, 0>>
planKernel(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PLAN_H
