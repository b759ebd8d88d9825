//===- RunDataSet.cpp - a model on the data of a test case ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/RunDataSet.h"
#include "compiler/Driver/Compiler.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

std::vector<Tensor> swage::loadConstants(ArrayRef<std::string> paths) {
  std::vector<Tensor> tensors;
  for (const std::string &path : paths) {
    Expected<Tensor> tensor = Tensor::load(path);
    // What is wrong with the file is found when it is read as an input.
    if (!tensor)
      consumeError(tensor.takeError());
    tensors.push_back(
        tensor && canBeConstant(tensor->get()) ? std::move(*tensor) : Tensor());
  }
  return tensors;
}

/// The number of a tensor of one.
static std::optional<double> getScalar(const Tensor &tensor) {
  bool isNumber =
      tensor->dtype < SWAGE_SEQUENCE && tensor->dtype != SWAGE_STRING;
  if (!tensor->data || !isNumber || tensor.getCount() != 1)
    return std::nullopt;
  return swage_tensor_element(&tensor.get(), 0);
}

Expected<Comparison> swage::runDataSet(const TestCase &test,
                                       const DataSet &data,
                                       const LoadedModel &model,
                                       ArrayRef<Tensor> constants,
                                       Tolerance tolerance) {
  const ModelSignature &signature = model.getSignature();
  auto isConstant = [&](size_t index) {
    return index < constants.size() && constants[index]->data;
  };
  std::vector<std::string> paths;
  for (auto [index, path] : enumerate(data.inputs))
    if (!isConstant(index))
      paths.push_back(path);
  if (paths.size() != signature.inputs.size())
    return Comparison{formatv("there are {0} input files for {1} inputs",
                              paths.size(), signature.inputs.size())};
  std::vector<Tensor> inputs;
  const swage_model *facts = model.getModel();
  for (auto [index, path] : enumerate(paths)) {
    Expected<Tensor> tensor = Tensor::load(path, facts->inputs[index]);
    if (!tensor)
      return tensor.takeError();
    inputs.push_back(std::move(*tensor));
  }
  std::vector<std::optional<double>> scalars;
  size_t read = 0;
  for (size_t i = 0; i < data.inputs.size(); ++i)
    scalars.push_back(getScalar(isConstant(i) ? constants[i] : inputs[read++]));

  Expected<std::vector<Tensor>> outputs = model.run(inputs);
  if (!outputs)
    return outputs.takeError();
  if (data.outputs.size() != outputs->size())
    return Comparison{formatv("there are {0} output files for {1} outputs",
                              data.outputs.size(), outputs->size())};
  auto draws = onnx::findDraws(test.model, scalars);
  if (!draws)
    return draws.takeError();
  Comparison result;
  for (auto [index, output, path] : enumerate(*outputs, data.outputs)) {
    Expected<Tensor> expected = Tensor::load(path, facts->outputs[index]);
    if (!expected)
      return expected.takeError();
    const auto &drawn = (*draws)[index];
    std::string difference =
        drawn ? compareDraws(output, *expected, *drawn, tolerance)
              : compareTensors(output, *expected, tolerance);
    if (!difference.empty()) {
      result.difference =
          "output '" + signature.outputs[index].name + "' " + difference;
      break;
    }
    result.isRandom |= drawn.has_value();
  }
  return result;
}
