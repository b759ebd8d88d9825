//===- Sampler.h - the next token from the scores of all --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Chooses tokens: the best one, or one at random from the most likely.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_GENERATION_SAMPLER_H
#define SWAGE_COMPILER_DRIVER_GENERATION_SAMPLER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <random>

namespace swage {

/// How the next token is chosen. The filters apply in the order in which they
/// are listed, each to what the one before has left.
struct SamplingOptions {
  double temperature = 0; ///< divides the scores; 0 takes the best token
  uint64_t topK = 0;      ///< only so many of the most likely tokens; 0: all
  /// Only the most likely tokens that together have this probability
  /// ("nucleus sampling", arXiv:1904.09751); 1: all.
  double topP = 1;
  uint64_t seed = 0;
};

/// Chooses one token after another. The same seed gives the same choices, on
/// every machine and with every standard library.
class Sampler {
public:
  explicit Sampler(const SamplingOptions &options)
      : options(options), random(options.seed) {}

  /// The index of the chosen one of `scores`, which are logits: logarithms of
  /// probabilities up to a constant. Of equal scores the first is the best.
  /// Fails where no score is a number above minus infinity.
  llvm::Expected<int64_t> choose(llvm::ArrayRef<float> scores);

private:
  SamplingOptions options;
  std::mt19937_64 random;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_GENERATION_SAMPLER_H
