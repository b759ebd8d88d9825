//===- Shape.cpp - gradients of what moves elements -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What an operator moved somewhere comes back from there.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include "dialects/NN/Inference.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// A gradient of the first operand alone, from the only result's; all other
/// operands say where elements go.
#define GRADIENT(NAME, OP)                                                     \
  struct NAME : nn::DifferentiableInterface::ExternalModel<NAME, OP> {         \
    static FailureOr<Value> build(OP op, Value dy, const TensorBuilder &b);    \
    FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,           \
                               OpBuilder &builder) const {                     \
      TensorBuilder b(builder, op->getLoc());                                  \
      FailureOr<Value> gradient = build(cast<OP>(op), cotangents[0], b);       \
      if (failed(gradient))                                                    \
        return failure();                                                      \
      Values all(op->getNumOperands());                                        \
      all[0] = *gradient;                                                      \
      return all;                                                              \
    }                                                                          \
  };                                                                           \
  FailureOr<Value> NAME::build(OP op, Value dy, const TensorBuilder &b)

GRADIENT(ReshapeGradient, nn::ReshapeOp) {
  return b.reshapeLike(dy, op.getInput());
}

GRADIENT(ExpandGradient, nn::ExpandOp) {
  return b.sumTo(dy, b.shapeOf(op.getInput()));
}

GRADIENT(TransposeGradient, nn::TransposeOp) {
  return b.transpose(dy, invertPermutationVector(op.getPermutation()));
}

/// What the message of an operand that a gradient must know begins with.
InFlightDiagnostic needsConstant(Operation *op, const Twine &what) {
  return op->emitError("'")
         << op->getName() << "' can be differentiated only where " << what.str()
         << " are known at compile time";
}

/// Elements go back to their places, with zeros between and around them.
GRADIENT(SliceGradient, nn::SliceOp) {
  auto starts = nn::getConstantElements(op.getStarts());
  auto steps = nn::getConstantElements(op.getSteps());
  if (!starts || !steps)
    return needsConstant(op, "its starts and steps"), failure();
  Value input = op.getInput();
  SmallVector<int64_t> before(b.rankOf(input), 0), after(b.rankOf(input), 0);
  for (auto [axis, start, step] : llvm::zip(op.getAxes(), *starts, *steps)) {
    int64_t size = b.shapeOf(input)[axis], count = b.shapeOf(dy)[axis];
    if (count == 0)
      return b.zerosLike(input);
    int64_t first = start < 0 ? start + size : start;
    first = std::clamp<int64_t>(first, 0, step < 0 ? size - 1 : size);
    int64_t last = first + (count - 1) * step;
    if (step < 0) {
      dy = b.flip(dy, {axis});
      std::swap(first, last);
    }
    int64_t distance = std::abs(step);
    if (distance > 1 && count > 1) {
      // [.., n, ..] -> [.., n, 1, ..], padded to n x step, without the end.
      SmallVector<int64_t> apart(b.shapeOf(dy)), joined(b.shapeOf(dy));
      apart.insert(apart.begin() + axis + 1, 1);
      joined[axis] = count * distance;
      SmallVector<int64_t> low(apart.size(), 0), high(apart.size(), 0);
      high[axis + 1] = distance - 1;
      dy = b.reshape(b.pad(b.reshape(dy, apart), low, high), joined);
      dy = b.slice(dy, axis, 0, (count - 1) * distance + 1);
    }
    before[axis] = first;
    after[axis] = size - 1 - last;
  }
  return b.pad(dy, before, after);
}

/// The border goes; what it was copied from gets it back.
GRADIENT(PadGradient, nn::PadOp) {
  auto pads = nn::getConstantElements(op.getPads());
  if (!pads)
    return needsConstant(op, "its pads"), failure();
  Value input = op.getInput();
  int64_t rank = b.rankOf(input);
  StringRef mode = op.getMode();
  if (mode != "constant") {
    // Along each dimension, an element is read at a few places: for the k-th of
    // each, gather and add.
    for (int64_t axis = rank; axis-- > 0;) {
      int64_t size = b.shapeOf(input)[axis], low = (*pads)[axis];
      int64_t count = b.shapeOf(dy)[axis];
      SmallVector<SmallVector<int64_t>> readers(size);
      for (int64_t at = 0; at < count; ++at) {
        int64_t from = at - low;
        if (mode == "edge")
          from = std::clamp<int64_t>(from, 0, size - 1);
        else if (mode == "wrap")
          from = ((from % size) + size) % size;
        else if (size > 1) {
          int64_t period = 2 * (size - 1);
          from = ((from % period) + period) % period;
          from = std::min(from, period - from);
        } else {
          from = 0;
        }
        readers[from].push_back(at);
      }
      size_t most = 0;
      for (auto &list : readers)
        most = std::max(most, list.size());
      Value sum;
      SmallVector<int64_t> maskShape(rank, 1);
      maskShape[axis] = size;
      for (size_t k = 0; k < most; ++k) {
        SmallVector<int64_t> places, exists;
        for (auto &list : readers) {
          places.push_back(k < list.size() ? list[k] : 0);
          exists.push_back(k < list.size());
        }
        Value chosen = b.less(b.index(0), b.indices(exists, maskShape));
        Value part = b.keepIf(chosen, b.gather(dy, b.indices(places), axis));
        sum = sum ? b.add(sum, part) : part;
      }
      dy = sum ? sum : b.zerosLike(dy);
    }
    return dy;
  }
  SmallVector<int64_t> before, after;
  for (int64_t i = 0; i < rank; ++i) {
    before.push_back(-(*pads)[i]);
    after.push_back(-(*pads)[rank + i]);
  }
  return b.pad(dy, before, after);
}

struct ConcatGradient
    : nn::DifferentiableInterface::ExternalModel<ConcatGradient, nn::ConcatOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto concat = cast<nn::ConcatOp>(op);
    TensorBuilder b(builder, op->getLoc());
    int64_t axis = concat.getAxis(), start = 0;
    Values gradients;
    for (Value input : concat.getInputs()) {
      int64_t size = b.shapeOf(input)[axis];
      gradients.push_back(b.slice(cotangents[0], axis, start, start + size));
      start += size;
    }
    return gradients;
  }
};

#undef GRADIENT

} // namespace

void swage::training::registerShapeGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::ReshapeOp::attachInterface<ReshapeGradient>(*context);
    nn::ExpandOp::attachInterface<ExpandGradient>(*context);
    nn::TransposeOp::attachInterface<TransposeGradient>(*context);
    nn::SliceOp::attachInterface<SliceGradient>(*context);
    nn::PadOp::attachInterface<PadGradient>(*context);
    nn::ConcatOp::attachInterface<ConcatGradient>(*context);
  });
}
