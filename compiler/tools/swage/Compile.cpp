//===- Compile.cpp - swage compile ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addCompile(CLI::App &app, int &status) {
  auto arguments = std::make_shared<CompileArguments>();
  CLI::App *command = app.add_subcommand(
      "compile", "make an executable, a library or another form of a model");
  addModel(*command, *arguments);
  command->add_option("-o,--output", arguments->output, "the file to write")
      ->type_name("FILE");
  command
      ->add_option("--emit", arguments->emit,
                   "what to make: exe, shared, static, object, header, "
                   "llvm-ir, bitcode, asm, stmt or mlir")
      ->type_name("KIND")
      ->capture_default_str();
  command
      ->add_option("--stop-after", arguments->stopAfter,
                   "end after a phase and write its module: import, graph, "
                   "layout, kernels, constants, buffers, code")
      ->type_name("PHASE");
  command
      ->add_option("--weights", arguments->weights,
                   "where weights go: embed, or file (beside the output)")
      ->type_name("WHERE")
      ->capture_default_str();
  command
      ->add_option("--weights-at-load", arguments->weightsAtLoad,
                   "which weights the program makes when it starts: auto "
                   "(those that would make the file much larger), or never")
      ->type_name("WHICH")
      ->capture_default_str();
  command->add_flag("--train", arguments->train,
                    "make the training of the model: step, evaluation and "
                    "prediction");
  addTraining(*command, arguments->training);
  addThreads(*command, *arguments);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runCompile(*arguments); });
}
