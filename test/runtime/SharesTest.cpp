//===- SharesTest.cpp - which thread does which part of a loop ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "FakeModel.h"
#include <gtest/gtest.h>
#include <utility>
#include <vector>

extern "C" void takeShares(int32_t threads, int64_t count, int64_t grain,
                           bool backward, const int32_t *slots, int64_t turns,
                           int64_t *begins, int64_t *ends);

using namespace swage::test;

namespace {

using Slices = std::vector<std::pair<int64_t, int64_t>>;

Slices take(int32_t threads, int64_t count, int64_t grain, bool backward,
            const std::vector<int32_t> &slots) {
  std::vector<int64_t> begins(slots.size()), ends(slots.size());
  takeShares(threads, count, grain, backward, slots.data(), slots.size(),
             begins.data(), ends.data());
  Slices slices;
  for (size_t i = 0; i < slots.size(); ++i)
    slices.push_back({begins[i], ends[i]});
  return slices;
}

TEST(Shares, AreTheSameWhoeverComesFirst) {
  EXPECT_EQ(take(2, 16, 1, false, {0, 1, 0, 1}),
            (Slices{{0, 4}, {8, 12}, {4, 6}, {12, 14}}));
  EXPECT_EQ(take(2, 16, 1, false, {1, 1, 0, 0}),
            (Slices{{8, 12}, {12, 14}, {0, 4}, {4, 6}}));
}

TEST(Shares, AreTakenFromTheEndBackward) {
  EXPECT_EQ(take(2, 16, 1, true, {0, 0, 1}),
            (Slices{{4, 8}, {2, 4}, {12, 16}}));
}

TEST(Shares, AreTakenFromOthersAtTheFarEnd) {
  EXPECT_EQ(
      take(2, 8, 1, false, {0, 0, 0, 0, 0, 1, 1, 1}),
      (Slices{
          {0, 2}, {2, 3}, {3, 4}, {6, 8}, {5, 6}, {4, 5}, {-1, -1}, {-1, -1}}));
  EXPECT_EQ(take(2, 8, 1, true, {0, 0, 0, 0, 1}),
            (Slices{{2, 4}, {1, 2}, {0, 1}, {4, 6}, {7, 8}}));
}

TEST(Shares, AreUnitsOfTheGrainAndTheRest) {
  EXPECT_EQ(take(2, 35, 10, false, {0, 1, 1, 0}),
            (Slices{{0, 10}, {10, 20}, {20, 35}, {-1, -1}}));
  // More threads than units.
  EXPECT_EQ(take(4, 25, 10, false, {3, 2, 1, 0}),
            (Slices{{0, 10}, {10, 25}, {-1, -1}, {-1, -1}}));
}

TEST(Shares, AreThoseOfLoopsOfAnyLength) {
  int64_t count = INT64_MAX - 5;
  Slices slices = take(2, count, 3, false, {0, 1});
  EXPECT_EQ(slices[0].first, 0);
  EXPECT_NEAR(double(slices[0].second), double(count) / 4, 1e13);
  EXPECT_NEAR(double(slices[1].first), double(count) / 2, 1e13);
  EXPECT_EQ(slices[1].first % 3, 0);
}

/// The first iterations of the slices of loops, in the order in which one
/// thread does them.
std::vector<int64_t> begins;

void note(swage_exec *, void *, int64_t begin, int64_t) {
  begins.push_back(begin);
}

void ignore(swage_exec *, void *, int64_t, int64_t) {}

TEST(Shares, ALoopThatFollowsItselfTurnsBack) {
  FakeModel model([](swage_exec *exec) {
    for (int64_t grain : {1, 1, 1})
      swage_rt_parallel_for(exec, note, nullptr, 3, grain);
    swage_rt_parallel_for(exec, ignore, nullptr, 3, 1);
    swage_rt_parallel_for(exec, note, nullptr, 3, 1);
    return 0;
  });
  Session session(model, 1);
  ASSERT_EQ(session.status, SWAGE_OK) << session.error;
  begins.clear();
  ASSERT_EQ(session.run(nullptr, nullptr), SWAGE_OK) << session.error;
  EXPECT_EQ(begins, (std::vector<int64_t>{0, 2, 1, 0, 0, 0}));
}

} // namespace
