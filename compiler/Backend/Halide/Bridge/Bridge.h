//===- Bridge.h - from kernel.func to KernelSpec ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// MLIR's side of the wall.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_BRIDGE_H
#define SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_BRIDGE_H

#include "compiler/Backend/Halide/KernelSpec.h"
#include "compiler/Backend/Target/TargetInfo.h"
#include "dialects/Kernel/Kernel.h"

namespace swage::halide {

/// Why a kernel is not for Halide.
struct Refusal {
  std::optional<mlir::Location> loc;
  std::string reason; ///< "'scf.for' has no counterpart in Halide"
};

/// The kernel as plain structs, its operands described by `operands`: one
/// memref type per argument. On failure `refusal` says what is in the way.
/// The kernel is not changed.
llvm::FailureOr<KernelSpec> bridge(kernel::FuncOp kernel,
                                   llvm::ArrayRef<mlir::MemRefType> operands,
                                   Refusal &refusal);

/// The plain form of a target and of a schedule, and back.
TargetFacts getFacts(const TargetInfo &target);
Schedule toPlain(kernel::ScheduleAttr schedule);
kernel::ScheduleAttr toAttribute(mlir::MLIRContext *context,
                                 const Schedule &schedule);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_BRIDGE_H
