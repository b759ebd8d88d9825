//===- MicrosoftTransformers.cpp - layers of exported transformers --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The operators of the domain com.microsoft that stand for parts of a
// transformer's layer other than attention, as the compositions that they are.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// A Gaussian error unit of the input and a bias.
template <bool approximate> static Results importGelu(NodeContext &node) {
  Value value = node.input(0);
  if (node.hasInput(1))
    value = node.create<nn::AddOp>(value, node.input(1));
  return node.create<nn::GeluOp>(value, approximate);
}

static Results importQuickGelu(NodeContext &node) {
  double alpha = node.floatAttr("alpha", 1.702f);
  Value value = node.input(0);
  if (node.failed())
    return {};
  Value gate = node.create<nn::SigmoidOp>(
      node.create<nn::MulOp>(value, node.scalarLike(value, alpha)));
  return node.create<nn::MulOp>(value, gate);
}

//===----------------------------------------------------------------------===//
// Normalisations of rows
//===----------------------------------------------------------------------===//

/// 1 / sqrt(mean of squares + epsilon) from the axis on, if that is asked for.
static Value reciprocalNorm(NodeContext &node, unsigned output, Value value,
                            int64_t axis, const llvm::APFloat &epsilon) {
  if (node.failed() || !node.hasOutput(output))
    return {};
  auto axes = llvm::to_vector(llvm::seq<int64_t>(axis, node.rank(value)));
  Type type = node.elementType(value);
  Value wide = node.cast(value, accumulator(type));
  Value mean = node.create<nn::ReduceMeanOp>(node.create<nn::MulOp>(wide, wide),
                                             axes, /*keep_dims=*/true);
  return reciprocalDeviation(node, mean, epsilon.convertToDouble());
}

static Results importSimplifiedLayerNorm(NodeContext &node) {
  node.ignoreAttr("stash_type");
  Value value = node.input(0), scale = node.input(1);
  int64_t axis = node.intAttr("axis", -1);
  llvm::APFloat epsilon(node.floatAttr("epsilon", 1e-5f));
  if (node.failed())
    return {};
  axis = node.axis(axis, node.rank(value));
  return {node.create<nn::RMSNormOp>(value, scale, axis, epsilon),
          reciprocalNorm(node, 1, value, axis, epsilon)};
}

/// The sum of a layer's input and output, and of a bias.
static Value addSkip(NodeContext &node, unsigned biasIndex) {
  Value sum = node.create<nn::AddOp>(node.input(0), node.input(1));
  if (node.hasInput(biasIndex))
    sum = node.create<nn::AddOp>(sum, node.input(biasIndex));
  return sum;
}

static Results importSkipSimplifiedLayerNorm(NodeContext &node) {
  llvm::APFloat epsilon(node.floatAttr("epsilon", 1e-12f));
  Value sum = addSkip(node, 3);
  if (node.failed())
    return {};
  int64_t last = node.rank(sum) - 1;
  Value result = node.create<nn::RMSNormOp>(sum, node.input(2), last, epsilon);
  Value deviation = reciprocalNorm(node, 2, sum, last, epsilon);
  // Nothing is subtracted: the mean counts as 0.
  Value mean;
  if (node.hasOutput(1) && !node.failed())
    mean =
        fill(node, node.scalar(node.builder().getF32Type(), 0),
             node.concat(
                 {node.create<nn::ShapeOp>(sum, 0, last), node.ints({1})}, 0));
  return {result, mean, deviation, sum};
}

static Results importSkipLayerNorm(NodeContext &node) {
  double epsilon = node.floatAttr("epsilon", 1e-12f);
  Value sum = addSkip(node, 4);
  if (node.failed())
    return {};
  int64_t last = node.rank(sum) - 1;
  Value result = node.create<nn::LayerNormOp>(sum, node.input(2), node.input(3),
                                              last, llvm::APFloat(epsilon));
  Value mean, deviation;
  if (node.hasOutput(1) || node.hasOutput(2)) {
    ArrayRef<int64_t> axes(last);
    mean = node.create<nn::ReduceMeanOp>(sum, axes, /*keep_dims=*/true);
    Value centred = node.create<nn::SubOp>(sum, mean);
    Value variance = node.create<nn::ReduceMeanOp>(
        node.create<nn::MulOp>(centred, centred), axes, /*keep_dims=*/true);
    if (node.failed())
      return {};
    deviation = node.create<nn::RsqrtOp>(
        node.create<nn::AddOp>(variance, node.scalarLike(variance, epsilon)));
  }
  return {result, mean, deviation, sum};
}

/// Words, positions and segments looked up, summed and normalised.
static Results importEmbedLayerNorm(NodeContext &node) {
  Value words = node.input(0), segments = node.input(1), mask = node.input(7),
        positions = node.input(8);
  llvm::APFloat epsilon(node.floatAttr("epsilon", 1e-12f));
  node.ignoreAttr("mask_index_type"); // tells shapes only
  Type i32 = node.builder().getI32Type();
  if (node.failed())
    return {};
  for (unsigned i : {2, 3, 5, 6})
    if (!node.hasInput(i))
      return node.bad("its input " + llvm::Twine(i) + " is missing");
  if (node.rank(words) != 2)
    return node.bad("its words must be a matrix of batch by length");
  if (!positions)
    positions = node.unsqueeze(
        countTo(node, node.create<nn::ShapeOp>(words, 1, 2)), {0});
  Value sum = node.create<nn::AddOp>(
      node.create<nn::GatherOp>(node.input(2), words, 0),
      node.create<nn::GatherOp>(node.input(3), positions, 0));
  if (segments && node.hasInput(4))
    sum = node.create<nn::AddOp>(
        sum, node.create<nn::GatherOp>(node.input(4), segments, 0));
  Value result = node.create<nn::LayerNormOp>(sum, node.input(5), node.input(6),
                                              2, epsilon);
  // How many words of each row count; all of them where nothing is said.
  Value counts;
  if (mask)
    counts = node.create<nn::ReduceSumOp>(
        node.cast(node.create<nn::EqualOp>(mask, node.scalarLike(mask, 1)),
                  i32),
        ArrayRef<int64_t>{1}, /*keep_dims=*/false);
  else
    counts =
        fill(node, node.scalar(i32, 0), node.create<nn::ShapeOp>(words, 0, 1));
  return {result, counts, sum};
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// The first dimension in front of the last two brought before the last: the
/// operator's way to take heads that lie beside each other as a batch.
static Value transposeBatch(NodeContext &node, Value value) {
  if (node.failed() || node.rank(value) < 3)
    return value;
  int64_t rank = node.rank(value);
  auto order = llvm::to_vector(llvm::seq<int64_t>(1, rank - 1));
  order.append({0, rank - 1});
  return node.transpose(value, order);
}

static Results importFusedMatMul(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  double alpha = node.floatAttr("alpha", 1);
  bool transposeLhs = node.boolAttr("transA", false),
       transposeRhs = node.boolAttr("transB", false);
  if (!node.requireSameType({lhs, rhs}))
    return {};
  if (node.boolAttr("transBatchA", false))
    lhs = transposeBatch(node, lhs);
  if (node.boolAttr("transBatchB", false))
    rhs = transposeBatch(node, rhs);
  if (alpha != 1 && !node.failed())
    lhs = node.create<nn::MulOp>(lhs, node.scalarLike(lhs, alpha));
  return node.create<nn::MatMulOp>(lhs, rhs, transposeLhs, transposeRhs);
}

/// Numbers of `bits` bits that lie in bytes, the first in the lowest bits, each
/// in a byte of its own: the last dimension grows by their number.
static Value unpackBits(NodeContext &node, Value bytes, int64_t bits) {
  if (node.failed() || bits == 8)
    return bytes;
  Type byte = node.elementType(bytes);
  int64_t rank = node.rank(bytes), count = 8 / bits;
  SmallVector<int64_t> shifts;
  for (int64_t i = 0; i < count; ++i)
    shifts.push_back(i * bits);
  Value parts = node.create<nn::ShiftRightOp>(
      node.unsqueeze(bytes, {rank}), node.intTensor(byte, {count}, shifts));
  parts = node.create<nn::BitwiseAndOp>(
      parts, node.intTensor(byte, {}, {(int64_t(1) << bits) - 1}));
  if (node.failed())
    return {};
  SmallVector<int64_t> sizes(node.shape(bytes));
  sizes.back() *= count;
  return node.reshape(parts, sizes);
}

/// A product with a matrix whose columns are quantised in blocks.
static Results importMatMulNBits(NodeContext &node) {
  int64_t depth = node.intAttr("K", 0), columns = node.intAttr("N", 0),
          bits = node.intAttr("bits", 4), block = node.intAttr("block_size", 0);
  node.ignoreAttr("accuracy_level");
  Value lhs = node.input(0), packed = node.input(1), scales = node.input(2),
        zeros = node.input(3), groups = node.input(4), bias = node.input(5);
  if (node.failed())
    return {};
  if (depth < 1 || columns < 1 || block < 1 ||
      !llvm::is_contained({2, 4, 8}, bits) || node.rank(packed) != 3 ||
      ShapedType::isDynamicShape(node.shape(packed)))
    return node.bad("it needs positive sizes, 2, 4 or 8 bits, and a matrix in "
                    "blocks");
  int64_t blocks = (depth + block - 1) / block;
  if (node.shape(packed) !=
      ArrayRef<int64_t>{columns, blocks, (block * bits + 7) / 8})
    return node.bad("its matrix is not made of the blocks that its attributes "
                    "describe");
  Type type = node.elementType(lhs), wide = accumulator(type);
  Value numbers = node.cast(unpackBits(node, packed, bits), wide);
  Value zero;
  if (!zeros) {
    zero = node.scalar(wide, double(int64_t(1) << (bits - 1)));
  } else {
    // Packed like the matrix, with whole bytes for each column.
    if (isa<IntegerType>(node.elementType(zeros))) {
      zeros = node.reshape(zeros, {columns, -1});
      zeros = node.slice(unpackBits(node, zeros, bits), 1, 0, blocks);
    }
    zero = node.reshape(node.cast(zeros, wide), {columns, blocks, 1});
  }
  scales = node.reshape(node.cast(scales, wide), {columns, blocks, 1});
  if (groups) {
    // Columns of the left operand name the block whose scale they share.
    numbers = node.slice(node.reshape(numbers, {columns, -1}), 1, 0, depth);
    auto spread = [&](Value table) -> Value {
      if (node.failed() || node.rank(table) == 0)
        return table;
      return node.create<nn::GatherOp>(node.reshape(table, {columns, blocks}),
                                       groups, 1);
    };
    scales = spread(scales);
    zero = spread(zero);
  }
  Value matrix =
      node.create<nn::MulOp>(node.create<nn::SubOp>(numbers, zero), scales);
  if (!groups)
    matrix = node.slice(node.reshape(matrix, {columns, -1}), 1, 0, depth);
  Value result = node.create<nn::MatMulOp>(
      node.failed() ? Value() : node.cast(lhs, wide), matrix,
      /*transpose_lhs=*/false, /*transpose_rhs=*/true);
  if (bias && !node.failed())
    result = node.create<nn::AddOp>(result, node.cast(bias, wide));
  return node.failed() ? Results() : Results(node.cast(result, type));
}

void swage::onnx::registerMicrosoftTransformersOps(Registry &registry) {
  auto add = [&](StringRef name, Arity arity, Handler handler) {
    registry.add(name, 1, arity, handler, "com.microsoft");
  };
  add("Gelu", {1, 1}, importGelu<false>);
  add("BiasGelu", {2, 2}, importGelu<false>);
  add("FastGelu", {1, 2}, importGelu<true>);
  add("QuickGelu", {1, 1}, importQuickGelu);
  add("SimplifiedLayerNormalization", {2, 2}, importSimplifiedLayerNorm);
  // ONNX Runtime's optimizer writes this one without a domain.
  registry.add("SimplifiedLayerNormalization", 1, {2, 2},
               importSimplifiedLayerNorm);
  add("SkipSimplifiedLayerNormalization", {3, 4},
      importSkipSimplifiedLayerNorm);
  add("SkipLayerNormalization", {3, 5}, importSkipLayerNorm);
  add("EmbedLayerNormalization", {1, 9}, importEmbedLayerNorm);
  add("FusedMatMul", {2, 2}, importFusedMatMul);
  add("MatMulNBits", {3, 6}, importMatMulNBits);
}
