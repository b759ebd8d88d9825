//===- RuntimeLibraries.cpp - where our runtime lies
//------------------------===//
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
  static char anchor = 0;
  Dl_info info;
  SmallString<256> path;
  // Of a program that was found on PATH the loader knows only the bare name.
  if (!dladdr(&anchor, &info) || !StringRef(info.dli_fname).contains('/') ||
      sys::fs::real_path(info.dli_fname, path))
    path = sys::fs::getMainExecutable("", &anchor);
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

Expected<std::string> swage::findRuntime(const TargetInfo &target,
                                         StringRef library) {
  SmallVector<std::string> folders = getFolders();
  for (std::string &folder : folders) {
    if (!isNative(target))
      folder += "/swage/" + target.triple;
    std::string path = (folder + "/" + library).str();
    if (sys::fs::exists(path))
      return path;
  }
  return createStringError(
      formatv("cannot find the runtime {0} for '{1}'; looked in {2}; set "
              "SWAGE_RUNTIME_DIR to the folder that holds it{3}",
              library, target.triple, join(folders, ", "),
              isNative(target) ? ""
                               : ", built with CMake for that machine from the "
                                 "folder runtime of Swage's sources"));
}
