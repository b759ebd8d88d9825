//===- Generator.cpp - a decoder says one token after another -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Generator.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Generation/Generator.h"
#include "compiler/Driver/Generation/Decoding.h"
#include "llvm/ADT/STLExtras.h"
#include <chrono>

using namespace llvm;
using namespace swage;

Expected<Generator> Generator::create(const LoadedModel &model) {
  Expected<DecoderSignature> decoder =
      DecoderSignature::find(model.getSignature());
  if (!decoder)
    return decoder.takeError();
  return Generator(model, std::move(*decoder));
}

Expected<GenerationResult>
Generator::generate(ArrayRef<int64_t> prompt, const GenerationOptions &options,
                    function_ref<bool(int64_t)> say) const {
  if (prompt.empty())
    return createStringError("the prompt has no tokens");
  using Clock = std::chrono::steady_clock;
  auto start = Clock::now();
  auto lap = [&] {
    auto now = Clock::now();
    double seconds = std::chrono::duration<double>(now - start).count();
    start = now;
    return seconds;
  };

  GenerationResult result;
  Sampler sampler(options.sampling);
  Decoding decoding(*model, decoder);
  std::vector<int64_t> unread(prompt.begin(), prompt.end());
  while (result.tokens.size() < options.maxTokens) {
    Expected<ArrayRef<float>> scores = decoding.read(unread);
    if (!scores)
      return scores.takeError();
    Expected<int64_t> token = sampler.choose(*scores);
    if (!token)
      return token.takeError();
    (result.tokens.empty() ? result.promptSeconds : result.tokenSeconds) +=
        lap();
    result.tokens.push_back(*token);
    if (!say(*token) || is_contained(options.stopTokens, *token))
      break;
    unread = {*token};
  }
  return result;
}
