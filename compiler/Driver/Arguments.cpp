//===- Arguments.cpp - options that users wrote ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Arguments.h"
#include "compiler/Pipelines/ChooseBackends.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

Expected<DimRange> swage::parseDim(StringRef text) {
  // Names of dimensions are free; sizes are not.
  auto [name, sizes] = text.rsplit('=');
  DimRange dim{name.str()};
  if (!sizes.contains("..")) {
    if (name.empty() || sizes.getAsInteger(10, dim.low) || dim.low < 1)
      return createStringError(
          formatv("--dim {0}: expected NAME=N with a size N of at least 1, as "
                  "in --dim batch=4, or a range, as in --dim batch=1..16",
                  text));
    dim.high = dim.low;
    return dim;
  }
  auto [low, high] = sizes.split("..");
  if (name.empty() || low.getAsInteger(10, dim.low) || dim.low < 0 ||
      high.getAsInteger(10, dim.high) || dim.high < 1 || dim.high < dim.low)
    return createStringError(
        formatv("--dim {0}: expected NAME=LOW..HIGH with sizes from 0, the "
                "second of which is the greater one, as in --dim batch=1..16",
                text));
  return dim;
}

Expected<Phase> swage::parsePhaseArgument(StringRef flag, StringRef name) {
  if (std::optional<Phase> phase = parsePhase(name))
    return *phase;
  std::vector<StringRef> names;
  for (const PhaseInfo &info : getPhases())
    names.push_back(info.name);
  return createStringError(
      formatv("{0}={1}: there is no such phase; the phases "
              "are {2}",
              flag, name, join(names, ", ")));
}

ArrayRef<StringLiteral> swage::getWeightsAtLoadChoices() {
  static constexpr StringLiteral choices[] = {"auto", "never"};
  return choices;
}

ArrayRef<StringLiteral> swage::getWeightTypes() {
  static constexpr StringLiteral types[] = {"f32", "f16", "bf16"};
  return types;
}

ArrayRef<StringLiteral> swage::getFPChoices() {
  static constexpr StringLiteral choices[] = {"contract", "strict"};
  return choices;
}

Error swage::checkChoice(StringRef option, StringRef value,
                         ArrayRef<StringLiteral> choices) {
  if (is_contained(choices, value))
    return Error::success();
  return createStringError(
      formatv("{0}={1}: expected {2}", option, value, join(choices, ", ")));
}

void swage::printModule(raw_ostream &os, mlir::ModuleOp module) {
  // Small constants are worth reading; weights are not.
  module->print(os, mlir::OpPrintingFlags()
                        .elideLargeElementsAttrs(64)
                        .elideLargeResourceString(64));
  os << '\n';
}

Expected<CompileOptions> swage::parseOptions(const ModelArguments &arguments) {
  CompileOptions options;
  Expected<TargetInfo> target = TargetInfo::parse(arguments.target);
  if (!target)
    return target.takeError();
  options.target = std::move(*target);
  options.optLevel = arguments.optLevel;
  if (Error error =
          checkChoice("--backend", arguments.backend, getBackendChoices()))
    return std::move(error);
  if (Error error = checkChoice("--fp", arguments.fp, getFPChoices()))
    return std::move(error);
  if (Error error = checkChoice("--weights-type", arguments.weightsType,
                                getWeightTypes()))
    return std::move(error);
  options.weightsType = arguments.weightsType;
  options.backend = arguments.backend;
  options.schedules = arguments.schedules;
  options.strictFP = arguments.fp == "strict";
  options.kernelCache = arguments.kernelCache;
  options.threads = arguments.threads;
  options.growCaches = arguments.growCaches;
  for (const std::string &text : arguments.dims) {
    auto dim = parseDim(text);
    if (!dim)
      return dim.takeError();
    if (dim->low == dim->high)
      options.dims.emplace_back(dim->name, dim->low);
    else
      options.dimRanges.push_back(std::move(*dim));
  }
  SmallVector<Phase> dumps;
  for (const std::string &name : arguments.dumpAfter) {
    Expected<Phase> phase = parsePhaseArgument("--dump-after", name);
    if (!phase)
      return phase.takeError();
    dumps.push_back(*phase);
  }
  if (!dumps.empty())
    options.onEnd = [dumps](Phase phase, mlir::ModuleOp module) {
      if (!is_contained(dumps, phase))
        return;
      errs() << "// ---- after " << getPhaseName(phase) << "\n";
      printModule(errs(), module);
    };
  return options;
}
