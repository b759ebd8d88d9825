//===- TestCase.h - models with expected outputs ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A test case in the form of the ONNX suites: a folder with a model and folders
// test_data_set_<n>, each with input_<i>.pb and output_<i>.pb (or .npy).
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_TESTCASE_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_TESTCASE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace swage {

/// Files of one run, in the order of the model's inputs and outputs.
struct DataSet {
  std::string name; ///< the folder's
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

struct TestCase {
  std::string name; ///< the folder's
  std::string model;
  std::vector<DataSet> dataSets;
};

/// The cases at `path`: a model file with data sets beside it, a folder with
/// `model.onnx`, or a folder with such folders at any depth. Sorted by path.
llvm::Expected<std::vector<TestCase>> findTestCases(llvm::StringRef path);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_TESTCASE_H
