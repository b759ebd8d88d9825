//===- Commands.h - the command line of `swage` -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One function for each command declares its options; what a command does is
// the driver's. `status` gets the exit code of the command that is run.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TOOLS_SWAGE_COMMANDS_H
#define SWAGE_COMPILER_TOOLS_SWAGE_COMMANDS_H

#include "compiler/Driver/Commands.h"
#include <CLI/CLI.hpp>

namespace swage::tool {

void addCompile(CLI::App &app, int &status);
void addRun(CLI::App &app, int &status);
void addCheck(CLI::App &app, int &status);
void addBench(CLI::App &app, int &status);
void addGenerate(CLI::App &app, int &status);
void addInspect(CLI::App &app, int &status);
void addTrain(CLI::App &app, int &status);
void addDoctor(CLI::App &app, int &status);

/// The model itself.
void addModel(CLI::App &command, ModelArguments &arguments);
/// The options of every command that compiles.
void addModelOptions(CLI::App &command, ModelArguments &arguments);
/// How a model is trained.
void addTraining(CLI::App &command, TrainingArguments &arguments);
/// --threads
void addThreads(CLI::App &command, ModelArguments &arguments);
/// The options on inputs.
void addInputOptions(CLI::App &command, InputArguments &arguments);

} // namespace swage::tool

#endif // SWAGE_COMPILER_TOOLS_SWAGE_COMMANDS_H
