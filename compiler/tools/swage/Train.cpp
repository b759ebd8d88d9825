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
                  "'target'; a folder of images, as CLASS/NAME.png; or a "
                  "folder of ONNX test data, as test_data_set_0/input_0.pb")
      ->type_name("PATH")
      ->required();
  command
      .add_option("--val", arguments.validation,
                  "examples to validate with; the best epoch is kept")
      ->type_name("PATH");
  command.add_option("-o,--output", arguments.output, "the trained model")
      ->type_name("FILE");
}

/// How images become numbers.
static void addImages(CLI::App &command, ImageOptions &images) {
  command
      .add_option("--image-mean", images.mean,
                  "subtracted from pixels, which are between 0 and 1; one "
                  "number, or one for each channel behind commas")
      ->delimiter(',')
      ->type_name("X,...");
  command
      .add_option("--image-std", images.deviation,
                  "what pixels are divided by, after that")
      ->delimiter(',')
      ->type_name("X,...");
  command
      .add_option("--image-fit", images.fit,
                  "how images get the size of the model's input: stretch, or "
                  "crop, which keeps proportions and the centre")
      ->check(CLI::IsMember({"stretch", "crop"}))
      ->capture_default_str();
  command
      .add_option("--image-cache", images.cacheSize,
                  "memory for decoded images, 1G otherwise; others are decoded "
                  "again in every epoch")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->type_name("SIZE");
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
  addImages(*command, arguments->images);
  addTraining(*command, arguments->training);
  addCourse(*command, *arguments);
  addRecords(*command, *arguments);
  addThreads(*command, *arguments);
  addModelOptions(*command, *arguments);
  command->callback([=, &status] { status = runTrain(*arguments); });
}
