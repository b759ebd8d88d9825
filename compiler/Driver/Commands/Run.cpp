//===- Run.cpp - swage run --------------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles a model in memory, runs it once and writes or describes its outputs.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/Load.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace llvm;
using namespace swage;

/// The file of an output: names of values may contain what paths give meaning.
static std::string getOutputFile(StringRef folder, StringRef name) {
  std::string file = name.str();
  for (char &c : file)
    if (c == '/' || c == ':')
      c = '_';
  SmallString<256> path(folder);
  sys::path::append(path, file + ".npy");
  return path.str().str();
}

/// One line on an output: its type and what its numbers are like.
static void describe(raw_ostream &os, StringRef name, const Tensor &tensor) {
  os << name << ": " << tensor.getType();
  int64_t count = tensor.getCount();
  if (tensor->dtype != SWAGE_STRING && count > 0) {
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      double value = swage_tensor_element(&tensor.get(), i);
      least = std::fmin(least, value);
      most = std::fmax(most, value);
      sum += value;
    }
    os << format(", min %g, max %g, mean %g", least, most, sum / count);
  }
  os << '\n';
}

static Error writeOutputs(StringRef folder, ArrayRef<ValueSignature> values,
                          ArrayRef<Tensor> outputs) {
  if (std::error_code code = sys::fs::create_directories(folder))
    return createStringError(formatv("cannot make the folder '{0}': {1}", folder,
                                     code.message()));
  for (auto [value, output] : zip_equal(values, outputs))
    if (Error error = output.save(getOutputFile(folder, value.name)))
      return error;
  return Error::success();
}

int swage::runRun(const RunArguments &arguments) {
  Messages messages;
  LoadResult loaded = loadModel(arguments, messages);
  if (loaded.status != Status::Success)
    return getExitCode(loaded.status);

  Expected<std::vector<Tensor>> inputs =
      loaded.model->readInputs(arguments.inputs, arguments.seed);
  if (!inputs) {
    messages.error(inputs.takeError());
    return getExitCode(Status::Error);
  }
  Expected<std::vector<Tensor>> outputs = loaded.model->run(*inputs);
  if (!outputs) {
    messages.error(outputs.takeError());
    return getExitCode(Status::Error);
  }

  ArrayRef<ValueSignature> values = loaded.model->getSignature().outputs;
  if (arguments.outputDir.empty()) {
    for (auto [value, output] : zip_equal(values, *outputs))
      describe(outs(), value.name, output);
    return 0;
  }
  if (Error error = writeOutputs(arguments.outputDir, values, *outputs)) {
    messages.error(std::move(error));
    return getExitCode(Status::Error);
  }
  return 0;
}
