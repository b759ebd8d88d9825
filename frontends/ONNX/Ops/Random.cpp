//===- Random.cpp - random tensors ----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Numbers come from a generator without state: each is a hash of the seed and
// of the element's place (the finaliser of SplitMix64). A model therefore gives
// the same numbers in every run and on every machine; without a seed in the
// model, the node's name is the seed. In training the number of the step is
// hashed as well, so that every step gives others. Dropout with a seed draws as
// the standard's reference does instead.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/MersenneTwister.h"
#include "frontends/ONNX/Registry.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {
/// Random tensors of one shape. Each call gives other numbers.
class Generator {
public:
  /// For tensors whose sizes are the elements of the vector `shape`.
  Generator(NodeContext &node, Value shape, bool wholeSeed = false)
      : node(node), shape(shape),
        type(IntegerType::get(node.context(), 64, IntegerType::Unsigned)) {
    const std::string &name =
        node.proto().name().empty() && node.proto().output_size() > 0
            ? node.proto().output(0)
            : node.proto().name();
    seed = llvm::xxh3_64bits(name);
    if (node.hasAttr("seed")) {
      double given = wholeSeed ? double(node.intAttr("seed", 0))
                               : node.floatAttr("seed", 0);
      std::memcpy(&seed, &given, sizeof(seed));
    }
  }

  /// f32 numbers in (0, 1] with 24 random bits.
  Value uniform() {
    if (node.failed())
      return {};
    Value count = node.create<nn::ReduceProdOp>(shape, ArrayRef<int64_t>{0},
                                                /*keep_dims=*/false);
    Value bits = node.cast(countTo(node, count), type);
    bits = node.create<nn::AddOp>(
        node.create<nn::MulOp>(bits, constant(0x9E3779B97F4A7C15)),
        constant(seed));
    if (node.graph().getMode() == ImportOptions::Mode::Training)
      bits = node.create<nn::AddOp>(bits, stepBits());
    seed = llvm::xxh3_64bits(ArrayRef<uint8_t>(
        reinterpret_cast<const uint8_t *>(&seed), sizeof(seed)));
    bits = scramble(bits, 30, 0xBF58476D1CE4E5B9);
    bits = scramble(bits, 27, 0x94D049BB133111EB);
    bits = scramble(bits, 31, 1);
    bits = node.create<nn::ShiftRightOp>(bits, constant(40));
    bits = node.create<nn::AddOp>(bits, constant(1));
    Type f32 = node.builder().getF32Type();
    Value numbers =
        node.create<nn::MulOp>(node.cast(bits, f32), node.scalar(f32, 0x1p-24));
    return node.create<nn::ReshapeOp>(numbers, shape, /*allow_zero=*/true);
  }

  /// Numbers of the normal distribution, by Box and Muller's transform.
  Value normal() {
    Type f32 = node.builder().getF32Type();
    Value radius = node.create<nn::SqrtOp>(node.create<nn::MulOp>(
        node.create<nn::LogOp>(uniform()), node.scalar(f32, -2)));
    Value angle = node.create<nn::MulOp>(
        uniform(), node.scalar(f32, 6.283185307179586476925286766559));
    return node.create<nn::MulOp>(radius, node.create<nn::CosOp>(angle));
  }

private:
  /// Where the numbers of a step begin, far from those of other steps.
  Value stepBits() {
    Value step = node.cast(node.graph().trainingStep(), type);
    step = node.create<nn::AddOp>(step, constant(1));
    step = node.create<nn::MulOp>(step, constant(0x9E3779B97F4A7C15));
    step = scramble(step, 30, 0xBF58476D1CE4E5B9);
    return scramble(step, 27, 0x94D049BB133111EB);
  }
  Value constant(uint64_t bits) {
    return node.intTensor(type, {}, {int64_t(bits)});
  }
  Value scramble(Value bits, uint64_t shift, uint64_t factor) {
    Value high = node.create<nn::ShiftRightOp>(bits, constant(shift));
    return node.create<nn::MulOp>(node.create<nn::BitwiseXorOp>(bits, high),
                                  constant(factor));
  }

  NodeContext &node;
  Value shape;
  Type type;
  uint64_t seed;
};
} // namespace

/// The element type that the node asks for.
static Type resultType(NodeContext &node, Type otherwise) {
  if (!node.hasAttr("dtype"))
    return otherwise;
  Type type =
      swage::onnx::elementTypeOf(node.intAttr("dtype", 1), node.context());
  if (!type)
    node.bad("its attribute 'dtype' is not an element type");
  return type;
}

/// The numbers of a node between or around its bounds.
template <bool isNormal>
static Results importRandom(NodeContext &node, Value shape, Type otherwise) {
  Type type = resultType(node, otherwise), f32 = node.builder().getF32Type();
  if (node.failed())
    return {};
  Generator generator(node, shape);
  double start, extent;
  if (isNormal) {
    start = node.floatAttr("mean", 0);
    extent = node.floatAttr("scale", 1);
  } else {
    start = node.floatAttr("low", 0);
    extent = node.floatAttr("high", 1) - start;
  }
  Value numbers = isNormal ? generator.normal() : generator.uniform();
  numbers = node.create<nn::MulOp>(numbers, node.scalar(f32, extent));
  numbers = node.create<nn::AddOp>(numbers, node.scalar(f32, start));
  return node.failed() ? Results() : Results(node.cast(numbers, type));
}

template <bool isNormal> static Results importByShape(NodeContext &node) {
  auto shape = node.intsAttr("shape");
  if (!shape)
    return node.bad("its attribute 'shape' is missing");
  return importRandom<isNormal>(node, node.ints(*shape),
                                node.builder().getF32Type());
}

template <bool isNormal> static Results importLike(NodeContext &node) {
  Value like = node.input(0);
  return importRandom<isNormal>(node, node.shapeOf(like),
                                node.elementType(like));
}

/// True with the probability that the input gives.
static Results importBernoulli(NodeContext &node) {
  Value chance = node.input(0);
  Type type = resultType(node, node.elementType(chance));
  if (node.failed())
    return {};
  Generator generator(node, node.shapeOf(chance));
  Value drawn = node.create<nn::LessEqualOp>(
      generator.uniform(), node.cast(chance, node.builder().getF32Type()));
  return node.failed() ? Results() : Results(node.cast(drawn, type));
}

/// Classes drawn by their logarithmic weights: the greatest of the weights plus
/// noise of the Gumbel distribution is distributed so.
static Results importMultinomial(NodeContext &node) {
  Value weights = node.input(0);
  int64_t samples = node.intAttr("sample_size", 1);
  Type i32 = node.builder().getI32Type(), f32 = node.builder().getF32Type();
  Type type = resultType(node, i32);
  if (node.failed())
    return {};
  if (node.rank(weights) != 2 || samples < 1)
    return node.bad("it draws a positive number of samples from a matrix of "
                    "weights");
  Value shape = node.concat({node.create<nn::ShapeOp>(weights, 0, 1),
                             node.ints({samples}),
                             node.create<nn::ShapeOp>(weights, 1, 2)},
                            0);
  Generator generator(node, shape);
  auto minusLog = [&](Value value) {
    return node.create<nn::NegOp>(node.create<nn::LogOp>(value));
  };
  // A draw of exactly 1 would make the noise infinite.
  Value drawn = node.create<nn::MinOp>(generator.uniform(),
                                       node.scalar(f32, 1 - 0x1p-24));
  Value noise = minusLog(minusLog(drawn));
  if (node.failed())
    return {};
  Value keys = node.create<nn::AddOp>(
      node.unsqueeze(node.cast(weights, f32), {1}), noise);
  Value classes = node.create<nn::ArgMaxOp>(keys, 2, /*keep_dims=*/false,
                                            /*select_last=*/false);
  return node.failed() ? Results() : Results(node.cast(classes, type));
}

/// Elements dropped at random while a network is trained, and the others made
/// greater by as much; outside of training everything passes.
static Results importDropout(NodeContext &node) {
  for (StringRef name : {"consumed_inputs", "is_test", "ratio"})
    node.ignoreAttr(name);
  Value value = node.input(0);
  if (node.failed())
    return {};
  Type boolean = node.builder().getI1Type();
  // The mask was of the data's type before version 10.
  Type maskType = node.opset() < 10 ? node.elementType(value) : boolean;
  auto whole = [&]() -> Value {
    if (!node.hasOutput(1))
      return {};
    return fill(node, node.scalar(maskType, 1), node.shapeOf(value));
  };
  // While it is trained or evaluated, it is not for the model to say.
  using Mode = ImportOptions::Mode;
  Mode mode = node.graph().getMode();
  Value trains = mode == Mode::AsIs ? node.input(2) : Value();
  if (mode == Mode::Training)
    trains = node.intTensor(boolean, {}, {1});
  std::optional<SmallVector<int64_t>> known;
  if (trains)
    known = nn::getConstantElements(trains);
  if (!trains || (known && known->size() == 1 && known->front() == 0)) {
    node.ignoreAttr("seed");
    return {value, whole()};
  }
  Type type = node.elementType(value), wide = accumulator(type);
  Type f32 = node.builder().getF32Type();
  Value ratio = node.hasInput(1)
                    ? node.cast(node.reshape(node.input(1), {}), f32)
                    : node.scalar(f32, node.floatAttr("ratio", 0.5));
  if (node.failed())
    return {};
  Value shape = node.shapeOf(value), kept;
  if (mode == Mode::AsIs && node.hasAttr("seed")) {
    Value numbers = drawLikeNumPy(node, shape, node.intAttr("seed", 0));
    Value least = node.cast(ratio, node.builder().getF64Type());
    kept = node.create<nn::GreaterEqualOp>(numbers, least);
  } else {
    // Numbers in (0, 1] are not above a ratio just as often as it says.
    Generator generator(node, shape, /*wholeSeed=*/true);
    kept = node.create<nn::GreaterOp>(generator.uniform(), ratio);
  }
  Value still = node.create<nn::NotOp>(node.reshape(trains, {}));
  kept = node.create<nn::OrOp>(kept, still);
  Value rest = node.create<nn::SubOp>(node.scalar(f32, 1), ratio);
  rest = node.create<nn::SelectOp>(still, node.scalar(f32, 1), rest);
  if (node.failed())
    return {};
  Value scaled =
      node.create<nn::DivOp>(node.cast(value, wide), node.cast(rest, wide));
  Value result = node.create<nn::SelectOp>(kept, scaled, node.scalar(wide, 0));
  if (node.failed())
    return {};
  return {node.cast(result, type), node.cast(kept, maskType)};
}

void swage::onnx::registerRandomOps(Registry &registry) {
  registry.add("RandomUniform", 1, {0, 0}, importByShape<false>);
  registry.add("RandomNormal", 1, {0, 0}, importByShape<true>);
  registry.add("RandomUniformLike", 1, {1, 1}, importLike<false>);
  registry.add("RandomNormalLike", 1, {1, 1}, importLike<true>);
  registry.add("Bernoulli", 15, {1, 1}, importBernoulli);
  registry.add("Dropout", 1, {1, 3}, importDropout);
  registry.add("Multinomial", 7, {1, 1}, importMultinomial);
}
