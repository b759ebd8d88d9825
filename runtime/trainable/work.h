//===- work.h - what an executable that trains does -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRAINABLE_WORK_H
#define SWAGE_TRAINABLE_WORK_H

#include "trainable/examples.h"
#include "trainable/options.h"

/// Trains for as many epochs as the options say, and prints a line for each.
/// `validation` may be NULL.
swage_status swage_train(swage_trainee *trainee, swage_examples *examples,
                         swage_examples *validation,
                         const swage_train_options *options, char **error);

/// Prints the mean loss of all whole batches.
swage_status swage_train_evaluate(swage_trainee *trainee,
                                  swage_examples *examples, char **error);

/// Writes the outputs for all examples, the first dimension counting them.
swage_status swage_train_predict(const swage_training *training,
                                 swage_trainee *trainee,
                                 swage_examples *examples,
                                 const char *directory, char **error);

#endif
