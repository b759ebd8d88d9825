//===- Repeats.cpp - tensors that repeat others ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What repeats a tensor in whole is a broadcast of a dimension of size 1, if
// need be a new one, which kernels read without a copy.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Each dimension that may be larger than 1 and may be repeated is paired with
/// a new one of size 1 before it, which is then broadcast to the count of
/// repetitions.
Value swage::onnx::repeat(NodeContext &node, Value value, Value repeats) {
  if (node.failed())
    return {};
  int64_t rank = node.rank(value);
  repeats = node.vectorOf(repeats, rank);
  if (node.failed())
    return {};
  if (node.shape(repeats) != ArrayRef<int64_t>{rank}) {
    node.bad("it needs one count of repetitions for each dimension");
    return {};
  }
  if (rank == 0)
    return value;
  Value sizes = node.shapeOf(value);
  SmallVector<int64_t> inserted;
  SmallVector<Value> spread, result;
  for (int64_t i = 0; i < rank; ++i) {
    Value count = node.cast(node.slice(repeats, 0, i, i + 1),
                            node.builder().getI64Type());
    Value size = node.slice(sizes, 0, i, i + 1);
    if (node.failed())
      return {};
    bool isOnce = nn::getConstantElements(count) == SmallVector<int64_t>{1};
    if (node.shape(value)[i] == 1 || isOnce) {
      spread.push_back(count);
      result.push_back(isOnce ? size : count);
      continue;
    }
    inserted.push_back(spread.size());
    spread.append({count, size});
    result.push_back(node.create<nn::MulOp>(count, size));
  }
  if (!inserted.empty())
    value = node.unsqueeze(value, inserted);
  value = node.create<nn::ExpandOp>(value, node.concat(spread, 0));
  if (inserted.empty())
    return value;
  return node.create<nn::ReshapeOp>(value, node.concat(result, 0),
                                    /*allow_zero=*/true);
}

static Results importTile(NodeContext &node) {
  return repeat(node, node.input(0), node.input(1));
}

/// Whether both are computed alike from the same, as far as a few steps back.
static bool isSame(Value x, Value y, int steps = 4) {
  if (x == y)
    return true;
  Operation *maker = x.getDefiningOp(), *other = y.getDefiningOp();
  if (!maker || !other || steps == 0 || !isMemoryEffectFree(maker) ||
      cast<OpResult>(x).getResultNumber() !=
          cast<OpResult>(y).getResultNumber())
    return false;
  return OperationEquivalence::isEquivalentTo(
      maker, other,
      [&](Value a, Value b) { return success(isSame(a, b, steps - 1)); },
      /*markEquivalent=*/nullptr, OperationEquivalence::IgnoreLocations);
}

static Results importConcat(NodeContext &node) {
  SmallVector<Value> values = node.tensorInputs();
  if (!node.requireSameType(values))
    return {};
  // The axis became a duty in version 4.
  if (node.opset() >= 4 && !node.hasAttr("axis"))
    return node.bad("its attribute 'axis' is missing");
  int64_t axis = node.axis(node.intAttr("axis", 1), node.rank(values.front()));
  if (node.failed())
    return {};
  // Vectors are sizes, mostly, which are followed through joins.
  auto isFirst = [&](Value value) { return isSame(value, values.front()); };
  int64_t rank = node.rank(values.front());
  if (values.size() > 1 && rank > 1 && node.shape(values.front())[axis] == 1 &&
      llvm::all_of(values, isFirst)) {
    SmallVector<int64_t> counts(rank, 1);
    counts[axis] = values.size();
    return node.create<nn::ExpandOp>(values.front(), node.ints(counts));
  }
  return node.concat(values, axis);
}

void swage::onnx::registerRepeatOps(Registry &registry) {
  registry.add("Tile", 6, {2, 2}, importTile);
  registry.add("Concat", 1, {1, kVariadic}, importConcat);
}
