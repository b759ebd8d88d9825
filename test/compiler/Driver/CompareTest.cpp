//===- CompareTest.cpp - tests of the comparison of drawn numbers ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Compare.h"
#include "swage/io.h"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

using namespace llvm;
using namespace swage;

namespace {
/// A vector with an owner.
template <typename T> Tensor makeTensor(int32_t dtype, ArrayRef<T> elements) {
  Tensor tensor;
  tensor->dtype = dtype;
  tensor->rank = 1;
  tensor->dims[0] = elements.size();
  tensor->data = std::malloc(elements.size() * sizeof(T));
  std::memcpy(tensor->data, elements.data(), elements.size() * sizeof(T));
  return tensor;
}

std::string compare(ArrayRef<float> drawn, onnx::DrawnNumbers bounds) {
  Tensor actual = makeTensor<float>(SWAGE_F32, drawn);
  Tensor expected =
      makeTensor<float>(SWAGE_F32, SmallVector<float>(drawn.size()));
  return compareDraws(actual, expected, bounds, Tolerance());
}

TEST(CompareDraws, TakesWhatIsWithinTheBounds) {
  EXPECT_EQ(compare({2, 2.5, 3}, {2, 3, false}), "");
  EXPECT_EQ(compare({-1e30f, 1e30f}, {}), "");
}

TEST(CompareDraws, NamesWhatIsBeyondThem) {
  EXPECT_EQ(compare({2, 3.5}, {2, 3, false}),
            "has 3.5 at [1], drawn from 2.00 to 3.00");
  EXPECT_EQ(compare({1.5, 3}, {2, 3, false}),
            "has 1.5 at [0], drawn from 2.00 to 3.00");
  EXPECT_NE(compare({NAN}, {}), "");
}

TEST(CompareDraws, WantsWholeNumbers) {
  EXPECT_EQ(compare({0, 1}, {0, 1, true}), "");
  EXPECT_EQ(compare({0, 0.5}, {0, 1, true}),
            "has 0.5 at [1], drawn from whole numbers");
}

TEST(CompareDraws, HoldsIntegersToTheBoundsThemselves) {
  Tensor expected = makeTensor<int32_t>(SWAGE_I32, {0, 0});
  Tensor within = makeTensor<int32_t>(SWAGE_I32, {0, 2});
  Tensor beyond = makeTensor<int32_t>(SWAGE_I32, {0, 3});
  onnx::DrawnNumbers classes{0, 2, true};
  EXPECT_EQ(compareDraws(within, expected, classes, Tolerance()), "");
  EXPECT_NE(compareDraws(beyond, expected, classes, Tolerance()), "");
}

TEST(CompareDraws, WantsTheTypeAndTheShape) {
  Tensor drawn = makeTensor<float>(SWAGE_F32, {0, 1});
  Tensor longer = makeTensor<float>(SWAGE_F32, {0, 1, 1});
  Tensor other = makeTensor<double>(SWAGE_F64, {0, 1});
  EXPECT_NE(compareDraws(drawn, longer, {}, Tolerance()), "");
  EXPECT_NE(compareDraws(drawn, other, {}, Tolerance()), "");
}
} // namespace
