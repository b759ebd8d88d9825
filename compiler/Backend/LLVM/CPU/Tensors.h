//===- Tensors.h - where tensors live and how large they are ----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Buffers as flat memory with strides, views of them, and the sizes of a
// kernel's tensors, shared between tensors that must be equally large.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_TENSORS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_TENSORS_H

#include "compiler/Backend/LLVM/CPU/Index.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace swage {

/// A tensor's memory: element (i...) is at `offset` plus i times `strides` of
/// `flat`, a memref of one dimension. With a `layout` the indices go through
/// that map first.
struct Place {
  mlir::Value flat;
  llvm::SmallVector<Monomial, 0> strides;
  IndexValue offset;
  mlir::AffineMap layout;
  unsigned level = 0; ///< depth of the loop in which it is written

  bool isValid() const { return static_cast<bool>(flat); }
};

/// Whether `op` gives its operand's elements other indices, and no more.
inline bool isView(mlir::Operation *op) {
  return mlir::isa_and_nonnull<
      mlir::tensor::CastOp, mlir::tensor::ExtractSliceOp,
      mlir::tensor::ExpandShapeOp, mlir::tensor::CollapseShapeOp>(op);
}

/// The tensors of a kernel that is being emitted into `body`.
class TensorTable {
public:
  /// Of dimensions that a view makes one, or one of.
  using Groups = llvm::ArrayRef<mlir::ReassociationIndices>;

  TensorTable(mlir::OpBuilder &builder, IndexSpace &space,
              mlir::func::FuncOp body, mlir::Block &kernel);

  /// The size of dimension `dim`: an attribute or a value that is defined at
  /// the entry of the body. Null when it cannot be told there.
  mlir::OpFoldResult getSize(mlir::Value tensor, int64_t dim);
  /// A scalar of the kernel's top level, computed at the body's entry. Null
  /// when it depends on more than sizes, constants and elements of arguments.
  mlir::Value getScalar(mlir::Value scalar);

  /// Runs `create` at the entry of the body, before all loops.
  mlir::Value atEntry(llvm::function_ref<mlir::Value()> create);

  /// Where `tensor` is: its own place, or what a view of another's comes to.
  const Place *find(mlir::Value tensor);
  void place(mlir::Value tensor, Place place) { places[tensor] = place; }
  void forget(mlir::Value tensor) { places.erase(tensor); }

  /// `place` with a dimension for each of a group's in the place of one, the
  /// sizes being those of `tensor`; nothing where one is not known.
  std::optional<Place> split(Place place, mlir::Value tensor, Groups groups);
  /// `place` of `tensor` with one dimension for each group; nothing where the
  /// elements of a group are not at one distance.
  std::optional<Place> merge(Place place, mlir::Value tensor, Groups groups);

  /// New row-major memory for elements of `type`, allocated at the builder's
  /// place. The element type in memory of a boolean is i8.
  Place allocate(mlir::Type elementType, llvm::ArrayRef<mlir::OpFoldResult> sizes);
  /// The address of an element of a place; nothing when a layout has no value
  /// for it.
  std::optional<IndexValue> address(const Place &place,
                                    llvm::ArrayRef<IndexValue> indices,
                                    int64_t lanes);

private:
  using Key = std::pair<mlir::Value, int64_t>;
  void relate(mlir::Operation *op);
  void unify(mlir::Value a, int64_t dimA, mlir::Value b, int64_t dimB);
  mlir::OpFoldResult computeSize(mlir::Value tensor, int64_t dim);
  Place ofArgument(mlir::BlockArgument argument);
  std::optional<Place> ofConstant(mlir::Value constant);
  std::optional<Place> ofView(mlir::Operation *view);

  mlir::OpBuilder &builder;
  IndexSpace &space;
  mlir::func::FuncOp body;
  mlir::Operation *entryEnd; ///< what is common to all loops stands before it
  llvm::EquivalenceClasses<unsigned> classes;
  llvm::DenseMap<Key, unsigned> ids;
  llvm::SmallVector<Key> keys;
  llvm::DenseMap<unsigned, mlir::OpFoldResult> sizes;
  llvm::DenseMap<mlir::Value, mlir::Value> scalars;
  llvm::DenseMap<mlir::Value, Place> places;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_TENSORS_H
