//===- Bench.cpp - swage bench -------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addBench(CLI::App &app, int &status) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App *command =
      app.add_subcommand("bench", "measure how long a model takes");
  addModel(*command, *arguments);
  addInputOptions(*command, *arguments);
  command->add_option("--seconds", arguments->seconds, "how long to measure")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("S")
      ->capture_default_str();
  command->add_flag("--kernels", arguments->kernels,
                    "list what each kernel takes, and how that compares with "
                    "what the machine allows");
  command->add_option("--json", arguments->json, "write the times to FILE")
      ->type_name("FILE");
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runBench(*arguments); });
}
