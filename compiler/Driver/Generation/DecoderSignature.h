//===- DecoderSignature.h - what a decoder's inputs mean --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Tells apart the inputs and outputs of a language model: tokens, masks,
// positions, scores, and the keys and values of earlier tokens.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_GENERATION_DECODERSIGNATURE_H
#define SWAGE_COMPILER_DRIVER_GENERATION_DECODERSIGNATURE_H

#include "compiler/Pipelines/CompiledModel.h"
#include "llvm/Support/Error.h"

namespace swage {

/// What a decoder wants to have in an input.
enum class DecoderInput {
  Tokens,    ///< the tokens to read, [batch, new] or [new]
  Mask,      ///< 1 for every token so far, [batch, past + new]
  Positions, ///< past, past + 1, ...: [batch, new] or [new]
  Segments,  ///< 0 for every token to read, [batch, new]
  Cache,     ///< what an output has told of the tokens before
};

/// An input with what a run gives as its later value.
struct DecoderCache {
  unsigned input;
  unsigned output;
  unsigned axis; ///< the dimension along which it grows, a row for each token
  /// Compiled so that the output may have the input's buffer, of which only the
  /// rows of new tokens are written. `axis` is 0 then.
  bool inPlace;
};

/// The roles of a model's inputs and outputs.
struct DecoderSignature {
  std::vector<DecoderInput> inputs;
  std::vector<DecoderCache> caches;
  unsigned tokens; ///< the input of that role
  /// The output with a score for each token of the vocabulary, after each token
  /// that was read ([batch, new, vocabulary]) or after the last one.
  unsigned scores;

  /// Finds the roles, by types, shapes and the names that exporters use. An
  /// error says which input or output has none, or which role is missing.
  static llvm::Expected<DecoderSignature> find(const ModelSignature &signature);
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_GENERATION_DECODERSIGNATURE_H
