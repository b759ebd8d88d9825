//===- ScalarDerivative.h - derivatives of scalar computations --*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Every elementwise operator is defined by a scalar computation in arith and
// math. This goes through that computation backwards and writes the derivative
// as nn operators on tensors.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_GRADIENTS_SCALARDERIVATIVE_H
#define SWAGE_COMPILER_TRAINING_GRADIENTS_SCALARDERIVATIVE_H

#include "compiler/Training/Gradients.h"

namespace swage::training {

/// The products of `cotangent` with the derivatives by each operand of `op`, in
/// the shape of its result; null where the derivative is zero. On failure the
/// reason has been emitted.
llvm::FailureOr<Values> deriveScalars(nn::ElementwiseInterface op,
                                      mlir::Value cotangent,
                                      const TensorBuilder &b);

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_GRADIENTS_SCALARDERIVATIVE_H
