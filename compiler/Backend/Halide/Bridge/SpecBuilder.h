//===- SpecBuilder.h - builds one KernelSpec --------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Tensors of the kernel are read element by element: reading one gives an
// expression. Slices, reshapes and fills disappear in that; what computes,
// pads or joins becomes a stage.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_SPECBUILDER_H
#define SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_SPECBUILDER_H

#include "compiler/Backend/Halide/Bridge/Bridge.h"
#include "llvm/ADT/DenseMap.h"

namespace swage::halide {

using ExprIds = llvm::SmallVector<ExprId>;

class SpecBuilder {
public:
  SpecBuilder(kernel::FuncOp kernel, Refusal &refusal)
      : kernel(kernel), refusal(refusal) {}

  llvm::LogicalResult run(llvm::ArrayRef<mlir::MemRefType> operands);
  KernelSpec take() { return std::move(spec); }

private:
  /// What scalars of a body are in the stage that is being built.
  using Scope = llvm::DenseMap<mlir::Value, ExprId>;

  // Bridge.cpp: the kernel's frame.
  llvm::LogicalResult addOperands(llvm::ArrayRef<mlir::MemRefType> operands);
  llvm::LogicalResult addOutput(mlir::Value value, unsigned result);
  llvm::LogicalResult visit(mlir::Operation *op);
  llvm::LogicalResult refuse(mlir::Operation *op, const llvm::Twine &reason);
  llvm::FailureOr<Element> elementOf(mlir::Operation *op, mlir::Type type);

  // Expressions.cpp: making expressions.
  ExprId add(Expression expression);
  ExprId index(int64_t value);
  ExprId integer(Element type, int64_t value);
  ExprId loop(int number);
  ExprId binary(Opcode opcode, ExprId a, ExprId b);
  ExprId compare(Opcode opcode, ExprId a, ExprId b);
  ExprId select(ExprId condition, ExprId a, ExprId b);
  ExprId convert(ExprId a, Element type, Opcode opcode = Opcode::Cast);
  ExprId clamp(ExprId a, ExprId low, ExprId high);
  ExprId affine(mlir::AffineExpr expression, llvm::ArrayRef<ExprId> loops);

  // Scalars.cpp: operations on scalars.
  llvm::FailureOr<ExprId> scalar(mlir::Value value, Scope &scope);
  llvm::FailureOr<ExprId> translate(mlir::Operation *op, Scope &scope);
  ExprId constantOf(mlir::Attribute value, Element element);
  llvm::FailureOr<ExprId> translateExtract(mlir::Operation *op, Scope &scope);
  llvm::FailureOr<ExprId> translateCompare(mlir::Operation *op, Scope &scope);
  llvm::FailureOr<ExprId> apply(mlir::Operation *op, Opcode opcode,
                                llvm::ArrayRef<ExprId> operands,
                                llvm::StringRef function);

  // Tensors.cpp: elements and sizes of tensors.
  llvm::FailureOr<ExprId> read(mlir::Value tensor, llvm::ArrayRef<ExprId> place,
                               mlir::Operation *reader);
  llvm::FailureOr<ExprId> sizeOf(mlir::Value tensor, int64_t dim,
                                 mlir::Operation *reader);
  llvm::FailureOr<ExprId> sizeOf(mlir::OpFoldResult size);
  llvm::FailureOr<ExprIds> shapeOf(mlir::Value tensor, mlir::Operation *reader);
  ExprId readTensor(TensorId tensor, llvm::ArrayRef<ExprId> place);

  // Stages.cpp: what becomes a stage.
  llvm::LogicalResult addGeneric(mlir::linalg::GenericOp op);
  llvm::LogicalResult addPad(mlir::tensor::PadOp op);
  llvm::LogicalResult addInsert(mlir::tensor::InsertSliceOp op);
  llvm::LogicalResult addConcat(mlir::tensor::ConcatOp op);
  llvm::LogicalResult addGenerate(mlir::tensor::GenerateOp op);
  llvm::LogicalResult addFromElements(mlir::tensor::FromElementsOp op);
  llvm::FailureOr<ExprId> evaluate(mlir::Block &block, mlir::Value result,
                                   Scope &scope);
  bool areEntangled(const Stage &stage) const;
  Stage &startStage(llvm::StringRef kind, unsigned numParallel);
  /// Adds result `value` of the last stage. The shape is that of `value`.
  llvm::LogicalResult addResult(mlir::Value value, mlir::Operation *op);

  kernel::FuncOp kernel;
  Refusal &refusal;
  KernelSpec spec;
  llvm::DenseMap<mlir::Value, TensorId> tensors;
  Scope globals;
};

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_BRIDGE_SPECBUILDER_H
