//===- WorkFiles.cpp - files in the making --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/WorkFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(
      formatv("cannot write '{0}': {1}", path, code.message()));
}

Expected<WorkFiles> WorkFiles::create(StringRef output,
                                      TemporaryFileHook hook) {
  // Renaming would replace a folder's or a device's entry.
  if (sys::fs::exists(output) && !sys::fs::is_regular_file(output))
    return createStringError(formatv(
        "cannot write '{0}': it exists and is no ordinary file", output));
  SmallString<256> model(sys::path::parent_path(output)), path;
  sys::path::append(model, ".swage-%%%%%%%%");
  // The first file reserves the prefix of the others.
  int descriptor;
  if (std::error_code code = sys::fs::createUniqueFile(model, descriptor, path))
    return cannotWrite(output, code);
  sys::fs::file_t file = sys::fs::convertFDToNativeFile(descriptor);
  sys::fs::closeFile(file);
  WorkFiles work;
  work.prefix = path.str().str();
  work.hook = std::move(hook);
  work.add("");
  return work;
}

WorkFiles::WorkFiles(WorkFiles &&other)
    : prefix(std::move(other.prefix)), hook(std::move(other.hook)),
      files(std::move(other.files)), results(std::move(other.results)) {
  other.files.clear();
}

WorkFiles::~WorkFiles() {
  for (const std::string &file : files)
    sys::fs::remove(file);
}

std::string WorkFiles::add(StringRef name) {
  files.push_back(prefix + (name.empty() ? "" : "-") + name.str());
  if (hook)
    hook(files.back());
  return files.back();
}

Expected<std::string>
WorkFiles::write(StringRef name, function_ref<Error(raw_ostream &)> write) {
  std::string path = add(name);
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return cannotWrite(path, code);
  Error error = write(os);
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    consumeError(std::move(error));
    return cannotWrite(path, code);
  }
  if (error)
    return error;
  return path;
}

Error WorkFiles::finish() {
  for (auto &[path, output] : results)
    if (std::error_code code = sys::fs::rename(path, output))
      return cannotWrite(output, code);
  return Error::success();
}
