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

using namespace mlir;
using namespace swage::nn;

#include "dialects/NN/NNDialect.cpp.inc"
#include "dialects/NN/NNInterfaces.cpp.inc"

void NNDialect::initialize() { registerOps(); }

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

LogicalResult swage::nn::inferResultTypes(Operation *op) {
  auto inference = cast<InferTypeOpInterface>(op);
  SmallVector<Type> types;
  if (failed(inference.inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
          op->getRegions(), types)))
    return failure();
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
  return success();
}
