//===- Generator.h - a decoder says one token after another -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs a decoder on a prompt and then on what it has said. Models with keys and
// values of earlier tokens read each token once; others read all again for each
// new one.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_GENERATION_GENERATOR_H
#define SWAGE_COMPILER_DRIVER_GENERATION_GENERATOR_H

#include "compiler/Driver/Generation/DecoderSignature.h"
#include "compiler/Driver/Generation/Sampler.h"
#include "compiler/Driver/LoadedModel.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace swage {

/// When generation ends, and how tokens are chosen.
struct GenerationOptions {
  SamplingOptions sampling;
  uint64_t maxTokens = 64;         ///< new ones, at most
  std::vector<int64_t> stopTokens; ///< said as the last one
};

/// What was said, and how long it took.
struct GenerationResult {
  std::vector<int64_t> tokens; ///< without the prompt
  double promptSeconds = 0;    ///< reading the prompt, to the first new token
  double tokenSeconds = 0;     ///< all further tokens
};

/// A decoder that is ready to generate. Several threads may use one.
class Generator {
public:
  /// `model` must outlive the generator. An error says what of its signature is
  /// no decoder's.
  static llvm::Expected<Generator> create(const LoadedModel &model);

  /// Continues `prompt`, which has at least one token. `say` gets each token as
  /// it comes; generation ends where it returns false.
  llvm::Expected<GenerationResult>
  generate(llvm::ArrayRef<int64_t> prompt, const GenerationOptions &options,
           llvm::function_ref<bool(int64_t)> say) const;

private:
  Generator(const LoadedModel &model, DecoderSignature decoder)
      : model(&model), decoder(std::move(decoder)) {}

  const LoadedModel *model;
  DecoderSignature decoder;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_GENERATION_GENERATOR_H
