//===- NN.h - the nn dialect ------------------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a neural network means. See NNDialect.td and the family files.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_NN_H
#define SWAGE_DIALECTS_NN_NN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace swage::nn {
/// Whether `given` result types agree with `inferred` ones where both know.
bool areCompatibleTypes(mlir::TypeRange inferred, mlir::TypeRange given);
} // namespace swage::nn

#include "dialects/NN/NNDialect.h.inc"
#include "dialects/NN/NNInterfaces.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/NN/NNTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/NN/NNOps.h.inc"

namespace swage::nn {

/// Gives `op` the result types that its operands and attributes imply. On
/// failure the reason has been emitted at the operation's location.
llvm::LogicalResult inferResultTypes(mlir::Operation *op);

/// How many results an operation class has that is not variadic.
template <typename OpTy> constexpr unsigned getNumFixedResults() {
  if constexpr (OpTy::template hasTrait<mlir::OpTrait::OneResult>())
    return 1;
  else if constexpr (OpTy::template hasTrait<
                         mlir::OpTrait::NResults<2>::Impl>())
    return 2;
  else if constexpr (OpTy::template hasTrait<
                         mlir::OpTrait::NResults<3>::Impl>())
    return 3;
  else if constexpr (OpTy::template hasTrait<
                         mlir::OpTrait::NResults<4>::Impl>())
    return 4;
  else
    static_assert(sizeof(OpTy) == 0, "give this number of results a case here");
}

/// Creates an operation whose result types are inferred. Unlike the generated
/// builders without types, which abort, it fails with a diagnostic when the
/// operands do not fit. `arguments` are those of the builder after the type.
template <typename OpTy, typename... Args>
llvm::FailureOr<OpTy> createInferred(mlir::OpBuilder &builder,
                                     mlir::Location loc, Args &&...arguments) {
  llvm::SmallVector<mlir::Type, 4> unknown(
      getNumFixedResults<OpTy>(),
      mlir::RankedTensorType::get({}, builder.getF32Type()));
  auto op = OpTy::create(builder, loc, mlir::TypeRange(unknown),
                         std::forward<Args>(arguments)...);
  if (llvm::succeeded(inferResultTypes(op)))
    return op;
  op.erase();
  return llvm::failure();
}

/// The same for an operation with one result, folded at once where possible.
template <typename OpTy, typename... Args>
llvm::FailureOr<mlir::Value> createFolded(mlir::OpBuilder &builder,
                                          mlir::Location loc,
                                          Args &&...arguments) {
  auto op =
      createInferred<OpTy>(builder, loc, std::forward<Args>(arguments)...);
  if (llvm::failed(op))
    return llvm::failure();
  llvm::SmallVector<mlir::Value> folded;
  llvm::SmallVector<mlir::Operation *> constants;
  if (llvm::failed(builder.tryFold(*op, folded)) || folded.empty())
    return mlir::Value((*op)->getResult(0));
  op->erase();
  return folded.front();
}

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_NN_H
