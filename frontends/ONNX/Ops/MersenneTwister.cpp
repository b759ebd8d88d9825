//===- MersenneTwister.cpp - the numbers that NumPy draws -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// MT19937 of Matsumoto and Nishimura (1998), with their initialisation of 2002,
// as a loop of which every iteration gives the words of one state. All words of
// a state can be computed at once but for the last, and those that the first
// and the second 227 depend on.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/MersenneTwister.h"
#include "frontends/ONNX/Loops.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {
constexpr int64_t kWords = 624, kOther = 397, kApart = kWords - kOther;

class Twister {
public:
  explicit Twister(NodeContext &node)
      : node(node),
        type(IntegerType::get(node.context(), 32, IntegerType::Unsigned)) {}

  Value firstState(uint32_t seed) {
    SmallVector<int64_t> words{seed};
    for (uint32_t i = 1; i < kWords; ++i)
      words.push_back(
          uint32_t(1812433253u * (words.back() ^ words.back() >> 30) + i));
    return node.intTensor(type, {kWords}, words);
  }

  Value nextState(Value state) {
    auto part = [&](Value of, int64_t start, int64_t end) {
      return node.slice(of, 0, start, end);
    };
    Value mixed = mix(part(state, 0, kWords - 1), part(state, 1, kWords));
    Value first = bitXor(part(state, kOther, kWords), part(mixed, 0, kApart));
    Value second = bitXor(first, part(mixed, kApart, 2 * kApart));
    int64_t rest = kWords - 1 - 2 * kApart;
    Value third =
        bitXor(part(second, 0, rest), part(mixed, 2 * kApart, kWords - 1));
    Value last =
        bitXor(part(second, rest, rest + 1),
               mix(part(state, kWords - 1, kWords), part(first, 0, 1)));
    return node.concat({first, second, third, last}, 0);
  }

  /// The words of a state as they are given away.
  Value temper(Value state) {
    Value word = bitXor(state, shiftRight(state, 11));
    word = bitXor(word, bitAnd(shiftLeft(word, 7), 0x9d2c5680));
    word = bitXor(word, bitAnd(shiftLeft(word, 15), 0xefc60000));
    return bitXor(word, shiftRight(word, 18));
  }

  Value shiftRight(Value value, int64_t by) {
    return node.create<nn::ShiftRightOp>(value, constant(by));
  }

private:
  Value constant(int64_t bits) { return node.intTensor(type, {}, {bits}); }
  Value bitXor(Value a, Value b) { return node.create<nn::BitwiseXorOp>(a, b); }
  Value bitAnd(Value value, int64_t bits) {
    return node.create<nn::BitwiseAndOp>(value, constant(bits));
  }
  Value shiftLeft(Value value, int64_t by) {
    return node.create<nn::ShiftLeftOp>(value, constant(by));
  }
  /// The upper bit of a word and the others of the next, multiplied by the
  /// matrix of the generator.
  Value mix(Value word, Value next) {
    Value joined = node.create<nn::BitwiseOrOp>(bitAnd(word, 0x80000000),
                                                bitAnd(next, 0x7fffffff));
    Value odd = node.create<nn::MulOp>(bitAnd(joined, 1), constant(0x9908b0df));
    return bitXor(shiftRight(joined, 1), odd);
  }

  NodeContext &node;
  Type type;
};
} // namespace

Value swage::onnx::drawLikeNumPy(NodeContext &node, Value shape,
                                 uint32_t seed) {
  Value count = node.create<nn::ReduceProdOp>(shape, ArrayRef<int64_t>{0},
                                              /*keep_dims=*/false);
  if (node.failed())
    return {};
  // A number is made of two words.
  int64_t numbers = kWords / 2;
  Value states = node.create<nn::DivOp>(
      node.create<nn::AddOp>(count, node.scalarLike(count, numbers - 1)),
      node.scalarLike(count, numbers));
  LoopBounds bounds;
  bounds.count = toIndex(node, states);
  Twister twister(node);
  auto body = [&](Value, Value,
                  ArrayRef<Value> carried) -> std::optional<Iteration> {
    Value state = twister.nextState(carried.front());
    Value words = twister.temper(state);
    if (node.failed())
      return std::nullopt;
    return Iteration{{}, {state}, {words}};
  };
  SmallVector<Value> results =
      buildLoop(node, bounds, twister.firstState(seed), body);
  if (node.failed())
    return {};
  Value words = node.reshape(results.back(), {-1, 2});
  Type f64 = node.builder().getF64Type();
  auto half = [&](int64_t index, int64_t bits) {
    Value half = node.slice(words, 1, index, index + 1);
    return node.cast(twister.shiftRight(half, bits), f64);
  };
  Value drawn = node.create<nn::AddOp>(
      node.create<nn::MulOp>(half(0, 5), node.scalar(f64, 67108864)),
      half(1, 6));
  drawn = node.create<nn::MulOp>(drawn, node.scalar(f64, 0x1p-53));
  drawn = node.reshape(drawn, {-1});
  drawn =
      node.create<nn::SliceOp>(drawn, node.ints({0}), node.reshape(count, {1}),
                               node.ints({1}), ArrayRef<int64_t>{0});
  return node.create<nn::ReshapeOp>(drawn, shape, /*allow_zero=*/true);
}
