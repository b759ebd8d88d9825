//===- Window.h - windows that slide over a tensor --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The arithmetic of windows, which convolution and pooling share, in operators
// with channels second and channels last.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_DIALECTS_NN_WINDOW_H
#define SWAGE_DIALECTS_NN_WINDOW_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace swage::nn {

/// A window of `size` elements that slides along one dimension.
struct Window {
  int64_t size = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  /// Elements of padding.
  int64_t before = 0;
  int64_t after = 0;
  /// Whether a last window may reach over the end.
  bool ceil = false;

  /// The elements from the first to the last that the window covers.
  int64_t extent() const { return (size - 1) * dilation + 1; }
  /// How many windows there are on `input` elements: not above 0 when none
  /// fits, and mlir::ShapedType::kDynamic when `input` is.
  int64_t countWindows(int64_t input) const;
};

/// Where the spatial dimensions and the channels of an image tensor are.
struct ImageLayout {
  int64_t rank;
  bool channelsLast;

  int64_t channel() const { return channelsLast ? rank - 1 : 1; }
  int64_t spatial(int64_t i) const { return channelsLast ? 1 + i : 2 + i; }
  int64_t numSpatial() const { return rank - 2; }
};

/// The permutation that brings channels from the second place to the last.
llvm::SmallVector<int64_t> getChannelsLastPermutation(int64_t rank);
/// Its inverse.
llvm::SmallVector<int64_t> getChannelsFirstPermutation(int64_t rank);

/// The windows that attributes describe. Empty when their lengths contradict.
llvm::SmallVector<Window> makeWindows(llvm::ArrayRef<int64_t> sizes,
                                      llvm::ArrayRef<int64_t> strides,
                                      llvm::ArrayRef<int64_t> pads,
                                      llvm::ArrayRef<int64_t> dilations,
                                      bool ceil = false);

/// The windows of a pooling operator or its adaptor.
template <typename PoolOp> llvm::SmallVector<Window> getWindows(PoolOp op) {
  return makeWindows(op.getKernel(), op.getStrides(), op.getPads(),
                     op.getDilations(), op.getCeilMode());
}

/// Replaces the spatial sizes of an image's `shape` by the counts of windows.
/// Fails with a diagnostic when a window fits nowhere, or `windows` are not as
/// many as there are spatial dimensions.
llvm::LogicalResult slideWindows(std::optional<mlir::Location> loc,
                                 llvm::ArrayRef<Window> windows,
                                 bool channelsLast,
                                 llvm::MutableArrayRef<int64_t> shape);

llvm::LogicalResult inferPool(std::optional<mlir::Location> loc,
                              mlir::Value input, llvm::ArrayRef<Window> windows,
                              bool channelsLast,
                              llvm::SmallVectorImpl<mlir::Type> &types);

/// Rebuilds an operator with the attribute `channels_last` when the permutation
/// is the one between its two layouts.
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
permuteWindowed(mlir::Operation *op, mlir::ValueRange operands,
                llvm::ArrayRef<int64_t> permutation, mlir::OpBuilder &builder);

} // namespace swage::nn

#endif // SWAGE_DIALECTS_NN_WINDOW_H
