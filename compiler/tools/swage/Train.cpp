//===- Train.cpp - swage train -------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

/// What it is trained on.
static void addData(CLI::App &command, TrainArguments &arguments) {
  command
      .add_option("--data", arguments.data,
                  "examples: a .npz file with an array for each input, and "
                  "'target'")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--val", arguments.validation,
                  "examples to validate with; the best epoch is kept")
      ->type_name("FILE");
  command.add_option("-o,--output", arguments.output, "the trained model")
      ->type_name("FILE");
}

/// How it goes.
static void addCourse(CLI::App &command, TrainArguments &arguments) {
  command.add_option("--lr", arguments.rate, "the learning rate")
      ->check(CLI::NonNegativeNumber)
      ->type_name("RATE")
      ->capture_default_str();
  command
      .add_option("--schedule", arguments.schedule,
                  "the rate over time: constant, step,every=10,factor=0.1 or "
                  "cosine, each with warmup=EPOCHS")
      ->type_name("SCHEDULE")
      ->capture_default_str();
  command.add_option("--epochs", arguments.epochs, "how often to see all data")
      ->check(CLI::Range(1, 1 << 30))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--patience", arguments.patience,
                  "end after N epochs without a better loss of validation")
      ->type_name("N");
}

/// What is written on the way.
static void addRecords(CLI::App &command, TrainArguments &arguments) {
  command
      .add_option("--checkpoint", arguments.checkpoint,
                  "where training can go on from; written after every epoch")
      ->type_name("FILE");
  command.add_flag("--resume", arguments.resume,
                   "go on from the checkpoint, as if never interrupted");
  command
      .add_option("--metrics", arguments.metrics,
                  "figures of every epoch, one JSON object a line")
      ->type_name("FILE");
  command
      .add_option("--picture", arguments.picture,
                  "the losses as a picture (SVG)")
      ->type_name("FILE");
}

void tool::addTrain(CLI::App &app, int &status) {
  auto arguments = std::make_shared<TrainArguments>();
  CLI::App *command =
      app.add_subcommand("train", "train a model and write it back");
  addModel(*command, *arguments);
  addData(*command, *arguments);
  addTraining(*command, arguments->training);
  addCourse(*command, *arguments);
  addRecords(*command, *arguments);
  addThreads(*command, *arguments);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runTrain(*arguments); });
}
