//===- InspectTraining.h - swage inspect --train ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_INSPECTTRAINING_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_INSPECTTRAINING_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Messages.h"

namespace swage {

/// Says what training the model takes; gives the exit code.
int inspectTraining(const InspectArguments &arguments,
                    const Messages &messages);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_INSPECTTRAINING_H
