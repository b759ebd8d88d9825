//===- Attention.h - what attention operators share -------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_ATTENTION_H
#define SWAGE_FRONTENDS_ONNX_OPS_ATTENTION_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// [batch, length, heads * size] -> [batch, heads, length, size].
mlir::Value splitHeads(NodeContext &node, mlir::Value value, int64_t heads);
/// The inverse.
mlir::Value joinHeads(NodeContext &node, mlir::Value value);

/// The product of `lhs`, whose heads come in groups, with the one head of `rhs`
/// that each group shares.
mlir::Value groupedMatMul(NodeContext &node, mlir::Value lhs, mlir::Value rhs,
                          bool transpose);

/// scale * query * key^T; without a scale, 1 / sqrt(size of a head).
mlir::Value scaledScores(NodeContext &node, mlir::Value query, mlir::Value key,
                         std::optional<double> scale);

/// 0 where the condition holds, `hidden` elsewhere.
mlir::Value biasOf(NodeContext &node, mlir::Value allowed, mlir::Type type,
                   double hidden);

/// How a rotary embedding turns pairs of features.
struct Rotation {
  int64_t heads;    ///< 0 where the value has a dimension for them
  int64_t features; ///< how many of each head are turned; 0 for all
  bool interleaved; ///< whether pairs are neighbours, or halves
};

/// `value`, [batch, length, heads * size] or [batch, heads, length, size], with
/// pairs of features turned by the angles of rows of the tables; `positions`,
/// [batch, length], choose the rows, or are null where the tables have one for
/// each place.
mlir::Value rotaryEmbedding(NodeContext &node, mlir::Value value,
                            mlir::Value cosine, mlir::Value sine,
                            mlir::Value positions, const Rotation &rotation);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_ATTENTION_H
