//===- Planner.h - how a kernel is planned ----------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Divides a kernel into stages and groups them; the parts are in Plan*.cpp,
// one each.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_PLANNER_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_PLANNER_H

#include "compiler/Backend/LLVM/CPU/Plan.h"
#include "llvm/ADT/SetVector.h"

namespace swage {

/// A read of a materialised tensor, at indices in a stage's loops.
struct Read {
  mlir::Value tensor;
  Indices indices;
};

class Planner {
public:
  Planner(kernel::FuncOp kernel, Evaluator &evaluator, std::string &reason)
      : kernel(kernel), evaluator(evaluator), space(evaluator.space),
        tensors(evaluator.tensors), builder(evaluator.builder), reason(reason) {
  }

  llvm::FailureOr<llvm::SmallVector<StageGroup, 0>> run();

private:
  llvm::LogicalResult fail(mlir::Operation *op, const llvm::Twine &why);
  // What is materialised.
  void assignDestinations();
  llvm::LogicalResult classify();
  int64_t costOf(mlir::Value tensor);
  bool needsMemory(mlir::OpResult result);
  bool consumerNeedsMemory(mlir::OpResult result, mlir::OpOperand &use,
                           int64_t cost);
  bool isHeavy(mlir::linalg::GenericOp op);
  // Stages.
  llvm::LogicalResult createStages();
  llvm::LogicalResult createReduction(mlir::linalg::GenericOp op);
  llvm::LogicalResult createElements(mlir::Value tensor);
  mlir::OpFoldResult sum(mlir::OpFoldResult a, mlir::OpFoldResult b);
  llvm::LogicalResult createPad(mlir::tensor::PadOp pad);
  llvm::LogicalResult createConcat(mlir::tensor::ConcatOp concat);
  /// All of a chain of insertions, with its last one.
  llvm::LogicalResult createInsert(mlir::tensor::InsertSliceOp last);
  static bool continuesInsertion(mlir::tensor::InsertSliceOp insert);
  bool writeInto(mlir::Value tensor, mlir::Value whole,
                 llvm::ArrayRef<mlir::OpFoldResult> offsets, Place place);
  llvm::LogicalResult createCopy(mlir::Value tensor, mlir::Value whole,
                                 llvm::ArrayRef<mlir::OpFoldResult> offsets,
                                 Place place);
  bool attach(mlir::Value tensor);
  bool joinSibling(mlir::Value tensor);
  StageStore storeOf(mlir::Value tensor, mlir::AffineMap fromLoops);
  llvm::LogicalResult setExtents(Stage &stage, mlir::linalg::GenericOp op);
  llvm::LogicalResult completeStores();
  // Groups.
  llvm::SmallVector<Atom> atomsFor(unsigned stage);
  llvm::SmallVector<Read, 0> readsOf(unsigned stage);
  llvm::SmallVector<Read, 0> readsOf(mlir::Value tensor,
                                     llvm::ArrayRef<IndexValue> indices);
  std::optional<llvm::SmallVector<llvm::SmallVector<unsigned>>>
  commonLoops(unsigned first, unsigned last, bool isChain = false);
  StageGroup groupFrom(unsigned first);
  StageGroup groupOf(unsigned first, unsigned last,
                     llvm::ArrayRef<llvm::SmallVector<unsigned>> common);
  std::optional<StageGroup> chainFrom(unsigned first);
  std::optional<StageGroup> bandFrom(unsigned first);
  std::optional<Band> matchBand(unsigned first, unsigned last);
  std::optional<StageGroup> separableFrom(unsigned first);
  std::optional<Separable> matchSeparable(unsigned number);
  std::optional<StageGroup> gatesFrom(unsigned first);
  std::optional<Gates> matchGates(unsigned number);
  std::optional<RowLimit> findLimit(unsigned first, unsigned last);
  mlir::Value takenOver(unsigned number, unsigned last);
  llvm::SmallVector<StageGroup, 0> formGroups();

  kernel::FuncOp kernel;
  Evaluator &evaluator;
  IndexSpace &space;
  TensorTable &tensors;
  mlir::OpBuilder &builder;
  std::string &reason;

  llvm::DenseMap<mlir::Value, Place> destinations;
  llvm::SmallVector<std::pair<mlir::Value, Place>, 0>
      copies; ///< results that need copying
  llvm::SetVector<mlir::Value> materialised;
  llvm::DenseMap<mlir::Value, int64_t> costs;
  llvm::SmallVector<Stage, 0> stages;
  llvm::DenseMap<mlir::Value, unsigned> stageOf;
  llvm::SmallVector<llvm::SmallVector<Atom>> stageAtoms;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_PLANNER_H
