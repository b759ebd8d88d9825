//===- LoopForm.h - what a loop carries and collects ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Counted loops (scf.for) and loops with a condition (scf.while) under one
// view. In both the number of the iteration counts from 0, some values are
// carried from one iteration to the next, and some results are collected: each
// iteration adds a piece to them along the first dimension.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_LOOPFORM_H
#define SWAGE_COMPILER_TRAINING_LOOPFORM_H

#include "compiler/Training/TensorBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include <optional>

namespace swage::training {

class LoopForm {
public:
  /// Nothing for a loop of another form.
  static std::optional<LoopForm> read(mlir::Operation *loop);

  /// A value from one iteration to the next; all four belong together.
  struct Carried {
    mlir::Value initial;
    mlir::BlockArgument argument; ///< of the body
    mlir::Value next;
    mlir::OpResult result;
    /// Where the result is collected, what adds a piece to it. Nothing else
    /// reads the argument then.
    mlir::Operation *collector = nullptr;
    mlir::Value piece = {};
    bool isSaved() const { return !collector && !argument.use_empty(); }
  };

  mlir::Operation *loop = nullptr;
  mlir::Block *body = nullptr;
  mlir::BlockArgument number; ///< of the iteration, an index; may be null
  mlir::BlockArgument goesOn; ///< what is true in the body; may be null
  llvm::SmallVector<Carried> carried;

  bool isCounted() const { return mlir::isa<mlir::scf::ForOp>(loop); }
  /// The number of iterations, where it is known.
  std::optional<int64_t> getKnownCount() const;
  /// The bound of a counted loop.
  mlir::Value getBound() const {
    return mlir::cast<mlir::scf::ForOp>(loop).getUpperBound();
  }

  /// Clones the body to the insertion point, without terminator and collectors.
  llvm::SmallVector<mlir::Operation *>
  cloneBody(mlir::IRMapping &mapping, mlir::OpBuilder &builder) const;
};

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_LOOPFORM_H
