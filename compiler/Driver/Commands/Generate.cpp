//===- Generate.cpp - swage generate --------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Lets a language model continue a prompt, and prints each token as it comes.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Load.h"
#include "compiler/Driver/Commands/Peak.h"
#include "compiler/Driver/Generation/Generator.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

/// The tokens of a tensor file.
static Expected<std::vector<int64_t>> readTokens(StringRef path) {
  Expected<Tensor> tensor = Tensor::load(path);
  if (!tensor)
    return tensor.takeError();
  if ((*tensor)->dtype != SWAGE_I64 && (*tensor)->dtype != SWAGE_I32)
    return createStringError(
        formatv("'{0}' holds {1}; tokens are int64 or int32", path,
                tensor->getType()));
  std::vector<int64_t> tokens(tensor->getCount());
  for (size_t index = 0; index < tokens.size(); ++index)
    tokens[index] = (*tensor)->dtype == SWAGE_I64
                        ? static_cast<int64_t *>((*tensor)->data)[index]
                        : static_cast<int32_t *>((*tensor)->data)[index];
  return tokens;
}

/// "15496,11,995", or "@FILE".
static Expected<std::vector<int64_t>> parsePrompt(StringRef text) {
  if (text.consume_front("@"))
    return readTokens(text);
  std::vector<int64_t> tokens;
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts)
    if (part.trim().getAsInteger(10, tokens.emplace_back()))
      return createStringError(
          formatv("--prompt-ids: '{0}' is no token; expected numbers with "
                  "commas between, or @FILE",
                  part));
  return tokens;
}

/// How fast it went, and how fast the memory would let it go: each token takes
/// a look at every weight, but at one row of an embedding only.
static void printStats(const GenerationResult &result, size_t promptTokens,
                       const LoadedModel &model) {
  errs() << formatv("prompt: {0} tokens in {1:f3} s\n", promptTokens,
                    result.promptSeconds);
  size_t further = result.tokens.size() - 1;
  if (further == 0)
    return;
  double rate = further / result.tokenSeconds;
  double bytes = 0;
  for (const ConstantBlob &constant : model.getCompiled().constants)
    bytes += constant.isReadWhole ? constant.size : 0;
  for (const PreparedConstant &constant : model.getCompiled().prepared)
    bytes += constant.size;
  double limit =
      measureBandwidth(model.getCompiled().target) * 1e9 / std::max(bytes, 1.0);
  errs() << formatv("then: {0} tokens in {1:f3} s, {2:f1} tokens/s; reading "
                    "{3:f1} MB of weights for each allows {4:f1} "
                    "tokens/s\n",
                    further, result.tokenSeconds, rate, bytes / 1e6, limit);
}

int swage::runGenerate(const GenerateArguments &given) {
  Messages messages;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return getExitCode(Status::Error);
  };
  Expected<std::vector<int64_t>> prompt = parsePrompt(given.promptIds);
  if (!prompt)
    return fail(prompt.takeError());
  GenerateArguments arguments = given;
  arguments.growCaches = true;
  LoadResult loaded = loadModel(arguments, messages);
  if (loaded.status != Status::Success)
    return getExitCode(loaded.status);
  Expected<Generator> generator = Generator::create(*loaded.model);
  if (!generator)
    return fail(generator.takeError());

  GenerationOptions options;
  options.sampling = {arguments.temperature, arguments.topK, arguments.topP,
                      arguments.seed};
  options.maxTokens = arguments.maxTokens;
  options.stopTokens = arguments.stopTokens;
  bool first = true;
  Expected<GenerationResult> result =
      generator->generate(*prompt, options, [&](int64_t token) {
        outs() << (first ? "" : " ") << token;
        outs().flush();
        first = false;
        return true;
      });
  if (!first)
    outs() << '\n';
  if (!result)
    return fail(result.takeError());
  if (arguments.stats)
    printStats(*result, prompt->size(), *loaded.model);
  return 0;
}
