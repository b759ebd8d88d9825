//===- CAPI.cpp - the embedding interface ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// swage/swage.h over the driver. Nothing of C++ crosses the border: errors are
// status codes with messages from malloc.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "compiler/Driver/CAPISupport.h"
#include "compiler/Pipelines/ChooseBackends.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

const char *swage_version(void) { return SWAGE_VERSION; }

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

swage_compile_options *swage_compile_options_create(void) {
  return new swage_compile_options;
}

void swage_compile_options_destroy(swage_compile_options *options) {
  delete options;
}

/// Stores one option; an error says what was expected.
static Error setOption(swage_compile_options &options, StringRef key,
                       StringRef value) {
  auto refuse = [&](StringRef expected) {
    return createStringError(
        formatv("option {0}={1}: expected {2}", key, value, expected));
  };
  ModelArguments &arguments = options.arguments;
  if (key == "dim") {
    if (Error error = parseDim(value).takeError())
      return error;
    arguments.dims.push_back(value.str());
  } else if (key == "threads") {
    if (value.getAsInteger(10, arguments.threads) || arguments.threads > 4096)
      return refuse("a number up to 4096");
  } else if (key == "opt-level") {
    if (value.getAsInteger(10, arguments.optLevel) || arguments.optLevel > 3)
      return refuse("0, 1, 2 or 3");
  } else if (key == "target") {
    if (Error error = TargetInfo::parse(value).takeError())
      return error;
    arguments.target = value.str();
  } else if (key == "backend") {
    if (!is_contained(getBackendChoices(), value))
      return refuse("auto, llvm or halide");
    arguments.backend = value.str();
  } else if (key == "fp") {
    if (!is_contained(getFPChoices(), value))
      return refuse("contract or strict");
    arguments.fp = value.str();
  } else if (key == "weights-type") {
    if (!is_contained(getWeightTypes(), value))
      return refuse("f32, f16 or bf16");
    arguments.weightsType = value.str();
  } else if (key == "schedules") {
    arguments.schedules = value.str();
  } else if (key == "weights-at-load") {
    if (!is_contained(getWeightsAtLoadChoices(), value))
      return refuse("auto or never");
    options.growAtLoad = value == "auto";
  } else if (key == "kernel-cache") {
    arguments.kernelCache = value.str();
  } else if (key == "name") {
    if (value.empty() || getCIdentifier(value) != value)
      return refuse("an identifier of C");
    options.name = value.str();
  } else if (key == "bitcode" || key == "grow-caches") {
    if (value != "true" && value != "false")
      return refuse("true or false");
    (key == "bitcode" ? options.keepBitcode : arguments.growCaches) =
        value == "true";
  } else if (key == "loss") {
    options.training.loss = value.str();
  } else if (key == "optimizer") {
    options.training.optimizer = value.str();
  } else if (key == "clip-norm" || key == "clip-value") {
    double &limit = key == "clip-norm" ? options.training.clipNorm
                                       : options.training.clipValue;
    if (value.getAsDouble(limit) || limit < 0)
      return refuse("a number that is not negative");
  } else if (key == "accumulate") {
    if (value.getAsInteger(10, options.training.accumulate) ||
        options.training.accumulate == 0)
      return refuse("a number from 1 on");
  } else if (key == "activations-type") {
    options.training.activationsType = value.str();
  } else if (key == "memory-budget") {
    if (value.getAsInteger(10, options.training.memoryBudget))
      return refuse("a number of bytes");
  } else if (key == "lora") {
    Expected<training::AdapterOptions> adapters =
        training::AdapterOptions::parse(value);
    if (!adapters)
      return adapters.takeError();
    options.training.adapters = std::move(*adapters);
  } else if (key == "freeze") {
    options.freeze.push_back(value.str());
  } else if (key == "train-only") {
    options.trainOnly.push_back(value.str());
  } else {
    return createStringError(formatv(
        "there is no option '{0}'; there are dim, threads, opt-level, "
        "target, backend, fp, weights-type, schedules, kernel-cache, "
        "weights-at-load, name, bitcode, grow-caches, and for training loss, "
        "optimizer, clip-norm, clip-value, accumulate, activations-type, "
        "memory-budget, lora, freeze and train-only",
        key));
  }
  return Error::success();
}

swage_status swage_compile_options_set(swage_compile_options *options,
                                       const char *key, const char *value,
                                       char **error) {
  if (error)
    *error = nullptr;
  if (Error problem = setOption(*options, key, value))
    return fail(error, SWAGE_BAD_ARGUMENT, std::move(problem));
  return SWAGE_OK;
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

Expected<CompileOptions>
swage::getCompileOptions(const swage_compile_options &options,
                         const ModelSource &source) {
  Expected<CompileOptions> result = parseOptions(options.arguments);
  if (!result)
    return result.takeError();
  result->keepBitcode = options.keepBitcode;
  result->growAtLoad = options.growAtLoad;
  result->modelName =
      options.name.empty() ? getModelName(source.path) : options.name;
  return result;
}

static swage_status compileSource(const ModelSource &source,
                                  const swage_compile_options *given,
                                  swage_module **module, char **error) {
  *module = nullptr;
  if (error)
    *error = nullptr;
  swage_compile_options defaults;
  const swage_compile_options &options = given ? *given : defaults;
  Expected<CompileOptions> compileOptions = getCompileOptions(options, source);
  if (!compileOptions)
    return fail(error, SWAGE_BAD_ARGUMENT, compileOptions.takeError());

  MessageText text;
  CompileResult result = compile(source, *compileOptions, text.getMessages());
  if (result.status != Status::Success)
    return fail(error, static_cast<swage_status>(result.status), text.text);

  auto made = std::make_unique<swage_module>();
  made->optLevel = options.arguments.optLevel;
  if (!isNative(result.model.target)) {
    made->foreign = std::move(result.model);
  } else {
    Expected<std::unique_ptr<LoadedModel>> loaded =
        LoadedModel::load(std::move(result.model), options.arguments.threads);
    if (!loaded)
      return fail(error, SWAGE_ERROR, loaded.takeError());
    made->loaded = std::move(*loaded);
  }
  made->values = ValueTable(made->getCompiled().signature);
  raw_string_ostream(made->facts)
      << json::Value(describeModel(made->getCompiled()));
  *module = made.release();
  return SWAGE_OK;
}

swage_status swage_compile_file(const char *path,
                                const swage_compile_options *options,
                                swage_module **module, char **error) {
  return compileSource(ModelSource::file(path), options, module, error);
}

swage_status swage_compile_memory(const void *bytes, size_t size,
                                  const swage_compile_options *options,
                                  swage_module **module, char **error) {
  return compileSource(getSource(bytes, size), options, module, error);
}

void swage_module_destroy(swage_module *module) { delete module; }

//===----------------------------------------------------------------------===//
// Asking
//===----------------------------------------------------------------------===//

uint32_t swage_module_num_inputs(const swage_module *module) {
  return module->getCompiled().signature.inputs.size();
}

uint32_t swage_module_num_outputs(const swage_module *module) {
  return module->getCompiled().signature.outputs.size();
}

const swage_value_info *swage_module_input(const swage_module *module,
                                           uint32_t index) {
  return index < module->values.getInputs().size()
             ? &module->values.getInputs()[index]
             : nullptr;
}

const swage_value_info *swage_module_output(const swage_module *module,
                                            uint32_t index) {
  return index < module->values.getOutputs().size()
             ? &module->values.getOutputs()[index]
             : nullptr;
}

const char *swage_module_facts(const swage_module *module) {
  return module->facts.c_str();
}

uint64_t swage_module_workspace_size(const swage_module *module) {
  return module->getCompiled().arenaSize;
}

//===----------------------------------------------------------------------===//
// Running and writing
//===----------------------------------------------------------------------===//

swage_status swage_module_run(const swage_module *module,
                              const swage_tensor *inputs, swage_tensor *outputs,
                              void *workspace, char **error) {
  if (error)
    *error = nullptr;
  if (!module->loaded)
    return failForeign(error, *module);
  return swage_session_run(module->loaded->getSession(), inputs, outputs,
                           workspace, error);
}

swage_status swage_module_emit(const swage_module *module, const char *kind,
                               const char *path, int weightsInFile,
                               char **error) {
  if (error)
    *error = nullptr;
  std::optional<ArtifactKind> parsed = parseArtifactKind(kind);
  if (!parsed || *parsed == ArtifactKind::MLIR)
    return fail(error, SWAGE_BAD_ARGUMENT,
                formatv("there is no kind '{0}' of artifact to write from a "
                        "module; the kinds are {1}",
                        kind, join(drop_end(getArtifactKindNames()), ", ")));
  ArtifactOptions options;
  options.kind = *parsed;
  options.output = path;
  options.weightsInFile = weightsInFile != 0;
  options.optLevel = module->optLevel;
  if (Error problem = writeArtifact(module->getCompiled(), options))
    return fail(error, SWAGE_ERROR, std::move(problem));
  return SWAGE_OK;
}
