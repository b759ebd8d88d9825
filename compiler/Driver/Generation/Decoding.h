//===- Decoding.h - one text on its way through a decoder -------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The state between two runs of a decoder: what it has read, and the keys and
// values that it wants to see again.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_GENERATION_DECODING_H
#define SWAGE_COMPILER_DRIVER_GENERATION_DECODING_H

#include "compiler/Driver/Generation/DecoderSignature.h"
#include "compiler/Driver/LoadedModel.h"

namespace swage {

class Decoding {
public:
  Decoding(const LoadedModel &model, const DecoderSignature &decoder)
      : model(model), decoder(decoder), caches(decoder.caches.size()) {}

  /// Reads `tokens` after those of earlier calls. The result is the score of
  /// each token of the vocabulary to be the next one, until the next call.
  llvm::Expected<llvm::ArrayRef<float>> read(llvm::ArrayRef<int64_t> tokens);

private:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<char, Free>;

  /// The rows of one cache: in memory with room for more where the model lets
  /// them grow in place, in the output of the last run otherwise.
  struct CacheState {
    Memory memory;
    uint64_t capacity = 0; ///< rows
    Tensor last;
  };

  const ValueSignature &inputOf(const DecoderCache &cache) const {
    return model.getSignature().inputs[cache.input];
  }
  llvm::Error checkTokens(llvm::ArrayRef<int64_t> tokens) const;
  llvm::Expected<swage_tensor> fillInput(unsigned index, uint64_t length);
  /// The cache as an input: `read` rows.
  swage_tensor getPast(const DecoderCache &cache, CacheState &state);
  /// Room for `rows` rows; the earlier ones stay.
  llvm::Error reserve(const DecoderCache &cache, CacheState &state,
                      uint64_t rows);
  llvm::Expected<llvm::ArrayRef<float>> takeScores(Tensor scores,
                                                   uint64_t length);

  const LoadedModel &model;
  const DecoderSignature &decoder;
  std::vector<int64_t> seen; ///< all tokens so far
  /// Tokens that need not be read again: their keys and values are in `caches`.
  uint64_t past = 0;
  std::vector<CacheState> caches;
  std::vector<std::vector<char>> storage; ///< of the inputs of a run
  std::vector<float> scores;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_GENERATION_DECODING_H
