//===- Doctor.cpp - swage doctor -----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addDoctor(CLI::App &app, int &status) {
  CLI::App *command = app.add_subcommand(
      "doctor", "say what this machine offers and whether anything is missing");
  command->callback([&status] { status = runDoctor(); });
}
