//===- Gradients.h - vector-Jacobian products -------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The gradients of the operators, one file per family in Gradients/. Each is an
// external model of DifferentiableInterface that builds nn operators, so that
// what follows fuses and schedules them like any others. Elementwise operators
// need none: their gradients are derived from their scalar computation.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_GRADIENTS_H
#define SWAGE_COMPILER_TRAINING_GRADIENTS_H

#include "compiler/Training/TensorBuilder.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/TypeUtilities.h"

namespace swage::training {

using Values = llvm::SmallVector<mlir::Value>;

/// Attaches the gradients of all families.
void registerGradients(mlir::DialectRegistry &registry);

void registerConvolutionGradients(mlir::DialectRegistry &registry);
void registerIndexingGradients(mlir::DialectRegistry &registry);
void registerLinearGradients(mlir::DialectRegistry &registry);
void registerNormalizationGradients(mlir::DialectRegistry &registry);
void registerPoolingGradients(mlir::DialectRegistry &registry);
void registerSearchGradients(mlir::DialectRegistry &registry);
void registerShapeGradients(mlir::DialectRegistry &registry);

/// The gradients of an elementwise operator's operands, null for those that
/// are not floats. On failure the reason has been emitted.
llvm::FailureOr<Values> buildElementwiseVJP(nn::ElementwiseInterface op,
                                            mlir::Value cotangent,
                                            mlir::OpBuilder &builder);

/// Whether gradients can flow through values of this type.
inline bool isDifferentiable(mlir::Type type) {
  return mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
}

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_GRADIENTS_H
