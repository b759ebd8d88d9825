//===- LoadedModel.cpp - a model that runs in this process -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/LoadedModel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

Expected<std::unique_ptr<LoadedModel>> LoadedModel::load(CompiledModel model,
                                                         unsigned threads) {
  std::unique_ptr<LoadedModel> loaded(new LoadedModel);
  Expected<std::unique_ptr<JITModel>> jit = JITModel::load(std::move(model));
  if (!jit)
    return jit.takeError();
  loaded->jit = std::move(*jit);
  swage_session_options options = {};
  options.num_threads = static_cast<int32_t>(threads);
  char *message = nullptr;
  if (swage_session_create(loaded->jit->getModel(), &options, &loaded->session,
                           &message) != SWAGE_OK)
    return takeMessage(message);
  return loaded;
}

LoadedModel::~LoadedModel() { swage_session_destroy(session); }

/// The index of the input that `argument` is for and the file it names. A file
/// name may contain '=', so what stands before one counts only as a known name.
static Expected<std::pair<size_t, StringRef>>
parseInput(StringRef argument, ArrayRef<ValueSignature> inputs,
           ArrayRef<Tensor> taken) {
  for (size_t at = argument.find('='); at != StringRef::npos;
       at = argument.find('=', at + 1))
    for (auto [index, input] : enumerate(inputs))
      if (argument.take_front(at) == input.name)
        return std::make_pair(index, argument.drop_front(at + 1));
  std::vector<std::string> names;
  for (const ValueSignature &input : inputs)
    names.push_back("'" + input.name + "'");
  if (argument.contains('='))
    return createStringError(
        formatv("--input {0}: the model has no input '{1}'; it has {2}",
                argument, argument.split('=').first,
                names.empty() ? "none" : join(names, ", ")));
  for (auto [index, input] : enumerate(inputs))
    if (!taken[index]->data)
      return std::make_pair(index, argument);
  return createStringError(
      formatv("--input {0}: the model has only {1} inputs", argument,
              inputs.size()));
}

Expected<std::vector<Tensor>>
LoadedModel::readInputs(ArrayRef<std::string> files,
                        std::optional<uint64_t> seed) const {
  ArrayRef<ValueSignature> inputs = getSignature().inputs;
  std::vector<Tensor> tensors(inputs.size());
  for (const std::string &argument : files) {
    auto parsed = parseInput(argument, inputs, tensors);
    if (!parsed)
      return parsed.takeError();
    auto [index, path] = *parsed;
    if (tensors[index]->data)
      return createStringError(
          formatv("--input {0}: there are two files for '{1}'", argument,
                  inputs[index].name));
    Expected<Tensor> tensor = Tensor::load(path);
    if (!tensor)
      return tensor.takeError();
    tensors[index] = std::move(*tensor);
  }
  uint64_t state = seed.value_or(0);
  for (auto [index, tensor] : enumerate(tensors)) {
    if (tensor->data)
      continue;
    if (!seed)
      return createStringError(formatv(
          "there is no file for the input '{0}'; give --input {0}=FILE.npy, or "
          "--random-inputs",
          inputs[index].name));
    // One is a size that every operator can work with.
    Expected<Tensor> random = Tensor::random(inputs[index], 1, state);
    if (!random)
      return random.takeError();
    tensor = std::move(*random);
  }
  return tensors;
}

Expected<std::vector<Tensor>>
LoadedModel::run(MutableArrayRef<Tensor> inputs) const {
  const ModelSignature &signature = getSignature();
  assert(inputs.size() == signature.inputs.size());
  std::vector<swage_tensor> descriptors;
  for (auto [tensor, value] : zip_equal(inputs, signature.inputs)) {
    swage_tensor_retype(&tensor.get(), value.dtype);
    descriptors.push_back(tensor.get());
  }
  std::vector<swage_tensor> results(signature.outputs.size());
  char *message = nullptr;
  if (swage_session_run(session, descriptors.data(), results.data(), nullptr,
                        &message) != SWAGE_OK)
    return takeMessage(message);
  std::vector<Tensor> outputs(results.size());
  for (auto [output, result] : zip_equal(outputs, results))
    output.get() = result;
  return outputs;
}
