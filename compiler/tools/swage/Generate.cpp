//===- Generate.cpp - swage generate -------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addGenerate(CLI::App &app, int &status) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App *command = app.add_subcommand(
      "generate", "let a language model continue a text, token by token");
  addModel(*command, *arguments);
  command
      ->add_option("--prompt-ids", arguments->promptIds,
                   "the tokens to continue, 15496,11,995, or @FILE with a .npy "
                   "or ONNX tensor (.pb) of them")
      ->type_name("IDS")
      ->required();
  command
      ->add_option("--max-tokens", arguments->maxTokens,
                   "how many new tokens, at most")
      ->check(CLI::Range(uint64_t(1), uint64_t(1) << 40))
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--stop-token", arguments->stopTokens,
                   "end after this token; may be given more than once")
      ->type_name("ID")
      ->allow_extra_args(false);
  command
      ->add_option("--temperature", arguments->temperature,
                   "choose at random, the more the higher; 0 takes the best")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("T")
      ->capture_default_str();
  command
      ->add_option("--top-k", arguments->topK,
                   "choose from the K best tokens; 0 from all")
      ->type_name("K")
      ->capture_default_str();
  command
      ->add_option("--top-p", arguments->topP,
                   "choose from the best tokens that have this probability "
                   "together")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("P")
      ->capture_default_str();
  command
      ->add_option("--seed", arguments->seed,
                   "what random choices follow from")
      ->type_name("S")
      ->capture_default_str();
  command->add_flag("--stats", arguments->stats,
                    "print tokens per second, and how many the memory's speed "
                    "would allow, to stderr");
  addThreads(*command, *arguments);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runGenerate(*arguments); });
}
