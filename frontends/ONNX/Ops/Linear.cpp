//===- Linear.cpp - matrix products ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include <cmath>

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static Results importMatMul(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  return node.create<nn::MatMulOp>(lhs, rhs, /*transpose_lhs=*/false,
                                   /*transpose_rhs=*/false);
}

/// alpha * A * B + beta * C, where C broadcasts.
static Results importGemm(NodeContext &node) {
  Value a = node.input(0), b = node.input(1), c = node.input(2);
  // Before version 7 this said that C may be smaller than the product.
  node.ignoreAttr("broadcast");
  double alpha = node.floatAttr("alpha", 1), beta = node.floatAttr("beta", 1);
  bool transposeA = node.boolAttr("transA", false),
       transposeB = node.boolAttr("transB", false);
  if (!node.requireSameType({a, b, c}))
    return {};
  if (node.rank(a) != 2 || node.rank(b) != 2)
    return node.bad("its factors must be matrices");
  Type type = node.elementType(a);
  bool hasInteger = isa<IntegerType>(type);
  auto scale = [&](Value value, double factor) -> Value {
    if (factor == 1)
      return value;
    return node.create<nn::MulOp>(value, node.scalarLike(value, factor));
  };
  // Integers are multiplied exactly and scaled as floats, which are cut off.
  bool isScaled = hasInteger && (alpha != std::trunc(alpha) ||
                                 (c && beta != std::trunc(beta)));
  if (!hasInteger)
    a = scale(a, alpha);
  Value product = node.create<nn::MatMulOp>(a, b, transposeA, transposeB);
  if (isScaled) {
    product = node.cast(product, node.builder().getF64Type());
    if (c)
      c = node.cast(c, node.builder().getF64Type());
  }
  if (hasInteger)
    product = scale(product, alpha);
  if (c && beta != 0)
    product = node.create<nn::AddOp>(product, scale(c, beta));
  return isScaled && !node.failed() ? Results(node.cast(product, type))
                                    : Results(product);
}

static Results importDet(NodeContext &node) {
  return node.create<nn::DetOp>(node.input(0));
}

void swage::onnx::registerLinearOps(Registry &registry) {
  registry.add("Det", 11, {1, 1}, importDet);
  registry.add("MatMul", 1, {2, 2}, importMatMul);
  registry.add("Gemm", 1, {2, 3}, importGemm);
}
