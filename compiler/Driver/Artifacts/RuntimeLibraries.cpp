//===- RuntimeLibraries.cpp - where our runtime lies ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <dlfcn.h>

using namespace llvm;
using namespace swage;

/// The folder of the program or shared library that contains this code.
static std::string getOwnFolder() {
  static const char anchor = 0;
  Dl_info info;
  SmallString<256> path;
  if (!dladdr(&anchor, &info) || !info.dli_fname ||
      sys::fs::real_path(info.dli_fname, path))
    return "";
  return sys::path::parent_path(path).str();
}

/// Folders that may hold the runtime, best first.
static SmallVector<std::string> getFolders() {
  if (std::optional<std::string> chosen =
          sys::Process::GetEnv("SWAGE_RUNTIME_DIR"))
    return {*chosen};
  std::string own = getOwnFolder();
  SmallVector<std::string> folders;
  // From PREFIX/bin to PREFIX/<libdir>, and libswage.so's own folder.
  for (const char *relative : {"../" SWAGE_INSTALL_LIBDIR, "../lib", "."}) {
    SmallString<256> folder(own);
    sys::path::append(folder, relative);
    sys::path::remove_dots(folder, /*remove_dot_dot=*/true);
    if (!is_contained(folders, StringRef(folder)))
      folders.push_back(folder.str().str());
  }
  return folders;
}

Expected<RuntimeLibraries> swage::findRuntime(const TargetInfo &target) {
  SmallVector<std::string> folders = getFolders();
  for (std::string &folder : folders) {
    if (!isNative(target))
      folder += "/swage/" + target.triple;
    RuntimeLibraries found = {folder + "/libswage_rt.a",
                              folder + "/libswage_rt_main.a"};
    if (sys::fs::exists(found.runtime) && sys::fs::exists(found.main))
      return found;
  }
  return createStringError(
      formatv("cannot find the runtime libswage_rt.a for '{0}'; looked in {1}; "
              "set SWAGE_RUNTIME_DIR to the folder that holds it{2}",
              target.triple, join(folders, ", "),
              isNative(target) ? ""
                               : ", built with CMake for that machine from the "
                                 "folder runtime of Swage's sources"));
}
