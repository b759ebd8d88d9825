//===- Lowering.h - what lowerings share ------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Sizes, destinations, indexing maps and scalar conversions for the lowerings
// of the operator families.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOWERING_H
#define SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOWERING_H

#include "dialects/NN/NN.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage::nn {

using Values = llvm::SmallVector<mlir::Value>;
using Sizes = llvm::SmallVector<mlir::OpFoldResult>;
using ScalarBody = llvm::function_ref<mlir::Value(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// The element type that memory holds: signless, and a byte for a boolean, for
/// an integer of fewer bits, extended by its sign if it has one, and for the
/// code of a float of eight bits or fewer. A string is its address.
mlir::Type getStorageType(mlir::Type elementType);
/// `type` with the storage type of its elements.
mlir::RankedTensorType getStorageTensor(mlir::Type type);

/// An integer of `elementType` as memory holds it.
llvm::APInt extendToStorage(const llvm::APInt &element, mlir::Type elementType);

/// Whether the operator's tensor holds unsigned integers (or booleans).
bool isUnsigned(mlir::Value original);

/// The sizes of a tensor: attributes where static, index values elsewhere.
Sizes sizesOf(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor);
/// A static size as an attribute.
mlir::OpFoldResult fixed(mlir::OpBuilder &b, int64_t size);
/// An element of an integer vector as an index; sign-extended.
mlir::Value indexElement(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value vector, int64_t place);
/// Arithmetic on sizes, folded where both are known.
mlir::OpFoldResult addSizes(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::OpFoldResult x, mlir::OpFoldResult y);
mlir::OpFoldResult mulSizes(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::OpFoldResult x, mlir::OpFoldResult y);
mlir::Value asValue(mlir::OpBuilder &b, mlir::Location loc,
                    mlir::OpFoldResult size);

/// An index that counts from the end of a dimension when it is negative.
mlir::Value createWrappedIndex(mlir::OpBuilder &b, mlir::Location loc,
                               mlir::Value index, mlir::Value size);
/// An index brought into [low, high].
mlir::Value createClamp(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value index, mlir::Value low, mlir::Value high);
/// The place that an element of an index tensor means in a dimension, brought
/// inside where it is not.
mlir::Value createSafeIndex(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value integer, mlir::Value size);
/// The element of a tensor that has one.
mlir::Value createScalarRead(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value tensor);

/// A tensor of undefined elements.
mlir::Value createEmpty(mlir::OpBuilder &b, mlir::Location loc,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes,
                        mlir::Type elementType);
/// A tensor filled with a scalar.
mlir::Value createFilled(mlir::OpBuilder &b, mlir::Location loc,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes,
                         mlir::Value scalar);
/// A scalar constant of a float or signless integer type.
mlir::Value createScalarConstant(mlir::OpBuilder &b, mlir::Location loc,
                                 mlir::Type type, double value);

/// The type in which elements of `type` are accumulated: f32 for narrower
/// floats, the type itself otherwise.
mlir::Type getAccumulatorType(mlir::Type type);
/// Converts between float widths; the value itself when types agree.
mlir::Value convertFloat(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value value, mlir::Type type);

/// The element with which a maximum begins, and a minimum.
mlir::Value createLeast(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
                        bool isUnsigned);
mlir::Value createGreatest(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Type type, bool isUnsigned);

/// sum + x * y in the type of `sum`; floats may be contracted to an FMA.
mlir::Value createMultiplyAdd(mlir::OpBuilder &b, mlir::Location loc,
                              mlir::Value x, mlir::Value y, mlir::Value sum);

/// A generic without reductions that computes every element of a new tensor of
/// `sizes` from the operands' elements that `maps` select.
mlir::Value createParallel(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::ValueRange operands,
                           llvm::ArrayRef<mlir::AffineMap> maps,
                           llvm::ArrayRef<mlir::OpFoldResult> sizes,
                           mlir::Type elementType, ScalarBody body);

/// Reduces `axes` of the input. `body` gets the input's element and the
/// accumulator. The axes are dropped from the result, or kept with size 1.
mlir::Value createReduction(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value input, llvm::ArrayRef<int64_t> axes,
                            bool keepDims, mlir::Value init, ScalarBody body);

/// The map with which an operand of `shape` is read when its dimensions meet
/// the last of the loops over `result`: what has size 1 only there is repeated.
mlir::AffineMap getBroadcastMap(mlir::MLIRContext *context,
                                llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<int64_t> result);

/// The common size of two that meet: of 1 and another it is the other.
mlir::OpFoldResult broadcastSize(mlir::OpBuilder &b, mlir::Location loc,
                                 mlir::OpFoldResult x, mlir::OpFoldResult y);
/// The common sizes of operands that broadcast against each other. See
/// Broadcast.h for operands of which the run decides whether they are repeated.
Sizes broadcastSizes(mlir::OpBuilder &b, mlir::Location loc,
                     mlir::ValueRange operands, int64_t rank);

/// Gives a tensor of the same elements, in order, another shape.
mlir::Value reshapeTo(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value tensor,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// The elements of a small integer tensor as scalars, when they are at hand:
/// a constant, or tensor.from_elements.
std::optional<Values> getScalarElements(mlir::OpBuilder &b, mlir::Location loc,
                                        mlir::Value tensor);

// ---- The families ----
/// Gives the tensor dialect's operations around nn's their storage types.
void populateTensorTypeConversions(const mlir::TypeConverter &converter,
                                   mlir::RewritePatternSet &patterns);

void registerBoxSelectionLowerings(mlir::DialectRegistry &registry);
void registerContainerLowerings(mlir::DialectRegistry &registry);
void registerConvolutionLowerings(mlir::DialectRegistry &registry);
void registerDeterminantLowerings(mlir::DialectRegistry &registry);
void registerImageLowerings(mlir::DialectRegistry &registry);
void registerIndexingLowerings(mlir::DialectRegistry &registry);
void registerLinearLowerings(mlir::DialectRegistry &registry);
void registerNormalizationLowerings(mlir::DialectRegistry &registry);
void registerPoolingLowerings(mlir::DialectRegistry &registry);
void registerRecurrentLowerings(mlir::DialectRegistry &registry);
void registerRequirementLowerings(mlir::DialectRegistry &registry);
void registerSearchLowerings(mlir::DialectRegistry &registry);
void registerShapeLowerings(mlir::DialectRegistry &registry);
void registerStringLowerings(mlir::DialectRegistry &registry);
void registerTreesLowerings(mlir::DialectRegistry &registry);

} // namespace swage::nn

#endif // SWAGE_COMPILER_CONVERSION_NNTOLINALG_LOWERING_H
