//===- WinogradConvolutions.cpp - convolutions that have a form -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WinogradConvolutions.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/WinogradConvolutions.h"
#include "compiler/Analysis/ConstantTensors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage {

/// Whether the body adds the product of both inputs to the accumulator.
static bool isMultiplyAdd(linalg::GenericOp op) {
  Block *body = op.getBody();
  auto yield = cast<linalg::YieldOp>(body->getTerminator());
  auto add = yield.getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  for (int64_t i : {0, 1}) {
    auto mul = add->getOperand(i).getDefiningOp<arith::MulFOp>();
    if (!mul || add->getOperand(1 - i) != body->getArgument(2))
      continue;
    return (mul.getLhs() == body->getArgument(0) &&
            mul.getRhs() == body->getArgument(1)) ||
           (mul.getLhs() == body->getArgument(1) &&
            mul.getRhs() == body->getArgument(0));
  }
  return false;
}

/// Takes the padding with zeros around the image off, if that is what is there.
static void peelPadding(Convolution &conv) {
  auto pad = conv.image.getDefiningOp<tensor::PadOp>();
  if (!pad || pad.getNofold())
    return;
  Value value = pad.getConstantPaddingValue();
  auto low = getConstantIntValues(pad.getMixedLowPad());
  auto high = getConstantIntValues(pad.getMixedHighPad());
  if (!value || !matchPattern(value, m_AnyZeroFloat()) || !low || !high)
    return;
  for (auto [dim, before, after] : llvm::enumerate(*low, *high))
    if (before < 0 || after < 0 ||
        ((dim == 0 || dim == 3) && (before || after)))
      return;
  conv.image = pad.getSource();
  conv.padding = {(*low)[1], (*low)[2]};
}

/// The positive s of `expr` = dim(loop) * s; nothing where it is none.
static std::optional<int64_t> getStride(AffineExpr expr, unsigned loop) {
  AffineExpr dim = getAffineDimExpr(loop, expr.getContext());
  if (expr == dim)
    return 1;
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!product || product.getKind() != AffineExprKind::Mul ||
      product.getLHS() != dim)
    return std::nullopt;
  auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
  if (!factor || factor.getValue() < 1)
    return std::nullopt;
  return factor.getValue();
}

/// The loops of one image, one filter and their windows: false where there is a
/// dilation, or something else.
static bool matchLoops(Convolution &conv) {
  linalg::GenericOp op = conv.op;
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != Convolution::kNumParallel ||
      !isMultiplyAdd(op))
    return false;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  MLIRContext *context = op.getContext();
  unsigned loops = op.getNumLoops();
  if (maps[2] != AffineMap::getMultiDimIdentityMap(loops, context)
                     .getMajorSubMap(Convolution::kNumParallel) ||
      maps[0].getNumResults() != 4 || !maps[1].isProjectedPermutation())
    return false;

  auto dim = [&](unsigned loop) { return getAffineDimExpr(loop, context); };
  if (maps[0].getResult(0) != dim(0))
    return false;
  auto channel = dyn_cast<AffineDimExpr>(maps[0].getResult(3));
  if (!channel || channel.getPosition() < Convolution::kNumParallel)
    return false;
  conv.inputChannelLoop = channel.getPosition();
  unsigned next = Convolution::kNumParallel;
  for (unsigned i : {0, 1}) {
    AffineExpr place = maps[0].getResult(1 + i);
    auto sum = dyn_cast<AffineBinaryOpExpr>(place);
    if (sum && sum.getKind() == AffineExprKind::Add) {
      if (next >= loops || sum.getRHS() != dim(next))
        return false;
      conv.windowLoops[i] = next++;
      place = sum.getLHS();
    }
    std::optional<int64_t> stride = getStride(place, 1 + i);
    if (!stride)
      return false;
    conv.problem.strides[i] = *stride;
  }
  return conv.inputChannelLoop == next && next + 1 == loops;
}

std::optional<Convolution> matchConvolution(linalg::GenericOp op) {
  Convolution conv;
  conv.op = op;
  if (!matchLoops(conv) || (!conv.windowLoops[0] && !conv.windowLoops[1]))
    return std::nullopt;
  // A constant matrix for each place of the window.
  AffineMap filter = op.getIndexingMapsArray()[1];
  conv.filter = op.getDpsInputs()[1];
  if (!isConstantValue(conv.filter) || dependsOnConstantsOnly(op) ||
      filter.getNumResults() != op.getNumLoops() - 3 ||
      filter.isFunctionOfDim(0) || filter.isFunctionOfDim(1) ||
      filter.isFunctionOfDim(2))
    return std::nullopt;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  conv.image = op.getDpsInputs()[0];
  peelPadding(conv);
  if (llvm::is_contained(extents, ShapedType::kDynamic) ||
      !cast<RankedTensorType>(conv.image.getType()).hasStaticShape())
    return std::nullopt;
  for (Value operand : op->getOperands())
    if (!getElementTypeOrSelf(operand).isF32())
      return std::nullopt;
  conv.problem.batch = extents[0];
  conv.problem.outputs = {extents[1], extents[2]};
  for (unsigned i : {0, 1})
    conv.problem.taps[i] =
        conv.windowLoops[i] ? extents[*conv.windowLoops[i]] : 1;
  conv.problem.inputChannels = extents[conv.inputChannelLoop];
  conv.problem.outputChannels = extents[Convolution::kColumnLoop];
  return conv;
}

} // namespace swage
