//===- DimensionsTest.cpp - tests of the order of dimensions --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include <gtest/gtest.h>
#include <string>

using namespace swage::halide;

// Our outermost dimension is Halide's last.
TEST(Dimensions, CountFromTheOtherEnd) {
  EXPECT_EQ(halideDim(4, 0), 3);
  EXPECT_EQ(halideDim(4, 3), 0);
  EXPECT_EQ(halideDim(1, 0), 0);
}

// A list is in Halide's order where halideDim says.
TEST(Dimensions, ListsAgreeWithNumbers) {
  std::vector<std::string> list = {"batch", "row", "column", "channel"};
  std::vector<std::string> reversed = toHalideOrder(list);
  ASSERT_EQ(reversed.size(), list.size());
  for (int dim = 0; dim < 4; ++dim)
    EXPECT_EQ(reversed[halideDim(4, dim)], list[dim]);
  EXPECT_EQ(toHalideOrder(reversed), list);
  EXPECT_TRUE(toHalideOrder(std::vector<int>()).empty());
}
