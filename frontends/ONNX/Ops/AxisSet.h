//===- AxisSet.h - axes that the run decides --------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Several operators take their axes as an input. It is nearly always a
// constant; where it is not, the sizes of the result are computed from a table
// that says which dimensions are among the axes. The rank of the result must be
// known: from the number of the axes, or because the model declares it.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_AXISSET_H
#define SWAGE_FRONTENDS_ONNX_OPS_AXISSET_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

class AxisSet {
public:
  /// `axes` is a vector; negative ones count from the end of `rank` dimensions.
  AxisSet(NodeContext &node, mlir::Value axes, int64_t rank);
  /// The dimensions among `sizes` that are 1.
  static AxisSet ofOnes(NodeContext &node, mlir::Value sizes);

  /// Whether a node's axes, its input `index`, are there but not constant.
  static bool isNeeded(NodeContext &node, unsigned index);

  /// Makes the set that of all dimensions where the run finds it empty.
  void allIfEmpty();

  /// The number of axes; kDynamic when the run decides that too.
  int64_t size() const { return count; }
  /// The rank of the node's result when the axes are removed, or of `rank` and
  /// the axes when they are inserted. Fails when it is not known.
  static int64_t resultRank(NodeContext &node, int64_t known);
  /// For each dimension, 1 if it is among the axes and 0 if not, as i64.
  mlir::Value members() const { return member; }
  /// For each dimension, the value that belongs to that axis, and `otherwise`
  /// where it is no axis. `values` has one element for each axis.
  mlir::Value spread(mlir::Value values, int64_t otherwise);
  /// The sizes of the dimensions that are no axes.
  mlir::Value remove(mlir::Value sizes,
                     std::optional<int64_t> left = std::nullopt);
  /// `sizes` with dimensions of size 1 inserted at the axes.
  mlir::Value insert(mlir::Value sizes);

private:
  AxisSet(NodeContext &node, int64_t rank) : node(node), rank(rank) {}
  void setMembers(mlir::Value members);
  /// For each dimension, how many before it are no axes.
  mlir::Value places();
  /// For each of `places` among the dimensions that are no axes and each
  /// dimension, whether they are the same.
  mlir::Value createTable(int64_t places);
  mlir::Value sum(mlir::Value matrix, int64_t axis);

  NodeContext &node;
  int64_t rank;
  int64_t count = mlir::ShapedType::kDynamic;
  mlir::Value chosen; ///< [axis, dimension] -> 0 or 1.
  mlir::Value member;
  mlir::Value others;
};

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_AXISSET_H
