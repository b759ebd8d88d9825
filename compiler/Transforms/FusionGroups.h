//===- FusionGroups.h - what is best computed together ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Groups the structured operations of a block by how their loops fit together.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_FUSIONGROUPS_H
#define SWAGE_COMPILER_TRANSFORMS_FUSIONGROUPS_H

#include "compiler/Analysis/ConstantTensors.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace swage {

/// How the loops of a group's operations fit together.
enum class GroupKind {
  Contraction, ///< a reduction and the elementwise operations after it
  Rows,        ///< reductions over trailing dimensions, rows in parallel
  Map,         ///< elementwise operations over one iteration space
  Padding,     ///< a tensor.pad that waits for its reader
  Sequence,    ///< a loop nest that works element by element
  Attention,   ///< a product, what is made of its rows, a product of that
  Depthwise,   ///< a product, and a window over each of its channels
  Gates,       ///< a product, and what combines gates of each of its columns
};

llvm::StringRef getGroupName(GroupKind kind);

/// Operations that become one kernel, in the order of the block.
struct FusionGroup {
  GroupKind kind;
  unsigned rowDims = 0; ///< leading dimensions that rows share
  bool isConstant = false;
  /// The schedule that holds the operations together, or null.
  mlir::Attribute schedule = nullptr;
  llvm::SmallVector<mlir::Operation *> operations;
};

/// Whether a map selects dimensions in ascending order, or constants: reading
/// by it is a broadcast but no transposition.
bool isMonotonic(mlir::AffineMap map);

/// Whether `map` reads the first `count` loops in order, constants aside.
bool isLeading(mlir::AffineMap map, unsigned count);

/// The groups of a block, each to be placed where its last operation stands.
llvm::SmallVector<FusionGroup> formGroups(mlir::Block &block);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_FUSIONGROUPS_H
