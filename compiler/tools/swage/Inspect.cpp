//===- Inspect.cpp - swage inspect ---------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addInspect(CLI::App &app, int &status) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App *command = app.add_subcommand(
      "inspect", "say what a model or a compiled artifact is, without running "
                 "it");
  command
      ->add_option("FILE", arguments->model,
                   "an ONNX model, or an executable or library from one")
      ->required();
  command->add_flag("--json", arguments->json, "print JSON");
  command->add_flag("--train", arguments->train,
                    "say what training the model takes");
  addTraining(*command, arguments->training);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runInspect(*arguments); });
}
