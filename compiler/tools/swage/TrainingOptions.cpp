//===- TrainingOptions.cpp - how a model is trained -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The options that `swage train` and `swage compile --train` share.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

/// What is trained.
static void addSubject(CLI::App &command, TrainingArguments &arguments) {
  command
      .add_option("--freeze", arguments.freeze,
                  "parameters that stay as they are: encoder.*")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command
      .add_option("--train-only", arguments.trainOnly,
                  "the only parameters that are trained")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command
      .add_option("--lora", arguments.lora,
                  "train low-rank adapters of matrices, not the matrices: "
                  "rank=8,alpha=16,targets=encoder.*")
      ->type_name("ADAPTERS");
  command
      .add_option("--replace-head", arguments.replaceHead,
                  "make the last layer anew; NAME is that of its weights")
      ->type_name("NAME");
  command
      .add_option("--classes", arguments.classes,
                  "how many classes the new layer tells apart")
      ->check(CLI::Range(1, 1 << 24))
      ->type_name("N");
}

void tool::addTraining(CLI::App &command, TrainingArguments &arguments) {
  command
      .add_option("--loss", arguments.loss,
                  "cross-entropy, nll, mse, l1, huber, bce-with-logits or "
                  "output; numbers follow commas")
      ->type_name("LOSS")
      ->capture_default_str();
  command
      .add_option("--optimizer", arguments.optimizer,
                  "sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw or "
                  "lamb: adam,beta1=0.8; model takes the training that the "
                  "model brings")
      ->type_name("OPTIMIZER")
      ->capture_default_str();
  command
      .add_option("--clip-norm", arguments.clipNorm,
                  "limit of the norm of all gradients")
      ->check(CLI::NonNegativeNumber)
      ->type_name("LIMIT");
  command
      .add_option("--clip-value", arguments.clipValue,
                  "limit of each element of the gradients")
      ->check(CLI::NonNegativeNumber)
      ->type_name("LIMIT");
  command
      .add_option("--accumulate", arguments.accumulate,
                  "change parameters in every Nth step only, by the mean of N "
                  "gradients")
      ->check(CLI::Range(1, 1 << 24))
      ->type_name("N");
  command
      .add_option("--activations-type", arguments.activationsType,
                  "how values of the forward pass are kept for the way back: "
                  "f32, f16 or bf16; parameters, gradients and arithmetic stay "
                  "f32")
      ->type_name("TYPE")
      ->capture_default_str();
  command
      .add_option("--memory-budget", arguments.memoryBudget,
                  "what a step may take with parameters and states, as in "
                  "512M; values are computed again rather than kept to stay "
                  "within it")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->type_name("SIZE");
  command
      .add_option("--batch", arguments.batch,
                  "examples of a step; the model's own otherwise, or 32")
      ->check(CLI::Range(1, 1 << 24))
      ->type_name("N");
  command.add_option("--seed", arguments.seed, "chooses the order of the data")
      ->type_name("N")
      ->capture_default_str();
  addSubject(command, arguments);
}
