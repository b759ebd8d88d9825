//===- TrainingInfo.cpp - the training that a model brings ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/TrainingInfo.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Validate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace swage::onnx;

static bool isOptimizer(const NodeProto &node) {
  return node.domain() == "ai.onnx.preview.training" &&
         node.op_type() != "Gradient";
}

/// The scalar input that every optimizer takes for its rate.
static llvm::StringRef findRate(const GraphProto &algorithm) {
  llvm::StringRef rate;
  for (const NodeProto &node : algorithm.node()) {
    if (!isOptimizer(node) || node.input_size() == 0)
      continue;
    if (!rate.empty() && rate != node.input(0))
      return {};
    rate = node.input(0);
  }
  for (const ValueInfoProto &input : algorithm.input()) {
    const TypeProto::Tensor &type = input.type().tensor_type();
    if (input.name() == rate && type.elem_type() == TensorProto::FLOAT &&
        type.has_shape() && type.shape().dim_size() == 0)
      return rate;
  }
  return {};
}

static llvm::Error checkBindings(const GraphProto &graph,
                                 const GraphProto &algorithm,
                                 const UpdateBindings &bindings) {
  llvm::StringSet<> initializers, outputs;
  for (const GraphProto *each : {&graph, &algorithm})
    for (const TensorProto &tensor : each->initializer())
      initializers.insert(tensor.name());
  for (const ValueInfoProto &output : algorithm.output())
    outputs.insert(output.name());
  for (auto [initializer, value] : bindings.updates) {
    if (!initializers.contains(initializer))
      return badModel("its training updates '" + printable(initializer) +
                      "', which is no initializer");
    if (!outputs.contains(value))
      return badModel("its training updates '" + printable(initializer) +
                      "' by '" + printable(value) +
                      "', which is no output of the algorithm");
  }
  return llvm::Error::success();
}

/// The one training that the model brings.
static llvm::Expected<const TrainingInfoProto &>
getTraining(const ModelProto &model) {
  if (model.training_info_size() == 0)
    return unsupported("brings no training of its own (training_info); choose "
                       "a loss and an optimizer");
  if (model.training_info_size() > 1)
    return unsupported("brings several trainings; one is supported");
  return model.training_info(0);
}

llvm::Expected<std::vector<InitialValue>>
swage::onnx::getInitialValues(const ModelProto &model) {
  llvm::Expected<const TrainingInfoProto &> info = getTraining(model);
  if (!info)
    return info.takeError();
  llvm::StringMap<const TensorProto *> initializers;
  for (const GraphProto *each : {&model.graph(), &info->algorithm()})
    for (const TensorProto &tensor : each->initializer())
      initializers[tensor.name()] = &tensor;
  const auto &outputs = info->initialization().output();
  std::vector<InitialValue> values;
  for (const StringStringEntryProto &binding : info->initialization_binding()) {
    std::string what =
        "its training initializes '" + printable(binding.key()) + "'";
    const TensorProto *tensor = initializers.lookup(binding.key());
    if (!tensor)
      return badModel(what + ", which is no initializer");
    if (llvm::any_of(values, [&](const InitialValue &value) {
          return value.initializer == binding.key();
        }))
      return badModel(what + " twice");
    auto output = llvm::find_if(outputs, [&](const ValueInfoProto &each) {
      return each.name() == binding.value();
    });
    if (output == outputs.end())
      return badModel(what + " by '" + printable(binding.value()) +
                      "', which is no output of the initialization");
    InitialValue &value = values.emplace_back();
    value.initializer = binding.key();
    value.dtype = tensor->data_type();
    value.dims.assign(tensor->dims().begin(), tensor->dims().end());
    value.output = output - outputs.begin();
  }
  if (!values.empty() && info->initialization().input_size() > 0)
    return badModel("has an initialization with inputs, which nothing gives");
  return values;
}

llvm::Expected<UpdateBindings>
swage::onnx::combineTraining(ModelFile &file,
                             ImportOptions::Algorithm function) {
  ModelProto &model = file.mutableModel();
  llvm::Expected<const TrainingInfoProto &> info = getTraining(model);
  if (!info)
    return info.takeError();
  const GraphProto &algorithm = info->algorithm();
  UpdateBindings bindings;
  if (function == ImportOptions::Algorithm::Initialization) {
    *model.mutable_graph() = info->initialization();
    if (llvm::Error error = validateModel(model))
      return error;
    return bindings;
  }
  for (const StringStringEntryProto &binding : info->update_binding())
    if (!bindings.updates.insert({binding.key(), binding.value()}).second)
      return badModel("its training updates '" + printable(binding.key()) +
                      "' twice");
  if (bindings.updates.empty())
    return badModel("its training updates nothing");
  GraphProto &graph = *model.mutable_graph();
  if (llvm::Error error = checkBindings(graph, algorithm, bindings))
    return error;
  bindings.rate = findRate(algorithm);
  if (function == ImportOptions::Algorithm::Prediction)
    return bindings;

  llvm::StringSet<> updates;
  for (auto [initializer, value] : bindings.updates)
    updates.insert(value);
  google::protobuf::RepeatedPtrField<ValueInfoProto> outputs;
  for (const ValueInfoProto &output : algorithm.output())
    if (!updates.contains(output.name()))
      *outputs.Add() = output;
  if (outputs.empty())
    return unsupported("brings a training whose algorithm has no output beside "
                       "the updates; the first such output is the loss");
  if (function == ImportOptions::Algorithm::Evaluation) {
    outputs.DeleteSubrange(1, outputs.size() - 1);
    outputs.MergeFrom(graph.output());
  }
  graph.MergeFrom(algorithm);
  *graph.mutable_output() = std::move(outputs);
  if (llvm::Error error = validateModel(model))
    return error;
  return bindings;
}
