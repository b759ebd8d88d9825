//===- ScheduleTest.cpp - tests of how loops are tiled --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Register tiles by the room that a first-level cache has for their rows.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Schedule.h"
#include <gtest/gtest.h>

using namespace swage;

namespace {

constexpr int64_t kPage = 4096, kLine = 64;

/// 32 registers of 512 bits, and a first-level cache of twelve ways.
TargetInfo makeWide() {
  TargetInfo target;
  target.vectorBits = 512;
  target.vectorRegisters = 32;
  target.l1Bytes = 12 * kPage;
  return target;
}

ContractionShape makeShape(int64_t rows, int64_t rowBytes) {
  ContractionShape shape;
  shape.rows = rows;
  shape.columns = 48;
  shape.vectors = 3;
  shape.rowBytes = rowBytes;
  return shape;
}

TEST(Schedule, RowsOfOneSetLeaveAThirdToThePanel) {
  TargetInfo target = makeWide();
  EXPECT_EQ(chooseContractionTile(target, makeShape(1024, kPage), 16).rows, 8);
  EXPECT_EQ(chooseContractionTile(target, makeShape(1024, 2 * kPage), 16).rows,
            8);
  EXPECT_EQ(
      chooseContractionTile(target, makeShape(1024, kPage + kLine), 16).rows,
      9);
}

TEST(Schedule, FewRowsMayCrowdASet) {
  EXPECT_EQ(chooseContractionTile(makeWide(), makeShape(49, kPage), 16).rows, 9);
}

TEST(Schedule, HalvedVectorsHaveTimeForACrowdedSet) {
  TargetInfo target = makeWide();
  target.multipliesHalves = true;
  EXPECT_EQ(chooseContractionTile(target, makeShape(1024, kPage), 16).rows, 9);
}

TEST(Schedule, RowsBeyondTheWaysAreNotTaken) {
  TargetInfo target = makeWide();
  target.l1Bytes = 4 * kPage;
  target.multipliesHalves = true;
  EXPECT_LE(chooseContractionTile(target, makeShape(1024, kPage), 16).rows, 4);
}

TEST(Schedule, SixRowsOfAVX2FitEightWays) {
  TargetInfo target;
  target.vectorBits = 256;
  target.vectorRegisters = 16;
  target.l1Bytes = 8 * kPage;
  ContractionShape shape = makeShape(1024, kPage);
  shape.columns = 1024;
  shape.vectors = 0;
  RegisterTile tile = chooseContractionTile(target, shape, 8);
  EXPECT_EQ(tile.rows, 6);
  EXPECT_EQ(tile.vectors, 2);
}

} // namespace
