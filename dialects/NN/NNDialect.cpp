//===- NNDialect.cpp - registration ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Registers the nn dialect and infers result types on demand.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace swage::nn;

#include "dialects/NN/NNDialect.cpp.inc"
#include "dialects/NN/NNInterfaces.cpp.inc"

void NNDialect::initialize() {
  registerTypes();
  registerOps();
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                          Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return arith::ConstantOp::create(builder, loc, elements);
}

bool swage::nn::areCompatibleTypes(TypeRange inferred, TypeRange given) {
  return inferred.size() == given.size() &&
         llvm::all_of(llvm::zip(inferred, given), [](auto pair) {
           auto [left, right] = pair;
           return getElementTypeOrSelf(left) == getElementTypeOrSelf(right) &&
                  succeeded(verifyCompatibleShape(left, right));
         });
}

/// Whether every element of a tensor can be addressed. Unknown sizes count
/// as 1.
static bool isAddressable(RankedTensorType type) {
  if (llvm::is_contained(type.getShape(), 0))
    return true;
  int64_t bytes = 16; // of the largest element type
  for (int64_t size : type.getShape()) {
    std::optional<int64_t> product =
        llvm::checkedMul(bytes, ShapedType::isDynamic(size) ? 1 : size);
    if (!product)
      return false;
    bytes = *product;
  }
  return true;
}

LogicalResult swage::nn::inferResultTypes(Operation *op) {
  auto inference = cast<InferTypeOpInterface>(op);
  SmallVector<Type> types;
  if (failed(inference.inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
          op->getRegions(), types)))
    return failure();
  for (Type type : types)
    if (auto tensor = dyn_cast<RankedTensorType>(type);
        tensor && !isAddressable(tensor))
      return op->emitError("its result '")
             << tensor << "' has more elements than memory can address";
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
  return success();
}
