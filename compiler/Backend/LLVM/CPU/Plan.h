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
#include <vector>

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
  /// Whether the compiler knows all extents.
  bool isStatic() const;
};

/// With fewer rows than this the stages of a chain are better off one by one.
inline constexpr int64_t kChainRows = 24;

/// How many elements of a chain's rows count: those behind are not computed.
struct RowLimit {
  mlir::Value limits;      ///< one for each row, in elements from the first
  mlir::AffineMap fromRow; ///< the first stage's loops to the indices of it
  /// For each stage the loop over the elements of a row.
  llvm::SmallVector<unsigned> loops;
};

/// A dimension of a tensor, padded or not, that a window passes over: the loop
/// of the product that writes it, and those of the window that read it.
struct BandDim {
  static constexpr unsigned kNone = ~0u;
  unsigned product = kNone, window = kNone, tap = kNone;
  int64_t stride = 1, dilation = 1;
  int64_t low = 0; ///< where the product's part of the dimension begins
  bool isWindowed() const { return tap != kNone || stride != 1; }
};

/// A product, the borders around its result, if any, and a window over both:
/// first and last stage of a group, with the borders between.
struct Band {
  mlir::Value padded; ///< or the result as it is
  llvm::SmallVector<BandDim> dims;
  llvm::SmallVector<unsigned> windowed; ///< rows, and columns within them
};

/// A dimension of what a window writes: its loop, and that of the product.
struct SeparableDim {
  static constexpr unsigned kNone = ~0u;
  unsigned window = kNone;
  unsigned product = kNone; ///< none: of one element
};

/// A window over each channel of an image, and a product that reads all
/// channels of a place of its result: the two stages of a group.
struct Separable {
  mlir::Value image; ///< what the window writes
  llvm::SmallVector<SeparableDim> dims;
};

/// A dimension of a product: its loop, and that of the stage that reads it.
struct GateDim {
  static constexpr unsigned kNone = ~0u;
  unsigned product = kNone;
  unsigned cell = kNone; ///< none: read at constants, as a number of a gate
};

/// A product whose elements of equal index, in several gates, the next stage
/// combines.
struct Gates {
  mlir::Value product;
  llvm::SmallVector<GateDim> dims;
};

/// Stages that run one after the other for each iteration of common loops.
struct StageGroup {
  llvm::SmallVector<Stage, 0> stages;
  /// The common loops, as loops of each stage; empty for a single stage.
  llvm::SmallVector<llvm::SmallVector<unsigned>> outer;
  /// What is written and read in this group only, and so needs memory for one
  /// iteration of the common loops.
  llvm::DenseSet<mlir::Value> locals;
  /// The common loop along which a chain goes in blocks of rows; nothing where
  /// this is no chain: a product, stages that work on its rows, and a product
  /// with what these make of them.
  std::optional<unsigned> chainRows;
  std::optional<RowLimit> limit; ///< of a chain
  std::optional<Band> band;
  std::optional<Separable> separable;
  std::optional<Gates> gates;
  /// The stages of a chain, a band, gates and the like in groups of their own,
  /// for when there are few rows, or no vectors.
  std::vector<StageGroup> apart;
  /// Tensors of a chain that take the memory of one that is read at the same
  /// places, for the last time, in computing them.
  llvm::DenseMap<mlir::Value, mlir::Value> inPlaceOf;
};

/// Plans `kernel`, whose named operations have been generalised. A failure
/// sets `reason`.
llvm::FailureOr<llvm::SmallVector<StageGroup, 0>>
planKernel(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PLAN_H
