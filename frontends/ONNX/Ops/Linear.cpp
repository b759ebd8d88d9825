//===- Linear.cpp - matrix products ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

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
  if (alpha != 1)
    a = node.create<nn::MulOp>(a, node.scalarLike(a, alpha));
  Value product = node.create<nn::MatMulOp>(a, b, transposeA, transposeB);
  if (!c || beta == 0)
    return product;
  if (beta != 1)
    c = node.create<nn::MulOp>(c, node.scalarLike(c, beta));
  return node.create<nn::AddOp>(product, c);
}

static Results importDet(NodeContext &node) {
  return node.create<nn::DetOp>(node.input(0));
}

void swage::onnx::registerLinearOps(Registry &registry) {
  registry.add("Det", 11, {1, 1}, importDet);
  registry.add("MatMul", 1, {2, 2}, importMatMul);
  registry.add("Gemm", 1, {2, 3}, importGemm);
}
