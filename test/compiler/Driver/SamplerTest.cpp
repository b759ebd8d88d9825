//===- SamplerTest.cpp - tests of the choice of tokens --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Counts what is chosen and compares with the probabilities.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Generation/Sampler.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace llvm;
using namespace swage;

namespace {
constexpr float kNone = -std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// How often each of `scores` is chosen, of one.
std::vector<double> getShares(const SamplingOptions &options,
                              ArrayRef<float> scores) {
  constexpr int kTimes = 20000;
  std::vector<double> shares(scores.size());
  Sampler sampler(options);
  for (int i = 0; i < kTimes; ++i) {
    Expected<int64_t> token = sampler.choose(scores);
    EXPECT_TRUE(bool(token)) << toString(token.takeError());
    shares[*token] += 1.0 / kTimes;
  }
  return shares;
}

void expectShares(const SamplingOptions &options, ArrayRef<float> scores,
                  ArrayRef<double> expected) {
  std::vector<double> shares = getShares(options, scores);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(shares[i], expected[i], 0.02) << "token " << i;
    if (expected[i] == 0)
      EXPECT_EQ(shares[i], 0) << "token " << i;
  }
}

// Logarithms of 0.5, 0.3 and 0.2, plus 7.
const float kScores[] = {float(std::log(0.3)) + 7, float(std::log(0.5)) + 7,
                         float(std::log(0.2)) + 7};

TEST(Sampler, TakesTheFirstOfTheBest) {
  Sampler sampler({});
  EXPECT_EQ(cantFail(sampler.choose({1, 3, 3, kNone, kNaN})), 1);
}

TEST(Sampler, FollowsTheProbabilities) {
  expectShares({1.0}, kScores, {0.3, 0.5, 0.2});
}

TEST(Sampler, TemperatureLevels) {
  // Square roots, in proportion.
  double sum = std::sqrt(0.5) + std::sqrt(0.3) + std::sqrt(0.2);
  expectShares({2.0}, kScores,
               {std::sqrt(0.3) / sum, std::sqrt(0.5) / sum,
                std::sqrt(0.2) / sum});
}

TEST(Sampler, TopKKeepsTheBest) {
  expectShares({1.0, 2}, kScores, {0.375, 0.625, 0});
  expectShares({1.0, 100}, kScores, {0.3, 0.5, 0.2});
}

TEST(Sampler, TopPKeepsTheNucleus) {
  // 0.5 alone does not reach 0.6, 0.8 does.
  expectShares({1.0, 0, 0.6}, kScores, {0.375, 0.625, 0});
  expectShares({1.0, 0, 0.45}, kScores, {0, 1, 0});
  // Of what the best two leave, the first has 0.625.
  expectShares({1.0, 2, 0.6}, kScores, {0, 1, 0});
}

TEST(Sampler, NeverChoosesWhatIsForbidden) {
  expectShares({1.0}, {0, kNone, 0, kNaN}, {0.5, 0, 0.5, 0});
}

TEST(Sampler, SeedsAreReproducible) {
  SamplingOptions options{1.0, 0, 1, 42};
  Sampler one(options), other(options);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(cantFail(one.choose(kScores)), cantFail(other.choose(kScores)));
}

TEST(Sampler, RefusesScoresThatAreNone) {
  Expected<int64_t> token = Sampler({}).choose({kNaN, kNone});
  ASSERT_FALSE(bool(token));
  EXPECT_EQ(toString(token.takeError()),
            "none of the model's scores is a number");
}
} // namespace
