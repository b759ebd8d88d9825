//===- Evaluator.h - elements of tensors as code ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Says, in code, what a tensor holds at an index: by a load where the tensor is
// in memory, by the body of the operation that computes it otherwise. Indices
// may run over the lanes of a vector; what does not depend on the lane stays
// scalar, and what does not depend on a loop is computed outside of it.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_EVALUATOR_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_EVALUATOR_H

#include "compiler/Backend/LLVM/CPU/Tensors.h"
#include "compiler/Backend/Target/TargetInfo.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <unordered_map>

namespace swage {

using Indices = llvm::SmallVector<IndexValue, 6>;

/// One memory access of a computation, as the planner looks at it.
struct Access {
  mlir::Value tensor;
  mlir::Type elementType;
  std::optional<IndexValue> address; ///< nothing: not expressible
};

/// Which vector of the iteration space is being computed.
struct VectorContext {
  int64_t lanes = 1;
  mlir::Value mask; ///< null: all lanes
};

class Evaluator {
public:
  Evaluator(mlir::OpBuilder &builder, IndexSpace &space, TensorTable &tensors,
            const TargetInfo &target, mlir::Block *entry)
      : builder(builder), space(space), tensors(tensors), target(target) {
    scopes.push_back({entry, {}, false});
  }

  //===--------------------------------------------------------------------===//
  // Loops
  //===--------------------------------------------------------------------===//

  /// The code that is emitted from here on belongs to `block`, nested in what
  /// came before. Nothing is computed outside of a `barrier`.
  void enter(mlir::Block *block, bool barrier = false) {
    scopes.push_back({block, {}, barrier});
  }
  void leave() { scopes.pop_back(); }
  unsigned level() const { return scopes.size() - 1; }

  //===--------------------------------------------------------------------===//
  // Elements
  //===--------------------------------------------------------------------===//

  /// The element of `tensor` at `indices`: a scalar when it is the same for all
  /// lanes, a vector otherwise. Null when it cannot be said.
  mlir::Value read(mlir::Value tensor, llvm::ArrayRef<IndexValue> indices,
                   const VectorContext &context);
  /// The element at `address`, now: what is in memory may change.
  mlir::Value load(const Place &place, const IndexValue &address,
                   mlir::Type type, const VectorContext &context);
  /// How many elements `load` reads at once for lanes that share them, where
  /// these are no more than `lanes`.
  std::optional<int64_t> spanOf(const IndexValue &address, int64_t lanes) const;
  /// Writes `value` (a scalar or a vector).
  void write(const Place &place, llvm::ArrayRef<IndexValue> indices,
             mlir::Value value, const VectorContext &context);
  /// From here to the end of the current scope, `read` gives `value` for this
  /// element.
  void define(mlir::Value tensor, llvm::ArrayRef<IndexValue> indices,
              const VectorContext &context, mlir::Value value);
  /// The operands of the body's yield, with `arguments` for its block
  /// arguments and `dims` for its loops.
  llvm::SmallVector<mlir::Value>
  emitBody(mlir::linalg::GenericOp op, llvm::ArrayRef<IndexValue> dims,
           llvm::ArrayRef<mlir::Value> arguments, const VectorContext &context,
           bool contract = false);
  /// `value` as a vector of `lanes` lanes.
  mlir::Value broadcast(mlir::Value value, int64_t lanes);

  /// Lists what computing an element would access; returns false when it
  /// cannot be computed at all. `usesIndices` is set when the result depends on
  /// indices other than through accesses.
  bool listAccesses(mlir::Value tensor, llvm::ArrayRef<IndexValue> indices,
                    int64_t lanes, llvm::SmallVectorImpl<Access> &accesses,
                    bool &usesIndices);
  /// The same for the inputs of one operation.
  bool listInputs(mlir::linalg::GenericOp op, llvm::ArrayRef<IndexValue> dims,
                  int64_t lanes, llvm::SmallVectorImpl<Access> &accesses,
                  bool &usesIndices);

  /// The first operation of the body that cannot run on vectors, or null.
  static mlir::Operation *findScalarOp(mlir::linalg::GenericOp op);
  /// Whether the body can run on vectors.
  static bool isVectorizable(mlir::linalg::GenericOp op) {
    return !findScalarOp(op);
  }
  /// The loops of an operation without reductions, from the indices of its
  /// result `number`; nothing when its map is no permutation.
  static std::optional<Indices> loopsOf(mlir::linalg::GenericOp op,
                                        unsigned number,
                                        llvm::ArrayRef<IndexValue> indices);

  mlir::OpBuilder &builder;
  IndexSpace &space;
  TensorTable &tensors;
  const TargetInfo &target;
  /// Where the two functions above shall not look further: a tensor that the
  /// hook takes is no access.
  std::function<bool(mlir::Value, llvm::ArrayRef<IndexValue>)> stop;

private:
  struct Entry {
    const void *what;
    Indices indices;
    mlir::Value mask;
    int64_t lanes;
    mlir::Value value;
  };
  struct Scope {
    mlir::Block *block;
    std::unordered_multimap<size_t, Entry> memo;
    bool barrier;
  };

  mlir::Value lookup(const void *what, llvm::ArrayRef<IndexValue> indices,
                     const VectorContext &context);
  void remember(const void *what, llvm::ArrayRef<IndexValue> indices,
                const VectorContext &context, mlir::Value value,
                unsigned level);
  unsigned levelOf(mlir::Value value) const;
  /// Runs `create` where scope `level` computes what its loops have in common.
  mlir::Value at(unsigned level, llvm::function_ref<mlir::Value()> create);
  unsigned clampLevel(unsigned wanted) const;

  mlir::Value compute(mlir::Value tensor, llvm::ArrayRef<IndexValue> indices,
                      const VectorContext &context);
  /// The indices with which a view reads its source.
  std::optional<Indices> throughView(mlir::Operation *view,
                                     llvm::ArrayRef<IndexValue> indices,
                                     int64_t lanes);
  mlir::Value gather(const Place &place, llvm::ArrayRef<mlir::Value> indices,
                     mlir::Type type, const VectorContext &context);
  mlir::Value emitIndex(const IndexValue &index, const VectorContext &context);
  mlir::Value emitExtract(mlir::tensor::ExtractOp op, mlir::IRMapping &mapping,
                          const VectorContext &context);
  mlir::Value emitOp(mlir::Operation *op, mlir::IRMapping &mapping,
                     const VectorContext &context, bool contract);
  mlir::Value loadShared(const Place &place, const IndexValue &address,
                         int64_t span, int64_t lanes);
  /// What `index` gains from lane to lane, as a vector of the index type.
  mlir::Value laneSteps(int64_t lanes, const IndexValue &index);
  mlir::Value addressTerms(const IndexValue &address);
  mlir::Value addressOf(const IndexValue &address);

  llvm::SmallVector<Scope> scopes;
  llvm::DenseMap<mlir::Value, unsigned> levels;
  llvm::DenseMap<mlir::Value, IndexValue> forms; ///< index values as sums
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_EVALUATOR_H
