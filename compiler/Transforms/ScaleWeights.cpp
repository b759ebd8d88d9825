//===- ScaleWeights.cpp - factors of channels into weights ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A squeeze-and-excitation block multiplies each channel of an image by a
// factor that a run computes, and a product sums over the channels. Where the
// weights are smaller than the image, they are multiplied instead.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_SCALEWEIGHTSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// What a product reads, as an image times a factor, and its weights.
struct ScaledProduct {
  OpOperand *scaled, *weights;
  Value image, factor;
  AffineMap factorOfWeights; ///< the factor's indices, of those of the weights
};

/// The first and the second operand of `op`, where it gives their products, or
/// adds them to its sums.
bool multipliesInputs(linalg::GenericOp op, bool sums) {
  if (op.getNumDpsInputs() != 2 || op->getNumResults() != 1 ||
      !getElementTypeOrSelf(op.getResult(0)).isF32())
    return false;
  Block &body = *op.getBody();
  Value result = cast<linalg::YieldOp>(body.getTerminator()).getOperand(0);
  if (sums) {
    auto add = result.getDefiningOp<arith::AddFOp>();
    if (!add || !llvm::is_contained(add->getOperands(), body.getArgument(2)))
      return false;
    result = add.getLhs() == body.getArgument(2) ? add.getRhs() : add.getLhs();
  }
  auto mul = result.getDefiningOp<arith::MulFOp>();
  return mul && llvm::is_contained(mul->getOperands(), body.getArgument(0)) &&
         llvm::is_contained(mul->getOperands(), body.getArgument(1));
}

/// An image and what its elements are multiplied by.
struct Factors {
  OpOperand *image, *factor;
};

std::optional<Factors> matchScale(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || !value.hasOneUse() || op.getNumReductionLoops() ||
      !multipliesInputs(op, /*sums=*/false) ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  OpOperand *first = op.getDpsInputOperand(0),
            *second = op.getDpsInputOperand(1);
  for (auto [image, factor] : {std::pair(first, second), {second, first}})
    if (op.getMatchingIndexingMap(image).isIdentity() &&
        isa<RankedTensorType>(factor->get().getType()) &&
        op.getMatchingIndexingMap(factor).isProjectedPermutation(true))
      return Factors{image, factor};
  return std::nullopt;
}

/// The indices of the factor, of those of the weights, where the weights have
/// all that the factor varies along.
AffineMap mapToWeights(linalg::GenericOp product, OpOperand *scaled,
                       OpOperand *weights, OpOperand *factor) {
  auto scale = cast<linalg::GenericOp>(factor->getOwner());
  AffineMap reads = scale.getMatchingIndexingMap(factor).compose(
      product.getMatchingIndexingMap(scaled));
  AffineMap known = product.getMatchingIndexingMap(weights);
  auto type = cast<RankedTensorType>(factor->get().getType());
  MLIRContext *context = product.getContext();
  SmallVector<AffineExpr> indices;
  for (auto [expr, size] : llvm::zip(reads.getResults(), type.getShape())) {
    if (size == 1) {
      indices.push_back(getAffineConstantExpr(0, context));
      continue;
    }
    auto found = llvm::find(known.getResults(), expr);
    if (!isa<AffineDimExpr>(expr) || found == known.getResults().end())
      return {};
    indices.push_back(
        getAffineDimExpr(found - known.getResults().begin(), context));
  }
  return AffineMap::get(known.getNumResults(), 0, indices, context);
}

std::optional<ScaledProduct> match(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 || op->hasAttr(kScheduleAttr) ||
      op->hasAttr(kChainAttr) || !multipliesInputs(op, /*sums=*/true))
    return std::nullopt;
  OpOperand *first = op.getDpsInputOperand(0),
            *second = op.getDpsInputOperand(1);
  for (auto [scaled, weights] : {std::pair(first, second), {second, first}}) {
    auto image = dyn_cast<RankedTensorType>(scaled->get().getType());
    auto type = dyn_cast<RankedTensorType>(weights->get().getType());
    std::optional<Factors> factors = matchScale(scaled->get());
    if (!image || !type || !factors || !image.hasStaticShape() ||
        !type.hasStaticShape() || !isConstantValue(weights->get()) ||
        type.getNumElements() >= image.getNumElements())
      continue;
    AffineMap map = mapToWeights(op, scaled, weights, factors->factor);
    if (map)
      return ScaledProduct{scaled, weights, factors->image->get(),
                           factors->factor->get(), map};
  }
  return std::nullopt;
}

void scaleWeights(linalg::GenericOp op, const ScaledProduct &product) {
  OpBuilder builder(op);
  Location loc = product.scaled->get().getLoc();
  auto type = cast<RankedTensorType>(product.weights->get().getType());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<AffineMap> maps{identity, product.factorOfWeights, identity};
  SmallVector<utils::IteratorType> parallel(type.getRank(),
                                            utils::IteratorType::parallel);
  auto scaled = linalg::GenericOp::create(
      builder, loc, type, ValueRange{product.weights->get(), product.factor},
      empty, maps, parallel,
      [](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
        Value result =
            arith::MulFOp::create(inner, innerLoc, scalars[0], scalars[1]);
        linalg::YieldOp::create(inner, innerLoc, result);
      });
  Operation *scale = product.scaled->get().getDefiningOp();
  product.weights->set(scaled.getResult(0));
  product.scaled->set(product.image);
  scale->erase();
}

struct ScaleWeights : swage::impl::ScaleWeightsPassBase<ScaleWeights> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> products;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumReductionLoops())
        products.push_back(op);
    });
    for (linalg::GenericOp op : products)
      if (std::optional<ScaledProduct> product = match(op)) {
        scaleWeights(op, *product);
        ++numScaled;
      }
  }
};

} // namespace
