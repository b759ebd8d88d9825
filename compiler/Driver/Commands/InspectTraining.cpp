//===- InspectTraining.cpp - swage inspect --train ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What training a model takes: what is trained, and the memory and arithmetic
// of a step beside those of the model alone.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/InspectTraining.h"
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Training/ParameterChoice.h"
#include "compiler/Driver/Training/Setup.h"
#include "compiler/Pipelines/MemoryBudget.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/artifact.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

namespace {

/// The command, step by step.
class TrainingInspection {
public:
  TrainingInspection(const InspectArguments &arguments,
                     const Messages &messages)
      : arguments(arguments), messages(messages) {}

  Status run();

private:
  Status fail(Error error) {
    messages.error(std::move(error));
    return Status::Error;
  }
  json::Object describe() const;
  void print(const json::Object &facts) const;

  const InspectArguments &arguments;
  const Messages &messages;
  MapVector<StringRef, bool> isTrained; ///< of each initializer of floats
  StringSet<> names;                    ///< which `isTrained` points into
  CompiledModel step, evaluation;
};

} // namespace

/// Of a function: its memory and arithmetic.
static json::Object describeFunction(const CompiledModel &model) {
  json::Object all = describeModel(model), facts;
  for (const char *key :
       {"arena_bytes", "arena_naive_bytes", "flops", "traffic_bytes"})
    if (json::Value *value = all.get(key))
      facts[key] = std::move(*value);
  return facts;
}

json::Object TrainingInspection::describe() const {
  json::Array trained, frozen;
  for (const auto &[name, isOne] : isTrained)
    if (!isOne)
      frozen.push_back(json::fixUTF8(name));
  int64_t parameterBytes = 0, stateBytes = 0;
  for (const ValueSignature &input : step.signature.inputs) {
    if (input.role == training::role::parameter) {
      trained.push_back(
          json::Object{{"name", json::fixUTF8(input.name)},
                       {"type", describeType(input.inModelOrder())}});
      parameterBytes += getBytes(input);
    } else if (input.role == training::role::state ||
               input.role == training::role::step) {
      stateBytes += getBytes(input);
    }
  }
  return json::Object{
      {"name", step.name},
      {"loss", arguments.training.loss},
      {"optimizer", arguments.training.optimizer},
      {"trained", std::move(trained)},
      {"frozen", std::move(frozen)},
      {"parameter_bytes", parameterBytes},
      {"state_bytes", stateBytes},
      {"working_set_bytes", int64_t(getWorkingSet(step))},
      {"recompute", step.metadata.getInteger("recompute")},
      {"saved_values", step.metadata.getInteger("saved_values")},
      {"saved_bytes", step.metadata.getInteger("saved_bytes")},
      {"step", describeFunction(step)},
      {"evaluation", describeFunction(evaluation)}};
}

void TrainingInspection::print(const json::Object &facts) const {
  auto size = [](const json::Object &object, StringRef key) {
    return getSizeText(object.getInteger(key).value_or(0));
  };
  const json::Array &trained = *facts.getArray("trained");
  const json::Array &frozen = *facts.getArray("frozen");
  outs() << arguments.model << ": trained with " << arguments.training.loss
         << " and " << arguments.training.optimizer << '\n';
  outs() << "trained: " << trained.size() << " parameters, "
         << size(facts, "parameter_bytes") << '\n';
  for (const json::Value &value : trained) {
    const json::Object &parameter = *value.getAsObject();
    outs() << "  " << *parameter.getString("name") << "  "
           << *parameter.getString("type") << '\n';
  }
  if (!frozen.empty()) {
    outs() << "frozen: " << frozen.size() << " parameters\n";
    for (const json::Value &value : frozen)
      outs() << "  " << *value.getAsString() << '\n';
  }
  outs() << "kept for the way back: "
         << facts.getInteger("saved_values").value_or(0) << " values, "
         << size(facts, "saved_bytes") << '\n';
  if (int64_t level = facts.getInteger("recompute").value_or(0))
    outs() << "computed again for the way back: "
           << (level == 1
                   ? std::string("what is cheap")
                   : formatv("all but the borders of {0} parts", level).str())
           << '\n';
  outs() << "optimizer: " << size(facts, "state_bytes") << " of states\n";
  outs() << "all together: " << size(facts, "working_set_bytes") << '\n';
  for (const char *name : {"step", "evaluation"}) {
    const json::Object &function = *facts.getObject(name);
    outs() << name << ": workspace " << size(function, "arena_bytes")
           << " (without sharing " << size(function, "arena_naive_bytes")
           << ")";
    if (std::optional<int64_t> flops = function.getInteger("flops"))
      outs() << formatv(", {0:f6} GFLOP", *flops / 1e9);
    outs() << '\n';
  }
}

Status TrainingInspection::run() {
  Expected<CompileOptions> options = parseOptions(arguments);
  if (!options)
    return fail(options.takeError());
  options->stopAfter = Phase::Buffers;
  options->modelName = getModelName(arguments.model);
  Expected<TrainingSetup> setup =
      TrainingSetup::create(arguments.model, arguments.training, *options);
  if (!setup)
    return fail(setup.takeError());
  Expected<ParameterChoice> choice = ParameterChoice::create(
      arguments.training.freeze, arguments.training.trainOnly,
      options->training->adapters.targets);
  if (!choice)
    return fail(choice.takeError());
  options->isParameter = [&](StringRef name) {
    bool isOne = choice->isTrained(name);
    isTrained.insert({names.insert(name).first->first(), isOne});
    return isOne;
  };
  using training::Function;
  for (auto [function, model] :
       {std::pair(Function::Step, &step),
        std::pair(Function::Evaluation, &evaluation)}) {
    options->training->function = function;
    CompileResult result = compile(setup->getSource(), *options, messages);
    Status status = choice->reportUse(result.status, messages);
    if (status != Status::Success)
      return status;
    *model = std::move(result.model);
  }
  json::Object facts = describe();
  if (arguments.json)
    outs() << formatv("{0:2}\n", json::Value(std::move(facts)));
  else
    print(facts);
  return Status::Success;
}

int swage::inspectTraining(const InspectArguments &arguments,
                           const Messages &messages) {
  return getExitCode(TrainingInspection(arguments, messages).run());
}
