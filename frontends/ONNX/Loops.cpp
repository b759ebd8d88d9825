//===- Loops.cpp - loops whose body the model gives -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The body is built into a region of its own, because only then the types of
// what it carries are known; where a size changes from one iteration to the
// next, the body is built again with that size unknown.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Loops.h"
#include "dialects/NN/Types.h"
#include "frontends/ONNX/Branch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

Value swage::onnx::toIndex(NodeContext &node, Value value) {
  OpBuilder &b = node.builder();
  if (std::optional<SmallVector<int64_t>> known =
          nn::getConstantElements(value);
      known && known->size() == 1)
    return arith::ConstantIndexOp::create(b, node.loc(),
                                          std::max<int64_t>(0, known->front()));
  Value number = extractScalar(node, value);
  if (node.failed())
    return {};
  Value index =
      arith::IndexCastOp::create(b, node.loc(), b.getIndexType(), number);
  Value zero = arith::ConstantIndexOp::create(b, node.loc(), 0);
  return arith::MaxSIOp::create(b, node.loc(), index, zero);
}

Value swage::onnx::indexToTensor(NodeContext &node, Value value) {
  OpBuilder &b = node.builder();
  Value number =
      arith::IndexCastOp::create(b, node.loc(), b.getI64Type(), value);
  return tensor::FromElementsOp::create(
      b, node.loc(), RankedTensorType::get({}, b.getI64Type()), number);
}

namespace {

class LoopBuilder {
public:
  LoopBuilder(NodeContext &node, LoopBounds bounds, ArrayRef<Value> initial,
              LoopBody body)
      : node(node), b(node.builder()), loc(node.loc()), bounds(bounds),
        initial(initial), body(body) {}

  SmallVector<Value> build();

private:
  bool buildBody();
  SmallVector<Value> buildFor();
  SmallVector<Value> buildWhile();
  SmallVector<Value> castInitial();
  RankedTensorType collectedType(Value value, int64_t count);
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }

  NodeContext &node;
  OpBuilder &b;
  Location loc;
  LoopBounds bounds;
  ArrayRef<Value> initial;
  LoopBody body;

  SmallVector<Type> types;
  /// One block: the number of the iteration, the condition where there is one,
  /// the carried values.
  std::unique_ptr<Region> region;
  Iteration iteration;
};

} // namespace

/// Builds the body until the types of what it carries do not change any more.
bool LoopBuilder::buildBody() {
  for (Value value : initial)
    types.push_back(value.getType());
  // Each round makes a size unknown that was known before, so this ends.
  while (true) {
    region = std::make_unique<Region>();
    OpBuilder::InsertionGuard guard(b);
    SmallVector<Type> arguments{b.getIndexType()};
    if (bounds.condition)
      arguments.push_back(b.getI1Type());
    arguments.append(types.begin(), types.end());
    Block *block = b.createBlock(region.get(), region->end(), arguments,
                                 SmallVector<Location>(arguments.size(), loc));
    Value number = indexToTensor(node, block->getArgument(0)), condition;
    unsigned first = 1;
    if (bounds.condition) {
      condition = tensor::FromElementsOp::create(
          b, loc, RankedTensorType::get({}, b.getI1Type()),
          block->getArgument(first++));
    }
    SmallVector<Value> carried(block->getArguments().drop_front(first));
    std::optional<Iteration> built = body(number, condition, carried);
    if (!built || node.failed())
      return false;
    if (built->carried.size() != types.size()) {
      node.bad("its body gives another number of values than it takes");
      return false;
    }
    bool stable = true;
    for (auto [type, value] : llvm::zip(types, built->carried)) {
      Type common = nn::joinTypes(type, value.getType());
      if (!common) {
        node.unsupported("a value changes its type or number of dimensions "
                         "from one iteration "
                         "to the next");
        return false;
      }
      stable &= common == type;
      type = common;
    }
    if (stable) {
      iteration = std::move(*built);
      return true;
    }
  }
}

SmallVector<Value> LoopBuilder::castInitial() {
  SmallVector<Value> values;
  for (auto [value, type] : llvm::zip(initial, types))
    values.push_back(castTo(node, value, type));
  return values;
}

/// The type of a collected value over `count` iterations.
RankedTensorType LoopBuilder::collectedType(Value value, int64_t count) {
  RankedTensorType type = node.type(value);
  if (!type.hasStaticShape()) {
    node.unsupported(
        "the sizes of what its body collects must be known at compile time");
    return {};
  }
  SmallVector<int64_t> shape{count};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

/// A known number of iterations: what is collected goes into its place.
SmallVector<Value> LoopBuilder::buildFor() {
  APInt known;
  int64_t count = ShapedType::kDynamic;
  if (matchPattern(bounds.count, m_ConstantInt(&known)))
    count = known.getSExtValue();
  SmallVector<Value> values = castInitial();
  Block &block = region->front();
  SmallVector<Value> yielded;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&block);
    for (auto [value, type] : llvm::zip(iteration.carried, types))
      yielded.push_back(castTo(node, value, type));
  }
  for (Value value : iteration.collected) {
    RankedTensorType type = collectedType(value, count);
    if (!type)
      return {};
    SmallVector<Value> dynamic;
    if (type.isDynamicDim(0))
      dynamic.push_back(bounds.count);
    values.push_back(tensor::EmptyOp::create(b, loc, type, dynamic));
    Value target = block.addArgument(type, loc);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&block);
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)), sizes,
        strides(type.getRank(), b.getIndexAttr(1));
    offsets[0] = block.getArgument(0);
    sizes.push_back(b.getIndexAttr(1));
    for (int64_t size : type.getShape().drop_front())
      sizes.push_back(b.getIndexAttr(size));
    yielded.push_back(tensor::InsertSliceOp::create(b, loc, value, target,
                                                    offsets, sizes, strides));
  }
  auto loop =
      scf::ForOp::create(b, loc, index(0), bounds.count, index(1), values);
  loop.getRegion().takeBody(*region);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(loop.getBody());
  scf::YieldOp::create(b, loc, yielded);
  return SmallVector<Value>(loop.getResults());
}

/// The condition decides: what is collected grows with each iteration.
SmallVector<Value> LoopBuilder::buildWhile() {
  Block &block = region->front();
  SmallVector<Value> values{index(0), extractScalar(node, bounds.condition)};
  llvm::append_range(values, castInitial());
  SmallVector<Value> yielded;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&block);
    yielded.push_back(
        arith::AddIOp::create(b, loc, block.getArgument(0), index(1)));
    Value condition = iteration.condition;
    yielded.push_back(condition ? extractScalar(node, condition)
                                : block.getArgument(1));
    for (auto [value, type] : llvm::zip(iteration.carried, types))
      yielded.push_back(castTo(node, value, type));
  }
  for (Value value : iteration.collected) {
    RankedTensorType type = collectedType(value, ShapedType::kDynamic);
    if (!type)
      return {};
    values.push_back(
        tensor::EmptyOp::create(b, loc, type, ValueRange{index(0)}));
    Value collected = block.addArgument(type, loc);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&block);
    yielded.push_back(node.concat({collected, node.unsqueeze(value, {0})}, 0));
  }
  if (node.failed())
    return {};
  SmallVector<Type> resultTypes(ValueRange(values).getTypes());
  auto loop = scf::WhileOp::create(b, loc, resultTypes, values);
  loop.getAfter().takeBody(*region);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&loop.getAfter().front());
  scf::YieldOp::create(b, loc, yielded);
  Block *before = b.createBlock(&loop.getBefore(), {}, resultTypes,
                                SmallVector<Location>(resultTypes.size(), loc));
  Value goesOn = before->getArgument(1);
  if (bounds.count) {
    Value more = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                       before->getArgument(0), bounds.count);
    goesOn = arith::AndIOp::create(b, loc, goesOn, more);
  }
  scf::ConditionOp::create(b, loc, goesOn, before->getArguments());
  return SmallVector<Value>(loop.getResults().drop_front(2));
}

SmallVector<Value> LoopBuilder::build() {
  if (node.failed() || !buildBody())
    return {};
  return bounds.condition ? buildWhile() : buildFor();
}

SmallVector<Value> swage::onnx::buildLoop(NodeContext &node, LoopBounds bounds,
                                          ArrayRef<Value> initial,
                                          LoopBody body) {
  return LoopBuilder(node, bounds, initial, body).build();
}
