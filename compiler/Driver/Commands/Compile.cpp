//===- Compile.cpp - swage compile ----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A model file becomes an artifact.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Driver/Training/CompileTraining.h"
#include "compiler/Driver/Training/ParameterChoice.h"
#include "compiler/Driver/Training/Setup.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace swage;

namespace {
/// What is to be done, checked.
struct Plan {
  CompileOptions compile;
  ArtifactOptions artifact;
};
} // namespace

/// Whether the output goes to stdout.
static bool isStdout(StringRef output) {
  return output.empty() || output == "-";
}

static Expected<Plan> makePlan(const CompileArguments &arguments) {
  Plan plan;
  Expected<CompileOptions> options = parseOptions(arguments);
  if (!options)
    return options.takeError();
  plan.compile = std::move(*options);
  std::optional<ArtifactKind> kind = parseArtifactKind(arguments.emit);
  if (!kind)
    return createStringError(
        formatv("--emit={0}: there is no such kind; the kinds are {1}",
                arguments.emit, join(getArtifactKindNames(), ", ")));
  if (arguments.weights != "embed" && arguments.weights != "file")
    return createStringError(formatv(
        "--weights={0}: expected 'embed' or 'file'", arguments.weights));
  if (Error error = checkChoice("--weights-at-load", arguments.weightsAtLoad,
                                getWeightsAtLoadChoices()))
    return error;
  // The module is what there is to see before the artifact exists; the one that
  // `buffers` leaves is the last that is complete as text.
  if (*kind == ArtifactKind::MLIR)
    plan.compile.stopAfter = Phase::Buffers;
  if (!arguments.stopAfter.empty()) {
    Expected<Phase> phase =
        parsePhaseArgument("--stop-after", arguments.stopAfter);
    if (!phase)
      return phase.takeError();
    plan.compile.stopAfter = *phase;
    if (*phase != Phase::Artifact)
      kind = ArtifactKind::MLIR;
  }
  if (isStdout(arguments.output) && *kind != ArtifactKind::MLIR)
    return createStringError("no output file: give -o FILE; only a module "
                             "(--emit=mlir) goes to standard output");
  plan.artifact.kind = *kind;
  plan.artifact.output = arguments.output;
  plan.artifact.weightsInFile = arguments.weights == "file";
  plan.artifact.optLevel = arguments.optLevel;
  plan.compile.growAtLoad = arguments.weightsAtLoad == "auto";
  plan.compile.keepBitcode = needsBitcode(*kind);
  plan.compile.keepStatements = *kind == ArtifactKind::Statements;
  plan.compile.modelName = getModelName(
      arguments.output.empty() ? arguments.model : arguments.output);
  return plan;
}

/// Compiles the training of a model, and writes it.
static Status runTraining(const CompileArguments &arguments, Plan &plan,
                          Progress &progress, const Messages &messages) {
  auto fail = [&](Error error) {
    messages.error(std::move(error));
    return Status::Error;
  };
  Expected<TrainingSetup> setup =
      TrainingSetup::create(arguments.model, arguments.training, plan.compile);
  if (!setup)
    return fail(setup.takeError());
  Expected<ParameterChoice> choice = ParameterChoice::create(
      arguments.training.freeze, arguments.training.trainOnly,
      plan.compile.training->adapters.targets);
  if (!choice)
    return fail(choice.takeError());
  if (plan.artifact.kind == ArtifactKind::MLIR) {
    // There is one module for each function; that of the step says most.
    plan.compile.isParameter = [&](StringRef name) {
      return choice->isTrained(name);
    };
    Status status = compile(setup->getSource(), plan.compile, messages).status;
    return choice->reportUse(status, messages);
  }
  CompileTrainingResult result =
      compileTraining(setup->getSource(), plan.compile, *choice, messages);
  if (result.status != Status::Success)
    return result.status;
  progress.show("writing " + arguments.output);
  if (Error error = writeArtifact(result.training, plan.artifact))
    return fail(std::move(error));
  return Status::Success;
}

int swage::runCompile(const CompileArguments &arguments) {
  Progress progress;
  Messages messages([&](StringRef text) {
    progress.clear();
    errs() << text << '\n';
  });
  Expected<Plan> plan = makePlan(arguments);
  if (!plan) {
    messages.error(plan.takeError());
    return getExitCode(Status::Error);
  }

  // The module as text, taken when the last phase ends.
  std::string text;
  CompileOptions &options = plan->compile;
  if (plan->artifact.kind == ArtifactKind::MLIR)
    options.onEnd = [&, dump = options.onEnd](Phase phase,
                                              mlir::ModuleOp module) {
      if (dump)
        dump(phase, module);
      if (phase != options.stopAfter)
        return;
      raw_string_ostream os(text);
      printModule(os, module);
    };
  progress.follow(options, arguments.model);
  // Whoever interrupts the command finds no remains of it.
  plan->artifact.onTemporaryFile = [](StringRef path) {
    sys::RemoveFileOnSignal(path);
  };
  bool isText = plan->artifact.kind == ArtifactKind::MLIR;
  CompileResult result;
  if (arguments.train)
    result.status = runTraining(arguments, *plan, progress, messages);
  else
    result = compile(ModelSource::file(arguments.model), options, messages);
  if (result.status != Status::Success || (arguments.train && !isText))
    return getExitCode(result.status);

  progress.show("writing " + arguments.output);
  if (isText && isStdout(arguments.output)) {
    progress.clear();
    outs() << text;
    return 0;
  }
  Error error =
      isText ? writeFile(arguments.output, text, plan->artifact.onTemporaryFile)
             : writeArtifact(result.model, plan->artifact);
  if (!error)
    return 0;
  messages.error(std::move(error));
  return getExitCode(Status::Error);
}
