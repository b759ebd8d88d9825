//===- WorkFolder.cpp - files in the making
//--------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/WorkFolder.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

Expected<WorkFolder> WorkFolder::create(StringRef output) {
  // Renaming would replace a folder's or a device's entry.
  if (sys::fs::exists(output) && !sys::fs::is_regular_file(output))
    return createStringError(formatv(
        "cannot write '{0}': it exists and is no ordinary file", output));
  SmallString<256> prefix(sys::path::parent_path(output));
  sys::path::append(prefix, ".swage");
  SmallString<256> folder;
  // A prefix without a folder would otherwise go to the system's /tmp.
  if (sys::path::parent_path(prefix).empty())
    prefix = StringRef("./.swage");
  SmallString<256> absolute(prefix);
  if (std::error_code code = sys::fs::make_absolute(absolute))
    return createStringError(
        formatv("cannot write '{0}': {1}", output, code.message()));
  if (std::error_code code = sys::fs::createUniqueDirectory(absolute, folder))
    return createStringError(
        formatv("cannot write '{0}': {1}", output, code.message()));
  return WorkFolder(folder.str().str());
}

WorkFolder::~WorkFolder() {
  if (!folder.empty())
    sys::fs::remove_directories(folder);
}

std::string WorkFolder::getPath(StringRef name) const {
  return folder + "/" + name.str();
}

Expected<std::string>
WorkFolder::write(StringRef name,
                  function_ref<Error(raw_ostream &)> write) const {
  std::string path = getPath(name);
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return createStringError(
        formatv("cannot write '{0}': {1}", path, code.message()));
  Error error = write(os);
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    consumeError(std::move(error));
    return createStringError(
        formatv("cannot write '{0}': {1}", path, code.message()));
  }
  if (error)
    return error;
  return path;
}

Error WorkFolder::finish() {
  for (auto &[path, output] : results)
    if (std::error_code code = sys::fs::rename(path, output))
      return createStringError(
          formatv("cannot write '{0}': {1}", output, code.message()));
  return Error::success();
}
