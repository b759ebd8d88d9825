//===- Losses.cpp - what training makes small -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compositions of nn operators, with the definitions of PyTorch.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Losses.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

ArrayRef<RecipeKind> swage::training::getLosses() {
  static const RecipeKind kinds[] = {
      // Scores of classes and the numbers of the right ones.
      {"cross-entropy", {{"axis", 1}, {"smoothing", 0}, {"ignore", -100}}},
      // The same for logarithms of probabilities.
      {"nll", {{"axis", 1}, {"ignore", -100}}},
      {"mse", {}},
      {"l1", {}},
      {"huber", {{"delta", 1}}},
      // Scores of yes or no.
      {"bce-with-logits", {}},
      // The mean of the model's own output.
      {"output", {}},
  };
  return kinds;
}

static bool hasClasses(const Recipe &loss) {
  return loss.getName() == "cross-entropy" || loss.getName() == "nll";
}

/// The axis of the classes, counted from the front.
static int64_t getClassAxis(const Recipe &loss, int64_t rank) {
  int64_t axis = loss.get("axis");
  return axis < 0 ? axis + rank : axis;
}

FailureOr<RankedTensorType> swage::training::getTargetType(const Recipe &loss,
                                                           Value output) {
  auto type = cast<RankedTensorType>(output.getType());
  auto refuse = [&](const Twine &reason) {
    return emitError(output.getLoc())
           << "the loss '" << loss.getName()
           << "' cannot be computed from an output of type " << type << ": "
           << reason.str();
  };
  if (!isa<FloatType>(type.getElementType()))
    return refuse("its elements must be floats");
  if (!type.hasStaticShape())
    return refuse("its sizes must be known at compile time; bind symbolic "
                  "dimensions with --dim NAME=N");
  if (loss.getName() == "output")
    return RankedTensorType();
  if (!hasClasses(loss))
    return type;
  int64_t axis = getClassAxis(loss, type.getRank());
  if (axis < 0 || axis >= type.getRank())
    return refuse("it has no axis " + Twine(int64_t(loss.get("axis"))) +
                  " for the classes");
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + axis);
  return RankedTensorType::get(shape,
                               IntegerType::get(output.getContext(), 64));
}

/// The mean over the targets of minus the logarithm of the right class'
/// probability; `smoothing` is spread over all classes.
static Value buildClassLoss(const Recipe &loss, Value output, Value target,
                            const TensorBuilder &b) {
  int64_t rank = b.rankOf(output), axis = getClassAxis(loss, rank);
  int64_t classes = b.shapeOf(output)[axis];
  Value logarithms = output;
  if (loss.getName() == "cross-entropy")
    logarithms = b.make<nn::SoftmaxOp>(output, axis, /*logarithm=*/true);

  SmallVector<int64_t> single(b.shapeOf(output)), along(rank, 1);
  single[axis] = 1;
  along[axis] = classes;
  Value kept =
      b.logicalNot(b.equal(target, b.index(int64_t(loss.get("ignore")))));
  Value numbers =
      b.indices(llvm::to_vector(llvm::seq<int64_t>(0, classes)), along);
  // One of all classes is chosen by comparison, which needs no memory access
  // that depends on the data.
  Value chosen = b.equal(b.reshape(target, single), numbers);
  Value losses = b.neg(b.sum(b.keepIf(chosen, logarithms), {axis}, false));
  double smoothing =
      loss.getName() == "cross-entropy" ? loss.get("smoothing") : 0;
  if (smoothing != 0) {
    Value everywhere = b.neg(b.mean(logarithms, {axis}, false));
    losses = b.add(b.mul(losses, 1 - smoothing), b.mul(everywhere, smoothing));
  }
  Value count = b.sumAll(b.cast(kept, b.elementTypeOf(output)));
  return b.div(b.sumAll(b.keepIf(kept, losses)), count);
}

/// d^2 / 2 near zero, delta (|d| - delta / 2) beyond it.
static Value buildHuber(double delta, Value difference,
                        const TensorBuilder &b) {
  Value size = b.abs(difference);
  Value isNear = b.lessEqual(size, b.scalarLike(size, delta));
  Value far = b.mul(b.sub(size, delta / 2), delta);
  return b.select(isNear, b.mul(b.square(difference), 0.5), far);
}

/// log(1 + exp(x)) - x t, which is -log sigmoid(x) for a target of 1.
static Value buildBinary(Value scores, Value target, const TensorBuilder &b) {
  return b.sub(b.make<nn::SoftplusOp>(scores), b.mul(scores, target));
}

Value swage::training::buildLoss(const Recipe &loss, Value output, Value target,
                                 const TensorBuilder &b) {
  // Sums of narrow floats are kept in f32.
  Type type = b.elementTypeOf(output);
  if (type.getIntOrFloatBitWidth() < 32) {
    output = b.cast(output, b.builder.getF32Type());
    if (target && isa<FloatType>(b.elementTypeOf(target)))
      target = b.cast(target, b.builder.getF32Type());
  }
  if (hasClasses(loss))
    return buildClassLoss(loss, output, target, b);
  Value losses = output;
  if (loss.getName() == "bce-with-logits")
    losses = buildBinary(output, target, b);
  else if (loss.getName() == "mse")
    losses = b.square(b.sub(output, target));
  else if (loss.getName() == "l1")
    losses = b.abs(b.sub(output, target));
  else if (loss.getName() == "huber")
    losses = buildHuber(loss.get("delta"), b.sub(output, target), b);
  return b.div(b.sumAll(losses),
               double(std::max<int64_t>(1, b.countOf(losses))));
}
