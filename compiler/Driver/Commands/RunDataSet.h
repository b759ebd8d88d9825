//===- RunDataSet.h - a model on the data of a test case --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_RUNDATASET_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_RUNDATASET_H

#include "compiler/Driver/Commands/TestCase.h"
#include "compiler/Driver/Compare.h"
#include "compiler/Driver/LoadedModel.h"

namespace swage {

/// How the outputs of a run compare with the expected ones.
struct Comparison {
  /// The first output that is not as expected, and how; empty if all are.
  std::string difference;
  /// Some outputs are drawn at random: of these, only what the standard says of
  /// them was compared.
  bool isRandom = false;
};

/// The tensors in files of inputs; nothing for what cannot be a constant.
std::vector<Tensor> loadConstants(llvm::ArrayRef<std::string> paths);

/// Runs the model of a test case on one of its data sets. Inputs in `constants`
/// are part of the model.
llvm::Expected<Comparison> runDataSet(const TestCase &test, const DataSet &data,
                                      const LoadedModel &model,
                                      llvm::ArrayRef<Tensor> constants,
                                      Tolerance tolerance);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_RUNDATASET_H
