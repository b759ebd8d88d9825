//===- NestAnalysis.h - what a stage accesses, and how ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Looks at the addresses that a stage's loops run over: which loops may become
// one, and along which of them vectors pay.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTANALYSIS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTANALYSIS_H

#include "compiler/Backend/LLVM/CPU/Plan.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace swage {

/// A length, as a number or value and as a coefficient.
struct Extent {
  mlir::OpFoldResult value;
  Monomial monomial;
  std::optional<int64_t> fixed() const {
    return monomial.isConstant() ? std::optional(monomial.factor)
                                 : std::nullopt;
  }
};

/// Bytes of an element in memory.
inline int64_t bytesOf(mlir::Type element) {
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// A stage on its way to code: its loops after merging, and what it accesses.
struct StageLoops {
  Stage *stage;
  llvm::SmallVector<Atom> atoms; ///< stand for the loops in the accesses
  llvm::SmallVector<Extent> extents;
  llvm::SmallVector<bool> gone;   ///< of one iteration, or merged into another
  llvm::SmallVector<bool> common; ///< shared with the stages of its group
  llvm::SmallVector<Access, 0> loads, stores;
  bool usesIndices = false;
  bool vectorizable = true;
  int64_t operations = 0;

  bool isReduction(unsigned loop) const { return stage->isReduction[loop]; }
  /// The loops that are left, of one kind, outermost first.
  llvm::SmallVector<unsigned> remaining(bool reductions) const;
};

class NestAnalysis {
public:
  explicit NestAnalysis(Evaluator &evaluator)
      : evaluator(evaluator), space(evaluator.space),
        tensors(evaluator.tensors) {}

  Extent extentOf(mlir::OpFoldResult value);
  Extent product(const Extent &a, const Extent &b);
  /// The length to reckon with: `usual`, or what is closest to it, where only a
  /// run knows.
  int64_t expect(const Extent &extent, int64_t usual) const;
  /// The loops and accesses of `stage`, of which `common` are shared.
  StageLoops analyze(Stage &stage, llvm::ArrayRef<unsigned> common);
  /// Merges loops whose accesses are those of one longer loop. `common[s]` are
  /// the shared loops of stage s.
  void merge(llvm::MutableArrayRef<StageLoops> stages,
             llvm::ArrayRef<llvm::SmallVector<unsigned>> common);

  /// Lanes of a vector of the widest element that the stage handles.
  int64_t lanesOf(const StageLoops &loops);
  /// Whether masked loads and stores exist for its elements.
  bool isMaskable(const StageLoops &loops);
  /// Cycles of an iteration with vectors along `loop`, or without any (kNone).
  /// Infinite where that cannot be.
  double costAlong(const StageLoops &loops, unsigned loop, int64_t lanes);
  /// Whether vectors along `loop` cannot be loaded as such.
  bool gathersAlong(const StageLoops &loops, unsigned loop);
  /// Iterations of the stage; lengths that are unknown count as 128.
  double volume(const StageLoops &loops);

  static constexpr unsigned kNone = ~0u;

private:
  bool mergeable(const StageLoops &loops, unsigned outer, unsigned inner);
  void listComputed(mlir::Value tensor, const Indices &indices,
                    StageLoops &loops);
  void listAll(StageLoops &loops);

  Evaluator &evaluator;
  IndexSpace &space;
  TensorTable &tensors;
};

/// How the results of a reduction's body for parts of the iterations are put
/// together; nothing for bodies that do more than combine.
std::optional<mlir::vector::CombiningKind>
getCombiningKind(mlir::linalg::GenericOp op, unsigned result);

/// What changes nothing when combined with.
mlir::TypedAttr getNeutralElement(mlir::OpBuilder &builder,
                                  mlir::vector::CombiningKind kind,
                                  mlir::Type type);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTANALYSIS_H
