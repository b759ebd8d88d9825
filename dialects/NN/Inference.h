//===- Inference.h - what the families share --------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Shape arithmetic with unknown dimensions, and constant folding on small
// tensors. Sizes unknown at compile time are mlir::ShapedType::kDynamic.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_INFERENCE_H
#define SWAGE_DIALECTS_NN_INFERENCE_H

#include "dialects/NN/NN.h"

/// The head of an operator's inferReturnTypes, to be followed by its body.
#define NN_INFER_TYPES(OP)                                                     \
  llvm::LogicalResult OP::inferReturnTypes(                                    \
      mlir::MLIRContext *context, std::optional<mlir::Location> loc,           \
      mlir::ValueRange operands, mlir::DictionaryAttr attributes,              \
      mlir::OpaqueProperties properties, mlir::RegionRange regions,            \
      llvm::SmallVectorImpl<mlir::Type> &types)

namespace swage::nn {

/// Elements up to which tensors are folded at compile time by the folders;
/// what is larger is computed by kernels, once, before the program runs.
inline constexpr int64_t kFoldLimit = 1024;

mlir::Type elementTypeOf(mlir::Value value);
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);
int64_t rankOf(mlir::Value value);

/// Brings an axis in [-rank, rank) to [0, rank); nothing when it is outside.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

/// NumPy's broadcast of shapes; nothing when two sizes contradict.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<llvm::ArrayRef<int64_t>> shapes);

/// What is known of the elements of a rank-0 or rank-1 integer tensor: looks
/// through constants and shape arithmetic. Empty when not even the count is
/// known; an element that depends on the run is nothing.
std::optional<llvm::SmallVector<std::optional<int64_t>>>
getKnownElements(mlir::Value value);

/// All elements, when all are known.
std::optional<llvm::SmallVector<int64_t>> getConstantElements(mlir::Value v);

/// A 1-D tensor constant of i64.
mlir::Value createIndexVector(mlir::OpBuilder &builder, mlir::Location loc,
                              llvm::ArrayRef<int64_t> values);
/// A rank-0 tensor constant of the element type given, converted from `value`.
mlir::Value createScalar(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Type elementType, double value);

/// The signless form of an integer type; other types as they are.
mlir::Type getSignless(mlir::Type elementType);

// ---- Shared by the classes of operators in the .td files ----

llvm::LogicalResult inferElementwise(std::optional<mlir::Location> loc,
                                     mlir::ValueRange operands,
                                     mlir::Type elementType,
                                     llvm::SmallVectorImpl<mlir::Type> &types);
mlir::OpFoldResult foldElementwise(mlir::Operation *op,
                                   llvm::ArrayRef<mlir::Attribute> operands);
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
permuteElementwise(mlir::Operation *op, mlir::ValueRange operands,
                   llvm::ArrayRef<int64_t> permutation,
                   mlir::OpBuilder &builder);

llvm::LogicalResult inferReduction(std::optional<mlir::Location> loc,
                                   mlir::Value input,
                                   llvm::ArrayRef<int64_t> axes, bool keepDims,
                                   llvm::SmallVectorImpl<mlir::Type> &types);
mlir::OpFoldResult foldReduction(mlir::Operation *op, mlir::Attribute input);
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
permuteReduction(mlir::Operation *op, mlir::ValueRange operands,
                 llvm::ArrayRef<int64_t> permutation, mlir::OpBuilder &builder);

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_INFERENCE_H
