//===- SequenceInits.h - what a sequence changes -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A sequence, code kept together by scf.execute_region, returns changed forms
// of tensors from outside. This finds which, so that the code can be made to
// work on a destination.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_SEQUENCEINITS_H
#define SWAGE_COMPILER_TRANSFORMS_SEQUENCEINITS_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace swage {

/// The operands inside `sequence` through which the tensor enters that becomes
/// result `index`: several where branches differ. Empty when it is not found.
llvm::SmallVector<mlir::OpOperand *>
findSequenceInits(mlir::scf::ExecuteRegionOp sequence, unsigned index);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_SEQUENCEINITS_H
