//===- Run.cpp - swage run ------------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles a model in memory, runs it once and writes or describes its outputs.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Load.h"
#include "swage/program.h"

using namespace llvm;
using namespace swage;

int swage::runRun(const RunArguments &arguments) {
  Messages messages;
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return getExitCode(Status::Error);
  };
  LoadResult loaded =
      loadModelAndInputs(arguments, /*alwaysRandom=*/false, messages);
  if (loaded.status != Status::Success)
    return getExitCode(loaded.status);
  swage_timing timing;
  std::vector<swage_kernel_time> kernels;
  Expected<std::vector<Tensor>> outputs =
      arguments.profile ? loaded.model->measure(loaded.inputs, /*seconds=*/1,
                                                timing, &kernels)
                        : loaded.model->run(loaded.inputs);
  if (!outputs)
    return fail(outputs.takeError());

  const swage_model *model = loaded.model->getModel();
  std::vector<swage_tensor> results;
  for (const Tensor &output : *outputs)
    results.push_back(output.get());
  if (arguments.outputDir.empty())
    for (auto [index, result] : enumerate(results))
      swage_tensor_print(stdout, model->outputs[index].name, &result);
  if (arguments.profile)
    swage_profile_print(stdout, model, &timing, kernels.data());
  // A full disk behind a redirected output must not look like success.
  if (fflush(stdout))
    return fail(createStringError("cannot write the output"));
  if (arguments.outputDir.empty())
    return 0;
  char *message = nullptr;
  if (swage_outputs_save(model, results.data(), arguments.outputDir.c_str(),
                         &message) != SWAGE_OK)
    return fail(takeMessage(message));
  return 0;
}
