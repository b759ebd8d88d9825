//===- AxisSet.cpp - axes that the run decides ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/AxisSet.h"
#include "frontends/ONNX/Ops/Common.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

bool AxisSet::isNeeded(NodeContext &node, unsigned index) {
  Value axes = node.input(index);
  return axes && !node.failed() && !nn::getConstantElements(axes);
}

AxisSet::AxisSet(NodeContext &node, Value axes, int64_t rank)
    : node(node), rank(rank) {
  if (node.failed())
    return;
  if (!isa<IntegerType>(node.elementType(axes)) || node.rank(axes) != 1) {
    node.bad("its axes must be a vector of integers");
    return;
  }
  count = node.shape(axes)[0];
  if (ShapedType::isStatic(count) && count > rank) {
    node.bad("it has more axes than dimensions");
    return;
  }
  Type i64 = node.builder().getI64Type();
  axes = node.cast(axes, i64);
  Value fromEnd = node.create<nn::AddOp>(axes, node.scalar(i64, rank));
  Value negative = node.create<nn::LessOp>(axes, node.scalar(i64, 0));
  axes = node.create<nn::SelectOp>(negative, fromEnd, axes);
  chosen = node.cast(node.create<nn::EqualOp>(node.unsqueeze(axes, {1}),
                                              iota(node, i64, rank)),
                     i64);
  setMembers(sum(chosen, 0));
}

AxisSet AxisSet::ofOnes(NodeContext &node, Value sizes) {
  AxisSet set(node, node.failed() ? 0 : node.shape(sizes)[0]);
  Type i64 = node.builder().getI64Type();
  set.setMembers(
      node.cast(node.create<nn::EqualOp>(sizes, node.scalar(i64, 1)), i64));
  return set;
}

void AxisSet::setMembers(Value members) {
  member = members;
  others = node.create<nn::SubOp>(node.scalar(node.builder().getI64Type(), 1),
                                  member);
}

void AxisSet::allIfEmpty() {
  if (node.failed())
    return;
  Type i64 = node.builder().getI64Type();
  Value none = node.create<nn::EqualOp>(sum(member, 0), node.scalar(i64, 0));
  setMembers(node.create<nn::MaxOp>(member, node.cast(none, i64)));
}

int64_t AxisSet::resultRank(NodeContext &node, int64_t known) {
  if (ShapedType::isStatic(known))
    return known;
  if (std::optional<int64_t> declared = node.declaredRank(0))
    return *declared;
  node.unsupported("the number of its axes must be known at compile time, or "
                   "the model must declare the shape of its output");
  return 0;
}

Value AxisSet::sum(Value matrix, int64_t axis) {
  return node.create<nn::ReduceSumOp>(matrix, ArrayRef<int64_t>{axis},
                                      /*keep_dims=*/false);
}

Value AxisSet::spread(Value values, int64_t otherwise) {
  if (node.failed())
    return {};
  Type i64 = node.builder().getI64Type();
  if (node.rank(values) != 1 || (ShapedType::isStatic(count) &&
                                 ShapedType::isStatic(node.shape(values)[0]) &&
                                 node.shape(values)[0] != count)) {
    node.bad("it needs a value for each axis");
    return {};
  }
  values = node.unsqueeze(node.cast(values, i64), {1});
  Value spread = sum(node.create<nn::MulOp>(chosen, values), 0);
  if (otherwise == 0)
    return spread;
  // Not by way of a double, which has no INT64_MAX.
  Value constant = node.intTensor(i64, {}, {otherwise});
  return node.create<nn::AddOp>(spread,
                                node.create<nn::MulOp>(others, constant));
}

Value AxisSet::places() {
  SmallVector<int64_t> before;
  for (int64_t row = 0; row < rank; ++row)
    for (int64_t column = 0; column < rank; ++column)
      before.push_back(row < column);
  Value table =
      node.intTensor(node.builder().getI64Type(), {rank, rank}, before);
  return sum(node.create<nn::MulOp>(node.unsqueeze(others, {1}), table), 0);
}

Value AxisSet::createTable(int64_t number) {
  Type i64 = node.builder().getI64Type();
  Value rows = node.unsqueeze(iota(node, i64, number), {1});
  return node.create<nn::MulOp>(
      node.cast(node.create<nn::EqualOp>(rows, places()), i64), others);
}

Value AxisSet::remove(Value sizes, std::optional<int64_t> given) {
  if (node.failed())
    return {};
  int64_t left =
      given ? *given
            : resultRank(node,
                         ShapedType::isDynamic(count) ? count : rank - count);
  // [place in the result, dimension]
  return sum(node.create<nn::MulOp>(createTable(left), sizes), 1);
}

Value AxisSet::insert(Value sizes) {
  if (node.failed())
    return {};
  // [dimension of the input, dimension of the result]
  Value table = createTable(node.shape(sizes)[0]);
  Value moved =
      sum(node.create<nn::MulOp>(table, node.unsqueeze(sizes, {1})), 0);
  return node.create<nn::AddOp>(moved, member);
}
