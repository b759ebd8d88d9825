//===- Branch.cpp - a choice between two computations ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Branch.h"
#include "dialects/NN/Types.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

Value swage::onnx::castTo(NodeContext &node, Value value, Type type) {
  if (node.failed() || value.getType() == type)
    return value;
  if (isa<nn::OptionalType>(type) && !isa<nn::OptionalType>(value.getType()))
    return castTo(node, node.create<nn::SomeOp>(value), type);
  if (!isa<RankedTensorType>(type))
    return nn::ContainerCastOp::create(node.builder(), node.loc(), type, value);
  return tensor::CastOp::create(node.builder(), node.loc(), type, value);
}

Value swage::onnx::extractScalar(NodeContext &node, Value value) {
  value = node.reshape(value, {});
  if (node.failed())
    return {};
  return tensor::ExtractOp::create(node.builder(), node.loc(), value,
                                   ValueRange());
}

/// Builds an arm into a region of its own.
static SmallVector<Value> buildArm(NodeContext &node, Region &region, Arm arm) {
  OpBuilder::InsertionGuard guard(node.builder());
  node.builder().createBlock(&region);
  return arm();
}

SmallVector<Value> swage::onnx::branch(NodeContext &node, Value condition,
                                       Arm then, Arm otherwise) {
  auto results = tryBranch(node, condition, then, otherwise);
  if (!results)
    node.unsupported("its branches give values of different types or numbers "
                     "of dimensions");
  return results.value_or(SmallVector<Value>());
}

std::optional<SmallVector<Value>> swage::onnx::tryBranch(NodeContext &node,
                                                         Value condition,
                                                         Arm then,
                                                         Arm otherwise) {
  Value holds = extractScalar(node, condition);
  if (node.failed())
    return SmallVector<Value>();
  // The types of the results are known only after both arms are built.
  Region regions[2];
  SmallVector<Value> values[2] = {buildArm(node, regions[0], then),
                                  buildArm(node, regions[1], otherwise)};
  if (!node.failed() && values[0].size() != values[1].size())
    node.bad("its branches give different numbers of results");
  SmallVector<Type> types;
  if (!node.failed())
    for (auto [left, right] : llvm::zip(values[0], values[1])) {
      Type type = nn::joinTypes(left.getType(), right.getType());
      if (!type)
        return std::nullopt;
      types.push_back(type);
    }
  if (node.failed())
    return SmallVector<Value>();
  OpBuilder &builder = node.builder();
  auto op = scf::IfOp::create(builder, node.loc(), types, holds,
                              /*addThenBlock=*/false,
                              /*addElseBlock=*/false);
  OpBuilder::InsertionGuard guard(builder);
  for (int i : {0, 1}) {
    Region &region = i == 0 ? op.getThenRegion() : op.getElseRegion();
    region.takeBody(regions[i]);
    builder.setInsertionPointToEnd(&region.front());
    SmallVector<Value> results;
    for (auto [value, type] : llvm::zip(values[i], types))
      results.push_back(castTo(node, value, type));
    scf::YieldOp::create(builder, node.loc(), results);
  }
  return SmallVector<Value>(op.getResults());
}
