//===- Decoding.cpp - one text on its way through a decoder ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Decoding.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Generation/Decoding.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;
using namespace swage;

/// The values of an integer, bool or float input, as bytes of `dtype`.
static std::vector<char> encode(ArrayRef<int64_t> values, int32_t dtype) {
  size_t size = swage_dtype_size(dtype);
  std::vector<char> bytes(values.size() * size);
  for (auto [index, value] : enumerate(values)) {
    char *place = bytes.data() + index * size;
    auto put = [&](auto element) { std::memcpy(place, &element, size); };
    switch (dtype) {
    case SWAGE_I64:
      put(int64_t(value));
      break;
    case SWAGE_I32:
      put(int32_t(value));
      break;
    case SWAGE_BOOL:
      put(uint8_t(value));
      break;
    case SWAGE_F32:
      put(float(value));
      break;
    case SWAGE_F64:
      put(double(value));
      break;
    case SWAGE_F16: // masks are 0 or 1
      put(uint16_t(value ? 0x3c00 : 0));
      break;
    case SWAGE_BF16:
      put(uint16_t(value ? 0x3f80 : 0));
      break;
    }
  }
  return bytes;
}

/// An input that is no cache, for a run that reads `length` tokens.
Expected<swage_tensor> Decoding::fillInput(unsigned index, uint64_t length) {
  const ValueSignature &input = model.getSignature().inputs[index];
  DecoderInput role = decoder.inputs[index];
  uint64_t wanted = role == DecoderInput::Mask ? past + length : length;
  uint64_t size = wanted;
  // A fixed length is filled up: a decoder does not look ahead.
  if (input.dims.back() >= 0) {
    size = input.dims.back();
    if (wanted > size || !decoder.caches.empty())
      return createStringError(
          formatv("input '{0}' has room for {1} tokens, but {2} are to be read",
                  input.name, size, wanted));
  }
  if (input.dims.size() == 2 && input.dims[0] > 1)
    return createStringError(
        formatv("input '{0}' is for {1} texts at once; generation continues "
                "one",
                input.name, input.dims[0]));
  std::vector<int64_t> values(size, 0);
  for (uint64_t i = 0; i < wanted; ++i) {
    if (role == DecoderInput::Tokens)
      values[i] = seen[past + i];
    else if (role == DecoderInput::Positions)
      values[i] = past + i;
    else if (role == DecoderInput::Mask)
      values[i] = 1;
  }
  storage[index] = encode(values, input.dtype);
  swage_tensor tensor = {storage[index].data(), input.dtype,
                         int32_t(input.dims.size()), {1}};
  tensor.dims[tensor.rank - 1] = size;
  return tensor;
}

swage_tensor Decoding::getPast(const DecoderCache &cache, CacheState &state) {
  if (!cache.inPlace && past > 0)
    return state.last.get();
  const ValueSignature &input = inputOf(cache);
  swage_tensor tensor = {state.memory.get(), input.dtype,
                         int32_t(input.dims.size()), {}};
  for (auto [dim, size] : enumerate(input.dims))
    tensor.dims[dim] = size < 0 ? 1 : size;
  tensor.dims[cache.axis] = past;
  return tensor;
}

Error Decoding::reserve(const DecoderCache &cache, CacheState &state,
                        uint64_t rows) {
  if (rows <= state.capacity)
    return Error::success();
  uint64_t capacity = PowerOf2Ceil(std::max<uint64_t>(rows, 64));
  uint64_t rowSize = swage_dtype_size(inputOf(cache).dtype);
  for (int64_t size : ArrayRef(inputOf(cache).dims).drop_front())
    rowSize *= size < 0 ? 1 : size;
  Memory memory(static_cast<char *>(
      std::aligned_alloc(64, alignTo(capacity * rowSize, 64))));
  if (!memory)
    return createStringError(
        formatv("no memory for '{0}' of {1} tokens", inputOf(cache).name, rows));
  if (past > 0)
    std::memcpy(memory.get(), state.memory.get(), past * rowSize);
  state.memory = std::move(memory);
  state.capacity = capacity;
  return Error::success();
}

Expected<ArrayRef<float>> Decoding::takeScores(Tensor result, uint64_t length) {
  const swage_tensor &tensor = result.get();
  int64_t vocabulary = tensor.dims[tensor.rank - 1];
  // A row for each token that was read, or one for the last.
  int64_t rows = tensor.dims[tensor.rank - 2];
  int64_t row = std::min<int64_t>(length, rows) - 1;
  if (row < 0 || vocabulary == 0)
    return createStringError("the model gave no scores");
  scores.resize(vocabulary);
  for (int64_t token = 0; token < vocabulary; ++token)
    scores[token] = swage_tensor_element(&tensor, row * vocabulary + token);
  return scores;
}

/// A lookup beyond the end of the embeddings would not fail: it takes the last
/// row. The scores tell how many tokens there are.
Error Decoding::checkTokens(ArrayRef<int64_t> tokens) const {
  int64_t vocabulary =
      model.getSignature().outputs[decoder.scores].dims.back();
  for (int64_t token : tokens)
    if (token < 0 || (vocabulary >= 0 && token >= vocabulary))
      return createStringError(
          formatv("there is no token {0}: the model has scores for {1}", token,
                  vocabulary < 0 ? "tokens from 0"
                                 : formatv("{0} tokens, from 0", vocabulary)
                                       .str()));
  return Error::success();
}

Expected<ArrayRef<float>> Decoding::read(ArrayRef<int64_t> tokens) {
  if (Error error = checkTokens(tokens))
    return std::move(error);
  seen.insert(seen.end(), tokens.begin(), tokens.end());
  uint64_t length = seen.size() - past;
  const ModelSignature &signature = model.getSignature();
  std::vector<swage_tensor> inputs(signature.inputs.size());
  std::vector<swage_tensor> outputs(signature.outputs.size());
  storage.resize(inputs.size());

  for (auto [cache, state] : zip(decoder.caches, caches)) {
    if (cache.inPlace)
      if (Error error = reserve(cache, state, past + length))
        return std::move(error);
    inputs[cache.input] = getPast(cache, state);
    if (cache.inPlace) {
      outputs[cache.output] = inputs[cache.input];
      outputs[cache.output].dims[cache.axis] = past + length;
    }
  }
  for (unsigned index = 0; index < inputs.size(); ++index)
    if (decoder.inputs[index] != DecoderInput::Cache) {
      Expected<swage_tensor> filled = fillInput(index, length);
      if (!filled)
        return filled.takeError();
      inputs[index] = *filled;
    }

  char *message = nullptr;
  if (swage_session_run(model.getSession(), inputs.data(), outputs.data(),
                        nullptr, &message) != SWAGE_OK)
    return takeMessage(message);
  std::vector<Tensor> results(outputs.size());
  for (auto [index, output] : enumerate(outputs))
    results[index].get() = output;
  for (auto [cache, state] : zip(decoder.caches, caches)) {
    // Memory that is ours is not the result's.
    if (cache.inPlace)
      results[cache.output].get().data = nullptr;
    else
      state.last = std::move(results[cache.output]);
  }
  if (!decoder.caches.empty())
    past = seen.size();
  return takeScores(std::move(results[decoder.scores]), length);
}
