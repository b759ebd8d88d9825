//===- LoadedModel.cpp - a model that runs in this process ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/LoadedModel.h"
#include "llvm/ADT/STLExtras.h"

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

Expected<std::vector<Tensor>>
LoadedModel::readInputs(ArrayRef<std::string> files,
                        std::optional<uint64_t> seed, std::string &note) const {
  std::vector<const char *> bindings;
  for (const std::string &file : files)
    bindings.push_back(file.c_str());

  std::vector<swage_tensor> loaded(getModel()->num_inputs);
  char *message = nullptr, *remark = nullptr;
  swage_status status = swage_inputs_load(
      getModel(), bindings.data(), bindings.size(), loaded.data(), &message);
  if (status == SWAGE_OK && seed)
    status = swage_inputs_randomize(getModel(), nullptr, 0, *seed,
                                    loaded.data(), &remark, &message);
  else if (status == SWAGE_OK)
    status = swage_inputs_complete(getModel(), loaded.data(), &message);
  if (remark)
    note = remark;
  swage_free(remark);
  // From here on the tensors have owners, also when something went wrong.
  std::vector<Tensor> inputs(loaded.size());
  for (auto [input, tensor] : zip_equal(inputs, loaded))
    input.get() = tensor;
  if (status != SWAGE_OK)
    return takeMessage(message);
  return inputs;
}

Expected<std::vector<Tensor>> LoadedModel::runWith(
    MutableArrayRef<Tensor> inputs,
    function_ref<swage_status(const swage_tensor *, swage_tensor *, char **)>
        run) const {
  const ModelSignature &signature = getSignature();
  assert(inputs.size() == signature.inputs.size());
  std::vector<swage_tensor> descriptors;
  for (auto [tensor, value] : zip_equal(inputs, signature.inputs)) {
    swage_tensor_retype(&tensor.get(), value.dtype);
    descriptors.push_back(tensor.get());
  }
  std::vector<swage_tensor> results(signature.outputs.size());
  char *message = nullptr;
  if (run(descriptors.data(), results.data(), &message) != SWAGE_OK)
    return takeMessage(message);
  std::vector<Tensor> outputs(results.size());
  for (auto [output, result] : zip_equal(outputs, results))
    output.get() = result;
  return outputs;
}

Expected<std::vector<Tensor>>
LoadedModel::run(MutableArrayRef<Tensor> inputs) const {
  return runWith(inputs, [&](const swage_tensor *given, swage_tensor *results,
                             char **message) {
    return swage_session_run(session, given, results, nullptr, message);
  });
}

Expected<std::vector<Tensor>>
LoadedModel::measure(MutableArrayRef<Tensor> inputs, double seconds,
                     swage_timing &timing,
                     std::vector<swage_kernel_time> *kernels) const {
  if (kernels)
    kernels->resize(getModel()->num_kernels);
  return runWith(inputs, [&](const swage_tensor *given, swage_tensor *results,
                             char **message) {
    return kernels ? swage_session_profile(session, given, results, seconds,
                                           &timing, kernels->data(), message)
                   : swage_session_time(session, given, results, seconds,
                                        &timing, message);
  });
}
