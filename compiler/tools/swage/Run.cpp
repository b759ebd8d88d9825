//===- Run.cpp - swage run -----------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addRun(CLI::App &app, int &status) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App *command =
      app.add_subcommand("run", "compile a model in memory and run it");
  addModel(*command, *arguments);
  addInputOptions(*command, *arguments);
  command
      ->add_option("--output-dir", arguments->outputDir,
                   "write DIR/<output>.npy; a summary is printed otherwise")
      ->type_name("DIR");
  command->add_flag("--profile", arguments->profile,
                    "run for a second and list what each kernel takes");
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runRun(*arguments); });
}
