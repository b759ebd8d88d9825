//===- DecoderSignature.cpp - what a decoder's inputs mean ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See DecoderSignature.h. Exporters agree on few names; what a type and a shape
// can tell is asked first.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Generation/DecoderSignature.h"
#include "swage/tensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

static bool isFloat(const ValueSignature &value) {
  return value.dtype == SWAGE_F32 || value.dtype == SWAGE_F16 ||
         value.dtype == SWAGE_BF16 || value.dtype == SWAGE_F64;
}

static bool isInteger(const ValueSignature &value) {
  return value.dtype == SWAGE_I64 || value.dtype == SWAGE_I32;
}

/// The role of an input that is no cache, as its name and rank say.
static std::optional<DecoderInput> findRole(const ValueSignature &input) {
  StringRef name = input.name;
  size_t rank = input.dims.size();
  if (name.contains("mask") && rank == 2 &&
      (isInteger(input) || isFloat(input) || input.dtype == SWAGE_BOOL))
    return DecoderInput::Mask;
  if (!isInteger(input) || rank == 0 || rank > 2)
    return std::nullopt;
  if (name.contains("position"))
    return DecoderInput::Positions;
  if (name.contains("type") || name.contains("segment"))
    return DecoderInput::Segments;
  return DecoderInput::Tokens;
}

/// Whether a run can have an output of `later` where a next one wants `input`,
/// and along which dimension it grows: the last that neither knows, the first
/// being the batch.
static std::optional<unsigned> findGrowth(const ValueSignature &input,
                                          const ValueSignature &later) {
  if (input.dtype != later.dtype || input.dims.size() != later.dims.size())
    return std::nullopt;
  std::optional<unsigned> axis;
  for (auto [index, pair] : enumerate(zip(input.dims, later.dims))) {
    auto [size, laterSize] = pair;
    if (size >= 0 && laterSize >= 0 && size != laterSize)
      return std::nullopt;
    if (size < 0 && laterSize < 0 && (index > 0 || input.dims.size() == 1))
      axis = index;
  }
  return axis;
}

/// The caches of a model, with the outputs that none takes.
static std::vector<DecoderCache> findCaches(const ModelSignature &signature,
                                            std::vector<unsigned> &others) {
  std::vector<DecoderCache> caches;
  for (auto [index, output] : enumerate(signature.outputs)) {
    if (output.growsFrom) {
      caches.push_back({*output.growsFrom, unsigned(index), 0, true});
      continue;
    }
    // Others come in the order of their inputs.
    const DecoderCache *last = caches.empty() ? nullptr : &caches.back();
    std::optional<unsigned> axis;
    for (unsigned input = last ? last->input + 1 : 0;
         input < signature.inputs.size() && !axis; ++input) {
      const ValueSignature &past = signature.inputs[input];
      if (!isFloat(past) || past.dims.size() < 3)
        continue;
      axis = findGrowth(past, output);
      if (axis)
        caches.push_back({input, unsigned(index), *axis, false});
    }
    if (!axis)
      others.push_back(index);
  }
  return caches;
}

Expected<DecoderSignature>
DecoderSignature::find(const ModelSignature &signature) {
  DecoderSignature decoder;
  std::vector<unsigned> others;
  decoder.caches = findCaches(signature, others);

  std::optional<unsigned> tokens;
  for (auto [index, input] : enumerate(signature.inputs)) {
    unsigned number = index;
    if (any_of(decoder.caches, [&](const DecoderCache &cache) {
          return cache.input == number;
        })) {
      decoder.inputs.push_back(DecoderInput::Cache);
      continue;
    }
    std::optional<DecoderInput> role = findRole(input);
    if (!role || (role == DecoderInput::Tokens && tokens))
      return createStringError(
          formatv("input '{0}' is not known to generation, which can fill "
                  "tokens (input_ids), masks, positions, segments, and keys and "
                  "values that an output continues",
                  input.name));
    if (role == DecoderInput::Tokens)
      tokens = index;
    decoder.inputs.push_back(*role);
  }
  if (!tokens)
    return createStringError(
        "the model takes no tokens: an input of int64 or int32 with the shape "
        "[batch, length]");
  decoder.tokens = *tokens;

  // A score for each token: the only output, or the one with the name.
  auto isScores = [&](unsigned output) {
    const ValueSignature &value = signature.outputs[output];
    return isFloat(value) && value.dims.size() >= 2 && value.dims.size() <= 3;
  };
  erase_if(others, [&](unsigned output) { return !isScores(output); });
  auto named = find_if(others, [&](unsigned output) {
    return StringRef(signature.outputs[output].name).contains("logits");
  });
  if (named == others.end())
    named = others.begin();
  if (named == others.end())
    return createStringError(
        "the model gives no scores: an output of floats with the shape [batch, "
        "length, vocabulary]");
  decoder.scores = *named;
  return decoder;
}
