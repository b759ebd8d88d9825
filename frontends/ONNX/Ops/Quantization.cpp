//===- Quantization.cpp - quantised tensors -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A quantised tensor stands for (q - zero point) * scale. Products of quantised
// tensors are computed in i32, without rounding.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Quantization.h"
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Convolution.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The element type that an attribute names; `otherwise` where it is 0.
static Type typeAttr(NodeContext &node, StringRef name, Type otherwise) {
  int64_t number = node.intAttr(name, 0);
  if (number == 0)
    return otherwise;
  Type type = swage::onnx::elementTypeOf(number, node.context());
  if (!type)
    node.bad("its attribute '" + name + "' is not an element type");
  return type;
}

/// A scale or zero point, in a shape that broadcasts against `value`: for the
/// whole tensor, for every place on the axis, or for blocks along it.
static Value spread(NodeContext &node, Value parameter, Value value,
                    int64_t axis, int64_t blockSize) {
  if (!parameter || node.failed())
    return parameter;
  int64_t rank = node.rank(value);
  if (node.rank(parameter) == 0)
    return parameter;
  if (node.shape(parameter) == ArrayRef<int64_t>{1})
    return node.reshape(parameter, {});
  // A vector that cannot go along an axis has one element in the run, too.
  if (node.rank(parameter) == 1 && !nn::normalizeAxis(axis, rank) &&
      ShapedType::isDynamic(node.shape(parameter)[0]))
    return node.reshape(parameter, {});
  axis = node.axis(axis, rank);
  if (node.failed())
    return {};
  if (node.rank(parameter) == 1 && blockSize == 0)
    return alongAxis(node, parameter, axis, rank);
  if (node.rank(parameter) != rank || blockSize <= 0) {
    node.bad("its scale and zero point must be scalars, vectors along the axis "
             "or, with a block size, as many dimensions as its input");
    return {};
  }
  int64_t blocks = node.shape(parameter)[axis];
  int64_t size = node.shape(value)[axis];
  // What is not known here shows in the run, as sizes that do not fit.
  bool areKnown =
      !ShapedType::isDynamic(blocks) && !ShapedType::isDynamic(size);
  if (areKnown &&
      (blocks * blockSize < size || (blocks - 1) * blockSize >= size)) {
    node.bad("its blocks do not cover axis " + llvm::Twine(axis));
    return {};
  }
  // [.., blocks, ..] -> [.., blocks, block, ..] -> [.., blocks * block, ..]
  SmallVector<Value> apart, joined;
  for (int64_t i = 0; i < rank; ++i) {
    Value count = node.create<nn::ShapeOp>(parameter, i, i + 1);
    apart.push_back(count);
    joined.push_back(count);
    if (i == axis) {
      apart.push_back(node.ints({blockSize}));
      joined.back() = node.create<nn::MulOp>(count, apart.back());
    }
  }
  Value all = node.create<nn::ExpandOp>(node.unsqueeze(parameter, {axis + 1}),
                                        node.concat(apart, 0));
  all = node.create<nn::ReshapeOp>(all, node.concat(joined, 0),
                                   /*allow_zero=*/true);
  return node.create<nn::SliceOp>(
      all, node.ints({0}), node.create<nn::ShapeOp>(value, axis, axis + 1),
      node.ints({1}), ArrayRef<int64_t>{axis});
}

Value swage::onnx::roundTo(NodeContext &node, Value scaled, Value zeroPoint,
                           Type type, bool saturate) {
  if (node.failed())
    return {};
  Type wide = node.elementType(scaled);
  auto integer = dyn_cast<IntegerType>(type);
  if (integer)
    scaled = node.create<nn::RoundOp>(scaled);
  if (zeroPoint)
    scaled = node.create<nn::AddOp>(scaled, node.cast(zeroPoint, wide));
  if (node.failed())
    return {};
  if (!integer)
    return node.create<nn::CastOp>(scaled, TypeAttr::get(type),
                                   node.builder().getBoolAttr(saturate));
  unsigned width = integer.getWidth();
  bool isUnsigned = integer.isUnsigned();
  double low = isUnsigned ? 0 : -std::ldexp(1, width - 1);
  double end = std::ldexp(1, isUnsigned ? width : width - 1);
  double high = width < 64 ? end - 1 : std::nextafter(end, 0.0);
  scaled = node.create<nn::MaxOp>(scaled, node.scalar(wide, low));
  scaled = node.create<nn::MinOp>(scaled, node.scalar(wide, high));
  return node.cast(scaled, type);
}

static Results importQuantizeLinear(NodeContext &node) {
  Value value = node.input(0), scale = node.input(1), zero = node.input(2);
  int64_t axis = node.intAttr("axis", 1);
  int64_t blockSize = node.intAttr("block_size", 0);
  bool saturate = node.boolAttr("saturate", true);
  Type byte = IntegerType::get(node.context(), 8, IntegerType::Unsigned);
  Type type =
      typeAttr(node, "output_dtype", zero ? node.elementType(zero) : byte);
  if (node.failed())
    return {};
  if (zero && node.elementType(zero) != type)
    return node.bad("its zero point has another type than its output");
  if (isa<IntegerType>(node.elementType(scale)))
    scale = node.cast(scale, node.builder().getF32Type());
  if (node.failed() || !isa<FloatType>(node.elementType(scale)))
    return node.bad("its scale must be floating-point numbers");
  Type given = typeAttr(node, "precision", Type());
  if (node.failed())
    return {};
  // The quotient of two narrow numbers is rounded as their type has it, by
  // dividing in a type with more than twice the bits; what follows is exact.
  Type same = node.elementType(scale);
  Type precision = given ? given : node.elementType(value);
  bool isNarrow = given || precision == same;
  Type wide = accumulator(given ? given : same);
  if (given) {
    value = node.cast(value, given);
    scale = node.cast(scale, given);
  }
  scale = node.cast(spread(node, scale, value, axis, blockSize), wide);
  zero = spread(node, zero, value, axis, blockSize);
  Value scaled = node.create<nn::DivOp>(node.cast(value, wide), scale);
  if (isNarrow)
    scaled = node.cast(node.cast(scaled, precision), wide);
  return roundTo(node, scaled, zero, type, saturate);
}

static Results importDequantizeLinear(NodeContext &node) {
  Value value = node.input(0), scale = node.input(1), zero = node.input(2);
  int64_t axis = node.intAttr("axis", 1);
  int64_t blockSize = node.intAttr("block_size", 0);
  Type type = typeAttr(node, "output_dtype", node.elementType(scale));
  if (!node.requireSameType({value, zero}))
    return {};
  Type wide = accumulator(type);
  // The difference of two integers is exact.
  bool isInteger = isa<IntegerType>(node.elementType(value));
  Type exact = isInteger ? Type(node.builder().getI32Type()) : wide;
  zero = spread(node, zero, value, axis, blockSize);
  scale = spread(node, scale, value, axis, blockSize);
  value = node.cast(value, exact);
  if (zero)
    value = node.create<nn::SubOp>(value, node.cast(zero, exact));
  value =
      node.create<nn::MulOp>(node.cast(value, wide), node.cast(scale, wide));
  return node.cast(value, type);
}

DynamicBytes swage::onnx::quantizeDynamically(NodeContext &node, Value value) {
  if (node.failed() || !node.elementType(value).isF32()) {
    node.bad("its input must be f32");
    return {};
  }
  Type byte = IntegerType::get(node.context(), 8, IntegerType::Unsigned);
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(value)));
  Value none = node.scalarLike(value, 0);
  Value high = node.create<nn::MaxOp>(
      node.create<nn::ReduceMaxOp>(value, all, /*keep_dims=*/false), none);
  Value low = node.create<nn::MinOp>(
      node.create<nn::ReduceMinOp>(value, all, /*keep_dims=*/false), none);
  if (node.failed())
    return {};
  Value scale = node.create<nn::DivOp>(node.create<nn::SubOp>(high, low),
                                       node.scalarLike(value, 255));
  // Of nothing but zeros, every scale is right that can divide.
  scale = node.create<nn::SelectOp>(node.create<nn::EqualOp>(scale, none),
                                    node.scalarLike(value, 1), scale);
  Value zero =
      roundTo(node, node.create<nn::NegOp>(node.create<nn::DivOp>(low, scale)),
              {}, byte, true);
  Value scaled = node.create<nn::DivOp>(value, scale);
  return {roundTo(node, scaled, zero, byte, true), scale, zero};
}

static Results importDynamicQuantizeLinear(NodeContext &node) {
  DynamicBytes result = quantizeDynamically(node, node.input(0));
  return {result.bytes, result.scale, result.zeroPoint};
}

/// A parameter that may have an entry for every row of the first operand of a
/// matrix product.
static Value byRow(NodeContext &node, Value parameter) {
  if (!parameter || node.failed() || node.rank(parameter) != 1)
    return parameter;
  return node.unsqueeze(parameter, {1});
}

Value swage::onnx::multiplyQuantized(NodeContext &node, Value lhs,
                                     Value lhsZero, Value rhs, Value rhsZero) {
  auto same = [&](Value zero) {
    return zero && !node.failed() ? SmallVector<int64_t>(node.shape(zero))
                                  : SmallVector<int64_t>();
  };
  lhsZero = byRow(node, lhsZero);
  lhs = centre(node, lhs, lhsZero, same(lhsZero));
  rhs = centre(node, rhs, rhsZero, same(rhsZero));
  return node.create<nn::MatMulOp>(lhs, rhs, /*transpose_lhs=*/false,
                                   /*transpose_rhs=*/false);
}

static Results importMatMulInteger(NodeContext &node) {
  return multiplyQuantized(node, node.input(0), node.input(2), node.input(1),
                           node.input(3));
}

/// Brings sums in i32 to the scale of the result.
static Value requantize(NodeContext &node, Value sums, Value lhsScale,
                        Value rhsScale, Value scale, Value zero) {
  if (node.failed())
    return {};
  Type wide = node.builder().getF32Type();
  Value factor =
      node.create<nn::DivOp>(node.create<nn::MulOp>(node.cast(lhsScale, wide),
                                                    node.cast(rhsScale, wide)),
                             node.cast(scale, wide));
  Value scaled = node.create<nn::MulOp>(node.cast(sums, wide), factor);
  return roundTo(node, scaled, zero, node.elementType(zero), true);
}

static Results importQLinearMatMul(NodeContext &node) {
  Value sums = multiplyQuantized(node, node.input(0), node.input(2),
                                 node.input(3), node.input(5));
  return requantize(node, sums, byRow(node, node.input(1)), node.input(4),
                    byRow(node, node.input(6)), byRow(node, node.input(7)));
}

static Results importQLinearConv(NodeContext &node) {
  Value input = node.input(0), filter = node.input(3);
  if (node.failed() || node.rank(filter) < 3)
    return node.bad("its filter must have three dimensions or more");
  int64_t rank = node.rank(filter);
  // Parameters of the filter may have an entry for every result channel.
  SmallVector<int64_t> perFilter(rank, 1), perChannel(rank, 1);
  perFilter[0] = perChannel[1] = -1;
  Value scale = node.input(4);
  if (node.rank(scale) > 0)
    scale = node.reshape(scale, perChannel);
  Value sums =
      convolve(node, centre(node, input, node.input(2), {}),
               centre(node, filter, node.input(5), perFilter), node.input(8));
  auto scalar = [&](unsigned index) {
    return node.reshape(node.input(index), {});
  };
  return requantize(node, sums, scalar(1), scale, scalar(6), scalar(7));
}

void swage::onnx::registerQuantizationOps(Registry &registry) {
  registry.add("QuantizeLinear", 10, {2, 3}, importQuantizeLinear);
  registry.add("DequantizeLinear", 10, {2, 3}, importDequantizeLinear);
  registry.add("DynamicQuantizeLinear", 11, {1, 1},
               importDynamicQuantizeLinear);
  registry.add("MatMulInteger", 10, {2, 4}, importMatMulInteger);
  registry.add("QLinearMatMul", 10, {8, 8}, importQLinearMatMul);
  registry.add("QLinearConv", 10, {8, 9}, importQLinearConv);
}
