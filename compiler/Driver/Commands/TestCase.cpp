//===- TestCase.cpp - models with expected outputs ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Commands/TestCase.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace swage;

/// The subfolders of `folder` in alphabetical order.
static std::vector<std::string> getFolders(StringRef folder) {
  std::vector<std::string> folders;
  std::error_code code;
  for (sys::fs::directory_iterator i(folder, code), end; i != end && !code;
       i.increment(code))
    if (sys::fs::is_directory(i->path()))
      folders.push_back(i->path());
  llvm::sort(folders);
  return folders;
}

static std::string join(StringRef folder, const Twine &name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

/// PREFIX_0, PREFIX_1, ... as long as there is one.
static std::vector<std::string> getFiles(StringRef folder, StringRef prefix) {
  std::vector<std::string> files;
  for (;;) {
    std::string stem = join(folder, prefix + "_" + Twine(files.size()).str());
    if (sys::fs::exists(stem + ".pb"))
      files.push_back(stem + ".pb");
    else if (sys::fs::exists(stem + ".npy"))
      files.push_back(stem + ".npy");
    else
      return files;
  }
}

static TestCase readCase(StringRef folder, StringRef model) {
  TestCase result;
  SmallString<256> absolute(folder.empty() ? "." : folder);
  sys::fs::make_absolute(absolute);
  sys::path::remove_dots(absolute, /*remove_dot_dot=*/true);
  result.name = sys::path::filename(absolute).str();
  result.model = model.str();
  for (const std::string &data : getFolders(folder.empty() ? "." : folder))
    if (sys::path::filename(data).starts_with("test_data_set_"))
      result.dataSets.push_back({sys::path::filename(data).str(),
                                 getFiles(data, "input"),
                                 getFiles(data, "output")});
  return result;
}

static void collectCases(StringRef folder, std::vector<TestCase> &cases) {
  std::string model = join(folder, "model.onnx");
  if (sys::fs::exists(model)) {
    cases.push_back(readCase(folder, model));
    return;
  }
  for (const std::string &inner : getFolders(folder))
    collectCases(inner, cases);
}

Expected<std::vector<TestCase>> swage::findTestCases(StringRef path) {
  std::vector<TestCase> cases;
  if (!sys::fs::exists(path))
    return createStringError(
        formatv("cannot check '{0}': no such file or folder", path));
  if (!sys::fs::is_directory(path)) {
    cases.push_back(readCase(sys::path::parent_path(path), path));
    return cases;
  }
  collectCases(path, cases);
  if (cases.empty())
    return createStringError(
        formatv("cannot check '{0}': there is no model.onnx in this folder or "
                "one below it",
                path));
  return cases;
}
