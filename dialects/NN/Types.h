//===- Types.h - what is known of values in common --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Types of values that come from one of several places: the arms of a branch,
// the iterations of a loop, the elements of a sequence.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_TYPES_H
#define SWAGE_DIALECTS_NN_TYPES_H

#include "dialects/NN/NN.h"

namespace swage::nn {

/// The type of a value that has one of two types; null when there is none.
/// Tensors have the same number of dimensions. Of an optional and something
/// else it is an optional.
mlir::Type joinTypes(mlir::Type a, mlir::Type b);

/// The same for what containers hold, where tensors may have different numbers
/// of dimensions.
mlir::Type joinElements(mlir::Type a, mlir::Type b);

/// Whether both types can describe one value.
bool areJoinable(mlir::Type a, mlir::Type b);

/// The element type of the tensors in a container, or of a tensor.
mlir::Type getInnerElementType(mlir::Type type);

/// The number that the element type has in the ABI (swage/tensor.h) and in
/// ONNX; SWAGE_UNDEFINED for types that have none.
int32_t getDataType(mlir::Type elementType);

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_TYPES_H
