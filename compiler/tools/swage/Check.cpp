//===- Check.cpp - swage check -------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addCheck(CLI::App &app, int &status) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App *command = app.add_subcommand(
      "check", "compile, run and compare models with expected outputs");
  command
      ->add_option("PATH", arguments->paths,
                   "test cases (model.onnx and test_data_set_*) or folders "
                   "of them")
      ->required();
  command->add_option("--jobs,-j", arguments->jobs, "cases at the same time")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  command
      ->add_option("--rtol", arguments->tolerance.relative,
                   "tolerance of floating-point numbers relative to each")
      ->type_name("X")
      ->capture_default_str();
  command
      ->add_option("--atol", arguments->tolerance.absolute,
                   "tolerance of floating-point numbers, added to the others")
      ->type_name("X")
      ->capture_default_str();
  command
      ->add_option("--mtol", arguments->tolerance.ofLargest,
                   "tolerance of floating-point numbers relative to the largest "
                   "magnitude of their output; 0 for the measure of ONNX's own "
                   "tests")
      ->type_name("X")
      ->capture_default_str();
  command
      ->add_option("--timeout", arguments->timeout,
                   "seconds after which a case has failed")
      ->check(CLI::Range(1, 1000000))
      ->type_name("S")
      ->capture_default_str();
  command->add_flag("--dynamic", arguments->dynamic,
                    "leave every dimension of the inputs to the run, under the "
                    "model's name or INPUT.AXIS");
  command->add_flag("--constant-inputs", arguments->constantInputs,
                    "compile the inputs' data in as constants, so that all is "
                    "folded that can be");
  command->add_option("--json", arguments->json, "write the results to FILE")
      ->type_name("FILE");
  addThreads(*command, *arguments);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runCheck(*arguments); });
}
