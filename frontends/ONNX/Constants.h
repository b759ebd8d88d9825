//===- Constants.h - ONNX types and tensors as MLIR's -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Element types, and stored tensors as constants. Small tensors become dense
// attributes, so that shape arithmetic folds; large ones become blobs that
// point into the mapped file and keep it open.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_CONSTANTS_H
#define SWAGE_FRONTENDS_ONNX_CONSTANTS_H

#include "frontends/ONNX/TensorData.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace swage::onnx {

/// Tensors of more elements than this are blobs.
constexpr int64_t kInlineElements = 64;

/// The element type for a data type of the format; null when there is none.
/// Unsigned integers are unsigned, signed ones signless, booleans `i1`.
mlir::Type elementTypeOf(int32_t dtype, mlir::MLIRContext *context);

/// The type of a tensor of known rank, a sequence or an optional; null when the
/// declaration is of something else.
mlir::Type valueTypeOf(const TypeProto &proto, mlir::MLIRContext *context);

/// The elements as an attribute, or null for strings. A blob holds one element
/// a byte where the type is smaller than a byte. `name` is a hint for its key.
mlir::ElementsAttr elementsOf(const TensorData &data, llvm::StringRef name,
                              mlir::MLIRContext *context);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_CONSTANTS_H
