//===- Sampler.cpp - the next token from the scores of all ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Sampler.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Generation/Sampler.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace swage;

namespace {
struct Candidate {
  int64_t token;
  double weight; ///< its score at first, then its share of the probability
};
} // namespace

/// Of equals the one that comes first is the better.
static bool isWorse(const Candidate &left, const Candidate &right) {
  return left.weight != right.weight ? left.weight < right.weight
                                     : left.token > right.token;
}

static double getTotal(ArrayRef<Candidate> candidates) {
  double total = 0;
  for (const Candidate &candidate : candidates)
    total += candidate.weight;
  return total;
}

Expected<int64_t> Sampler::choose(ArrayRef<float> scores) {
  std::vector<Candidate> candidates;
  candidates.reserve(scores.size());
  for (auto [token, score] : enumerate(scores))
    // Minus infinity is how models forbid a token.
    if (!std::isnan(score) && score != -INFINITY)
      candidates.push_back({static_cast<int64_t>(token), score});
  if (candidates.empty())
    return createStringError("none of the model's scores is a number");
  auto best = max_element(candidates, isWorse);
  // A score of infinity leaves no other choice either.
  if (options.temperature == 0 || best->weight == INFINITY)
    return best->token;

  double highest = best->weight;
  for (Candidate &candidate : candidates)
    candidate.weight =
        std::exp((candidate.weight - highest) / options.temperature);

  // The most likely tokens, best first: only as many as the filters look at.
  std::vector<Candidate> likely;
  auto takeBest = [&] {
    std::pop_heap(candidates.begin(), candidates.end(), isWorse);
    likely.push_back(candidates.back());
    candidates.pop_back();
  };
  if (options.topK > 0 && options.topK < candidates.size()) {
    std::make_heap(candidates.begin(), candidates.end(), isWorse);
    while (likely.size() < options.topK)
      takeBest();
    candidates = std::move(likely);
    likely.clear();
  }
  double total = getTotal(candidates);
  if (options.topP < 1) {
    std::make_heap(candidates.begin(), candidates.end(), isWorse);
    double sum = 0;
    do {
      takeBest();
      sum += likely.back().weight;
    } while (sum < options.topP * total && !candidates.empty());
    candidates = std::move(likely);
    total = sum;
  }

  // The standard's distributions differ between libraries; 53 bits of the
  // generator do not.
  double left = std::ldexp(double(random() >> 11), -53) * total;
  for (const Candidate &candidate : candidates) {
    left -= candidate.weight;
    if (left < 0)
      return candidate.token;
  }
  return candidates.back().token;
}
