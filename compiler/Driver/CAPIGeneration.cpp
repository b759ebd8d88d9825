//===- CAPIGeneration.cpp - language models through the C interface -------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// swage_module_generate of swage/swage.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/CAPISupport.h"
#include "compiler/Driver/Generation/Generator.h"

using namespace llvm;
using namespace swage;

/// The options of one call; a 0 means what swage.h says.
static GenerationOptions getOptions(const swage_generation &given) {
  GenerationOptions options;
  if (given.max_tokens)
    options.maxTokens = given.max_tokens;
  options.stopTokens.assign(given.stop_tokens,
                            given.stop_tokens + given.num_stop_tokens);
  options.sampling.temperature = given.temperature;
  options.sampling.topK = given.top_k;
  if (given.top_p > 0)
    options.sampling.topP = given.top_p;
  options.sampling.seed = given.seed;
  return options;
}

swage_status swage_module_generate(const swage_module *module,
                                   const int64_t *prompt, uint64_t num_prompt,
                                   const swage_generation *generation,
                                   int64_t **tokens, uint64_t *num_tokens,
                                   char **error) {
  if (error)
    *error = nullptr;
  *tokens = nullptr;
  *num_tokens = 0;
  swage_generation defaults = {};
  const swage_generation &given = generation ? *generation : defaults;
  if (given.temperature < 0 || given.top_p < 0 || given.top_p > 1)
    return fail(error, SWAGE_BAD_ARGUMENT,
                "a temperature is not negative, and top_p is between 0 and 1");
  if (!module->loaded)
    return failForeign(error, *module);
  Expected<Generator> generator = Generator::create(*module->loaded);
  if (!generator)
    return fail(error, SWAGE_UNSUPPORTED, generator.takeError());
  Expected<GenerationResult> result = generator->generate(
      ArrayRef(prompt, num_prompt), getOptions(given), [&](int64_t token) {
        return !given.say || given.say(given.user, token) == 0;
      });
  if (!result)
    return fail(error, SWAGE_ERROR, result.takeError());
  size_t bytes = result->tokens.size() * sizeof(int64_t);
  *tokens = static_cast<int64_t *>(malloc(std::max<size_t>(bytes, 1)));
  if (!*tokens)
    return fail(error, SWAGE_ERROR, "out of memory");
  std::memcpy(*tokens, result->tokens.data(), bytes);
  *num_tokens = result->tokens.size();
  return SWAGE_OK;
}
